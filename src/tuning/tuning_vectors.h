// A collection as every candidate of tuning needs it: embedded once, and a post-processing fitted to it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "embedding/session.h"
#include "lengthwise/documents.h"
#include "lengthwise/progress.h"
#include "lengthwise/repair.h"
#include "lengthwise/run.h"
#include "search/vector_set.h"

namespace lengthwise {

class VectorCache;

class TuningVectors {
 public:
  // Embeds documents, whole by their first tokens and in windows, and queries; without queries stand-ins made
  // of the documents. Borrows `texts`, those of the documents, and `base`.
  TuningVectors(std::span<const Document> documents, std::span<const std::string> texts,
                std::span<const std::string> queries, const Session& base, std::uint64_t seed,
                VectorCache* cache, const Progress& progress);

  // The recipe fitted to them, and that for vectors of one pass.
  const Repair& recipe() const { return recipe_; }
  // None where documents begin all alike, as far as the model reads in one pass.
  const std::optional<Repair>& one_pass() const { return one_pass_; }

  // As a candidate has them searched. Valid until the next call.
  const TaskVectors& Of(const RunDescription& run);
  // Every window by itself, whitened.
  const TaskVectors& Windows() const { return windows_; }

  std::size_t window() const { return window_; }
  const std::vector<std::size_t>& tokens() const { return tokens_; }  // of each document, whole
  // Tokens a second that windows take, measured now on a few of them.
  double Speed() const;
  // Tokens that documents have the model read under `run`, the mean.
  double TokensRead(const RunDescription& run) const;

 private:
  const Session& base_;
  std::span<const std::string> texts_;  // of the documents
  std::vector<std::size_t> tokens_;
  std::size_t window_;
  std::unique_ptr<Session> window_session_;
  TaskVectors whole_;    // as the model gives them
  TaskVectors windows_;  // documents in windows; whitened once fitted, as are the queries
  Repair recipe_;
  std::optional<Repair> one_pass_;
  TaskVectors made_;
};

}  // namespace lengthwise
