#include "report/document_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/fail.h"

namespace lengthwise {
namespace {

std::string Dump(const OrderedJson& value, int indent) {
  return value.dump(indent, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string Nested(const std::string& text) {
  std::string nested;
  for (const char c : text) {
    nested += c;
    if (c == '\n') nested += "  ";
  }
  return nested;
}

// Never -0.
double Rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  const double rounded = std::round(value * scale) / scale;
  return rounded == 0 ? 0.0 : rounded;
}

std::string Table(const OrderedJson& rows) {
  if (rows.empty()) return "[]";
  std::string text = "[";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += i == 0 ? "\n    " : ",\n    ";
    text += Dump(rows[i], -1);
  }
  return text + "\n  ]";
}

}  // namespace

OrderedJson JsonNumber(double value) {
  if (!std::isfinite(value)) Fail(ErrorCode::kInternal, "a number of the report is not finite");
  if (std::abs(value) < 1e-12) return 0.0;
  return std::strtod(fmt::format("{:.7g}", value).c_str(), nullptr);
}

OrderedJson JsonNumber(const std::optional<double>& value) {
  return value ? JsonNumber(*value) : OrderedJson(nullptr);
}

OrderedJson CountOrNull(std::size_t count) {
  return count > 0 ? OrderedJson(count) : OrderedJson(nullptr);
}

OrderedJson JsonInterval(const Interval& interval) {
  return {{"estimate", JsonNumber(interval.estimate)},
          {"low", JsonNumber(interval.low)},
          {"high", JsonNumber(interval.high)}};
}

OrderedJson JsonInterval(const std::optional<Interval>& interval) {
  return interval ? JsonInterval(*interval) : OrderedJson(nullptr);
}

OrderedJson TemperaturesJson(std::span<const std::vector<float>> by_head) {
  if (by_head.empty()) return nullptr;
  OrderedJson json = OrderedJson::array();
  for (const std::vector<float>& layer : by_head) {
    OrderedJson row = OrderedJson::array();
    for (const float temperature : layer) row.push_back(JsonNumber(static_cast<double>(temperature)));
    json.push_back(row);
  }
  return json;
}

std::string Decimals(double value, int decimals) {
  return fmt::format("{:.{}f}", Rounded(value, decimals), decimals);
}

std::string SignedDecimals(double value, int decimals) {
  return fmt::format("{:+.{}f}", Rounded(value, decimals), decimals);
}

std::string FormatDocument(const OrderedJson& document, std::initializer_list<std::string_view> tables) {
  std::string text = "{";
  for (const auto& [name, value] : document.items()) {
    text += text.size() == 1 ? "\n  " : ",\n  ";
    text += Dump(name, -1) + ": ";
    const bool table = std::find(tables.begin(), tables.end(), name) != tables.end();
    text += table ? Table(value) : Nested(Dump(value, 2));
  }
  return text + "\n}\n";
}

}  // namespace lengthwise
