#include <algorithm>
#include <set>

#include "base/hash.h"
#include "collapse/arms.h"
#include "statistics/doubling_buckets.h"

namespace lengthwise {
namespace {

constexpr std::size_t kShortest = 16;
constexpr std::size_t kTokenizedTogether = 256;

}  // namespace

const char* SequenceKindName(SequenceKind kind) {
  return kind == SequenceKind::kNatural ? "natural" : "truncated";
}

const char* VectorKindName(VectorKind kind) {
  return kind == VectorKind::kModel ? "model" : "static";
}

std::uint64_t DocumentKey(const Document& document) {
  Hasher hasher;
  if (!document.numbered) hasher.Add(document.id);
  hasher.Add(EmbeddedText(document));
  return hasher.Value().first;
}

std::size_t ArmPlan::tokens() const {
  std::size_t tokens = 0;
  for (const PlannedSequence& sequence : sequences) tokens += sequence.length;
  return tokens;
}

std::vector<TokenizedDocument> TokenizeDocuments(const Session& embedder,
                                                 std::span<const Document> documents) {
  const std::size_t positions = embedder.limits().positions;
  std::vector<TokenizedDocument> tokenized;
  tokenized.reserve(documents.size());
  // In parts, so that the tokens of very long documents need not all be held at once.
  for (std::size_t first = 0; first < documents.size(); first += kTokenizedTogether) {
    const auto part = documents.subspan(first, std::min(kTokenizedTogether, documents.size() - first));
    const std::vector<std::vector<std::int32_t>> ids = embedder.Tokenize(EmbeddedTexts(part));
    for (std::size_t i = 0; i < part.size(); ++i) {
      const std::size_t kept = std::min(ids[i].size(), positions);
      tokenized.push_back({DocumentKey(part[i]),
                           ids[i].size() + embedder.special_tokens(),
                           {ids[i].begin(), ids[i].begin() + static_cast<std::ptrdiff_t>(kept)}});
    }
  }
  return tokenized;
}

std::vector<LengthBucket> NaturalBuckets(std::size_t length_in_force) {
  std::vector<LengthBucket> buckets = DoublingBuckets(kShortest, length_in_force);
  buckets.push_back({length_in_force, length_in_force, true});
  return buckets;
}

ArmPlan PlanNatural(std::span<const TokenizedDocument> documents, std::size_t length_in_force) {
  ArmPlan plan{NaturalBuckets(length_in_force), {}};
  const LengthBucket cut_bucket = plan.buckets.back();
  plan.buckets.pop_back();
  const std::size_t whole_buckets = plan.buckets.size();
  for (std::size_t d = 0; d < documents.size(); ++d) {
    const std::size_t tokens = documents[d].tokens;
    if (tokens > length_in_force) {
      if (plan.buckets.size() == whole_buckets) plan.buckets.push_back(cut_bucket);
      plan.sequences.push_back({d, whole_buckets, length_in_force, true});
      continue;
    }
    const auto bucket = std::find_if(plan.buckets.begin(), plan.buckets.end(),
                                     [&](const LengthBucket& b) { return tokens <= b.to; });
    plan.sequences.push_back({d, static_cast<std::size_t>(bucket - plan.buckets.begin()), tokens, false});
  }
  return plan;
}

std::vector<std::size_t> TruncationLengths(std::size_t trained_limit, std::size_t positions) {
  std::set<std::size_t> lengths = {positions};
  for (std::size_t power = kShortest; power <= positions; power *= 2) {
    lengths.insert(power);
    lengths.insert(power * 3 / 2);
  }
  for (std::size_t quarters = 4; quarters <= 8 && trained_limit > 0; ++quarters) {
    lengths.insert(trained_limit * quarters / 4);
  }
  lengths.erase(lengths.upper_bound(positions), lengths.end());
  return {lengths.begin(), lengths.end()};
}

}  // namespace lengthwise
