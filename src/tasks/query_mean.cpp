#include "tasks/query_mean.h"

#include <charconv>

#include "base/fail.h"

namespace lengthwise {

QueryMean ParseQueryMean(std::string_view text) {
  if (text == "pseudo") return {QueryMean::Source::kPseudo, 0};
  if (text == "documents") return {QueryMean::Source::kDocuments, 0};
  QueryMean mean{QueryMean::Source::kSample, 0};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mean.count);
  if (error != std::errc() || end != text.data() + text.size() || mean.count < 2) {
    Fail(ErrorCode::kBadInput,
         "query mean \"{}\" is neither a number of queries (2 or more) nor \"pseudo\" nor \"documents\"",
         text);
  }
  return mean;
}

std::string FormatQueryMean(const QueryMean& mean) {
  switch (mean.source) {
    case QueryMean::Source::kSample:
      return std::to_string(mean.count);
    case QueryMean::Source::kPseudo:
      return "pseudo";
    case QueryMean::Source::kDocuments:
      return "documents";
  }
  return "";
}

}  // namespace lengthwise
