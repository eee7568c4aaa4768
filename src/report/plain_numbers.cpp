#include "report/plain_numbers.h"

#include <fmt/format.h>

#include <optional>

#include "report/document_json.h"

namespace lengthwise {

Interval IntervalOf(const OrderedJson& json) {
  const auto end = [&](const char* name) {
    const OrderedJson& value = json.at(name);
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
  };
  return {end("estimate"), end("low"), end("high")};
}

std::string Points(const Interval& interval) {
  if (!interval.estimate) return "unknown";
  std::string text = SignedDecimals(100 * *interval.estimate, 1);
  if (interval.low) {
    text += fmt::format(" [{}, {}]", SignedDecimals(100 * *interval.low, 1),
                        SignedDecimals(100 * *interval.high, 1));
  }
  return text;
}

std::string Percent(double share) {
  const double percent = 100 * share;
  return percent > 0 && percent < 1 ? "less than 1 %" : fmt::format("{:.0f} %", percent);
}

std::string PercentRange(const Interval& share) {
  std::string text = Percent(*share.estimate);
  if (share.low) text += fmt::format(" [{:.0f}, {:.0f}]", 100 * *share.low, 100 * *share.high);
  return text;
}

std::string ThreeDecimals(const Interval& interval) {
  return Decimals(*interval.estimate, 3);
}

std::string ChangeInDecimals(const Interval& change) {
  std::string text = SignedDecimals(*change.estimate, 3);
  if (change.low) text += fmt::format(" [{}, {}]", Decimals(*change.low, 3), Decimals(*change.high, 3));
  return text;
}

std::string Milliseconds(double seconds) {
  return fmt::format("{} ms", Decimals(1000 * seconds, seconds < 0.01 ? 2 : 0));
}

}  // namespace lengthwise
