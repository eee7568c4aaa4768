// Where the mean that queries are centred on comes from.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lengthwise {

enum class QuerySource {
  kDocuments,  // the documents' mean: queries are treated as documents
  kQueries,    // a sample of queries, without labels
  kPseudo,     // titles and sentences of the documents (text/pseudo_queries.h)
};

// "documents", "queries", "pseudo". Throws kBadInput, naming the three, for anything else.
QuerySource ParseQuerySource(std::string_view name);
const char* QuerySourceName(QuerySource source);

// A served query has no set to take a mean of: the mean is fitted beforehand.
struct QueryMean {
  QuerySource source = QuerySource::kQueries;
  std::size_t count = 0;  // kQueries alone: of so many, at least 2; 0: of all
  bool operator==(const QueryMean&) const = default;
};

// A number of queries, "pseudo" or "documents". Throws kBadInput, naming the choices, for anything else.
QueryMean ParseQueryMean(std::string_view text);
// The same text; "queries" for the mean of all.
std::string FormatQueryMean(const QueryMean& mean);

}  // namespace lengthwise
