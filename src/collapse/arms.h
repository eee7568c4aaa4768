// The arms of a measurement: which token sequences are embedded, and running them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collapse/length_stats.h"
#include "collapse/truncation.h"
#include "embedding/session.h"
#include "lengthwise/measure_result.h"
#include "text/documents.h"

namespace lengthwise {

struct TokenizedDocument {
  std::uint64_t key = 0;              // DocumentKey
  std::size_t tokens = 0;             // of the whole text, special tokens included
  std::vector<std::int32_t> content;  // the first tokens, as many as the model has positions for
};

// Hash of id and text, of the text alone where the id is a line's number: the same for a document wherever it
// stands, whatever else the input holds.
std::uint64_t DocumentKey(const Document& document);

std::vector<TokenizedDocument> TokenizeDocuments(const Session& embedder,
                                                 std::span<const Document> documents);

struct PlannedSequence {
  std::size_t document = 0;
  std::size_t bucket = 0;
  std::size_t length = 0;  // special tokens included
  bool cut = false;        // the document is longer
};

struct ArmPlan {
  std::vector<LengthBucket> buckets;
  std::vector<PlannedSequence> sequences;

  std::size_t tokens() const;
};

// Buckets of up to 16, 17 to 32, ... tokens, up to the length in force; longer documents are cut to it and
// stand in a last bucket of their own.
std::vector<LengthBucket> NaturalBuckets(std::size_t length_in_force);

// The last bucket is there only if a document stands in it.
ArmPlan PlanNatural(std::span<const TokenizedDocument> documents, std::size_t length_in_force);

// 16, 24, 32, 48, 64, ... (powers of two and their 3/2) up to `positions`; `positions` itself; the trained
// limit, and above it its 5/4, 3/2, 7/4 and 2, because a knee is looked for there. `trained_limit` 0: not
// known.
std::vector<std::size_t> TruncationLengths(std::size_t trained_limit, std::size_t positions);

struct ArmStats {
  std::optional<LengthStats> model;
  std::optional<LengthStats> static_control;

  // Throws kBadInput where one has an arm that the other has not, or other buckets.
  void Merge(const ArmStats& other);
};

class ResumeFile;

struct ArmRun {
  bool model = true;
  bool static_control = true;
  bool probe = false;  // heads and layers, of the model's arm
  bool gains = false;  // energies, of the model's arm
  std::size_t kept_vectors = kDefaultKeptVectors;
  ResumeFile* resume = nullptr;  // of the model's vectors, where there is no probe
};

// Called with the tokens embedded so far.
using TokenProgress = std::function<void(std::size_t tokens)>;

// What became of one planned sequence; a vector is empty if it was not asked for, the probe null.
struct EmbeddedSequence {
  const PlannedSequence& planned;
  std::span<const float> model;
  std::span<const float> static_control;
  const TextProbe* probe = nullptr;
};

// Embeds sequences and gives them to `sink` in their order whatever the threads did.
void EmbedPlanned(const Session& embedder, std::span<const TokenizedDocument> documents,
                  std::span<const PlannedSequence> planned, const ArmRun& run,
                  const std::function<void(const EmbeddedSequence&)>& sink, const TokenProgress& progress);

// Statistics of the buckets, still empty.
ArmStats MakeArmStats(std::size_t dimension, std::span<const LengthBucket> buckets, const ArmRun& run);

// Embeds the plan's sequences and adds them in the plan's order, so that the statistics do not depend on the
// number of threads. The plan's buckets are those of `stats`, or the first of them.
void AddArm(const Session& embedder, std::span<const TokenizedDocument> documents, const ArmPlan& plan,
            const ArmRun& run, ArmStats& stats, const TokenProgress& progress);

}  // namespace lengthwise
