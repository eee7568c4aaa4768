// Where the mean that queries are centred on comes from.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lengthwise {

// A served query has no set to take a mean of: the mean is fitted beforehand.
struct QueryMean {
  enum class Source {
    kSample,     // `count` queries without labels
    kPseudo,     // titles and sentences of the documents
    kDocuments,  // no mean of their own: the documents'
  };
  Source source = Source::kDocuments;
  std::size_t count = 0;  // kSample alone; at least 2
  bool operator==(const QueryMean&) const = default;
};

// A number of queries, "pseudo" or "documents". Throws kBadInput, naming the choices, for anything else.
QueryMean ParseQueryMean(std::string_view text);
std::string FormatQueryMean(const QueryMean& mean);

}  // namespace lengthwise
