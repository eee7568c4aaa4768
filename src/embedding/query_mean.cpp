#include "lengthwise/query_mean.h"

#include "base/fail.h"
#include "base/parse_number.h"

namespace lengthwise {

QuerySource ParseQuerySource(std::string_view name) {
  for (const QuerySource source : {QuerySource::kDocuments, QuerySource::kQueries, QuerySource::kPseudo}) {
    if (name == QuerySourceName(source)) return source;
  }
  Fail(ErrorCode::kBadInput, "unknown source of queries \"{}\"; choose documents, queries or pseudo", name);
}

const char* QuerySourceName(QuerySource source) {
  switch (source) {
    case QuerySource::kDocuments:
      return "documents";
    case QuerySource::kQueries:
      return "queries";
    case QuerySource::kPseudo:
      return "pseudo";
  }
  return "documents";
}

QueryMean ParseQueryMean(std::string_view text) {
  if (text == "pseudo") return {QuerySource::kPseudo, 0};
  if (text == "documents") return {QuerySource::kDocuments, 0};
  QueryMean mean;
  mean.count = NumberOf<decltype(mean.count)>(text).value_or(0);
  if (mean.count < 2) {
    Fail(ErrorCode::kBadInput,
         "query mean \"{}\" is neither a number of queries (2 or more) nor \"pseudo\" nor \"documents\"",
         text);
  }
  return mean;
}

std::string FormatQueryMean(const QueryMean& mean) {
  if (mean.source == QuerySource::kQueries && mean.count > 0) return std::to_string(mean.count);
  return QuerySourceName(mean.source);
}

}  // namespace lengthwise
