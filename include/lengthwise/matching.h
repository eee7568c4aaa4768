// How vectors of documents are matched with those of queries.
#pragma once

#include <cstddef>
#include <optional>

namespace lengthwise {

struct Matching {
  // Documents have several vectors each, and a document's score is the mean of its best so many; absent: one.
  std::optional<std::size_t> best = {};
  // Cross-domain similarity local scaling (Conneau, Lample, Ranzato, Denoyer, Jegou, arXiv 1710.04087, 2.2),
  // a correction for hubs: csls(q, d) = 2 cos(q, d) - r(q) - r(d), r the mean cosine with so many nearest of
  // the other side. r(q) moves no document of q past another; r(d) needs a sample of queries, without labels.
  std::optional<std::size_t> csls = {};
  // BM25 beside the vectors: with this weight of the vectors' score, the rest BM25's, each standardised for
  // each query over all documents; or the two rankings fused by reciprocal ranks. Not both, and
  // neither with csls.
  std::optional<double> hybrid = {};
  bool fusion = false;

  bool operator==(const Matching&) const = default;
};

}  // namespace lengthwise
