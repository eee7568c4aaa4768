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
#include "tuning/candidates.h"

namespace lengthwise {

class VectorCache;

class TuningVectors {
 public:
  // Embeds documents, whole by their first tokens and in windows, and queries; without queries stand-ins made
  // of the documents. Borrows `texts`, those of the documents, and `base`. `farther`: passes beside the
  // model's own, each of which embeds documents and queries anew.
  TuningVectors(std::span<const Document> documents, std::span<const std::string> texts,
                std::span<const std::string> queries, const Session& base, std::span<const OnePass> farther,
                std::uint64_t seed, VectorCache* cache, const Progress& progress);

  // The recipe fitted to them.
  const Repair& recipe() const { return recipe_; }
  // The passes to which a whitening could be fitted: not where documents begin all alike, as far as is read.
  std::vector<FittedPass> Fitted() const;
  // Of a pass.
  const OnePass& How(std::size_t pass) const { return passes_[pass].how; }
  const Repair& OnePassRepair(std::size_t pass) const { return *passes_[pass].repair; }

  // As a candidate has them searched. Valid until the next call.
  const TaskVectors& Of(const Candidate& candidate);
  // Every window by itself, whitened.
  const TaskVectors& Windows() const { return windows_; }

  std::size_t window() const { return window_; }
  const std::vector<std::size_t>& tokens() const { return tokens_; }  // of each document, whole
  // Tokens a second that windows take, measured now on a few of them.
  double Speed() const;
  // Tokens that documents have the model read, the mean.
  double TokensRead(const Candidate& candidate) const;

 private:
  const Session& base_;
  std::span<const std::string> texts_;  // of the documents
  std::vector<std::size_t> tokens_;
  std::size_t window_;
  std::unique_ptr<Session> window_session_;
  struct Pass {
    OnePass how;
    TaskVectors vectors;           // as the model gives them
    std::optional<Repair> repair;  // fitted to them
  };
  std::vector<Pass> passes_;  // the model's own first
  TaskVectors windows_;       // documents in windows; whitened once fitted, as are the queries
  Repair recipe_;
  TaskVectors made_;
};

}  // namespace lengthwise
