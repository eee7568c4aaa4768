// Fitting a post-processing to a model and a collection of documents, without labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "embedding/session.h"
#include "lengthwise/fit.h"
#include "lengthwise/post_process.h"
#include "lengthwise/repair.h"
#include "text/documents.h"

namespace lengthwise {

// Gathers sums over the vectors of documents and queries as they come; memory does not grow with their
// number. The embedder, which must outlive it, has no post-processing of its own.
class PostProcessFitter {
 public:
  // Throws kBadInput for an embedder with a post-processing, for each_window where the embedder's long-input
  // policy has no windows, for a scatter within documents without each_window, or for a post-processing that
  // would remove all of the model's dimensions.
  PostProcessFitter(const Session& embedder, const FitOptions& options);

  // Documents in input order; under QuerySource::kPseudo their pseudo-queries too.
  void AddDocuments(std::span<const Document> documents);
  // Under QuerySource::kQueries alone.
  void AddQueries(std::span<const Document> queries);

  // The same where the vectors are at hand, as the embedder gives them: rows offsets[i] to offsets[i + 1] are
  // of document i, its windows under each_window, else one; no offsets: one row a document.
  void AddDocumentVectors(std::span<const float> rows, std::span<const std::size_t> offsets);
  // Of the documents' windows, under FitOptions::scatter_window.
  void AddScatterVectors(std::span<const float> rows, std::span<const std::size_t> offsets);
  void AddQueryVectors(std::span<const float> rows);

  std::size_t documents() const { return documents_; }
  std::size_t queries() const { return queries_; }

  // Throws kBadInput as FitPostProcess. The result's attention and long-input policies are the embedder's.
  Repair Fit() const;

 private:
  void Add(std::span<const std::string> texts, std::span<const std::string> titles, std::size_t first_text,
           Role role, VectorMoments* moments);

  void ShrinkQueryMean(double queries, PostProcess& post) const;

  const Session& embedder_;
  std::optional<Session> windows_;  // FitOptions::scatter_window
  FitOptions options_;
  std::size_t documents_ = 0;
  std::size_t queries_ = 0;
  VectorMoments document_moments_;
  VectorMoments query_moments_;
};

}  // namespace lengthwise
