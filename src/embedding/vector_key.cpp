#include "embedding/vector_key.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/hash.h"
#include "lengthwise/version.h"
#include "math/cpu.h"
#include "text/icu_breaks.h"

namespace lengthwise {
namespace {

// To be raised with a change of vectors that neither the program's version nor the sample below shows, such
// as one of how windows are cut or averaged.
constexpr std::uint64_t kKeyVersion = 1;

// Long enough to be run as long texts are. Its vector stands for the code that computes vectors: where that
// changes, be it in a sum's last bit, old vectors are not found again.
constexpr const char* kSample =
    "The Length of a text, in tokens: 1, 22, 4096 or so; naïve cafés count 2 of them. What an embedding says "
    "of it (its mean, its direction) depends on every word before and after, on the order in which they "
    "stand, and on the sums that a processor makes of them - \"rounded\", each time, to 24 bits! Short texts "
    "differ from one another; long ones grow alike, because attention averages over whatever it is given. "
    "So this sample is longer than most sentences are, and has numbers, marks & rare words: zymurgy, sphinx.";

void AddNumber(std::uint64_t number, Hasher& hasher) {
  hasher.Add(std::as_bytes(std::span(&number, 1)));
}

void AddFloats(std::span<const float> numbers, Hasher& hasher) {
  AddNumber(numbers.size(), hasher);
  hasher.Add(std::as_bytes(numbers));
}

void AddAttention(const AttentionPolicy& policy, const ModelSpec& spec, Hasher& hasher) {
  std::vector<float> temperatures;
  for (std::size_t layer = 0; layer < spec.layers; ++layer) {
    for (std::size_t head = 0; head < spec.heads; ++head)
      temperatures.push_back(policy.Temperature(layer, head));
  }
  AddFloats(temperatures, hasher);
  AddNumber(static_cast<std::uint64_t>(policy.reading), hasher);
  // Nothing where there is nothing of these, as before there were any.
  if (!policy.by_length.IsIdentity()) {
    hasher.Add(std::string_view("by length " + FormatLengthTemperature(policy.by_length)));
  }
  if (policy.HasAttnScale()) {
    std::vector<float> scales;
    for (std::size_t layer = 0; layer < spec.layers; ++layer) {
      for (std::size_t head = 0; head < spec.heads; ++head) scales.push_back(policy.AttnScale(layer, head));
    }
    hasher.Add(std::string_view("AttnScale"));
    AddFloats(scales, hasher);
  }
  if (policy.top_k > 0) {
    hasher.Add(std::string_view("top-k"));
    AddNumber(policy.top_k, hasher);
  }
  if (!policy.calibration.IsIdentity())
    hasher.Add(std::string_view("calibration " + FormatAttentionCalibration(policy.calibration)));
}

// Nothing where there is no map, as before there were any.
void AddPositions(const PositionMap& map, Hasher& hasher) {
  if (map.IsIdentity()) return;
  hasher.Add(std::string_view(FormatPositionMap(map)));
  AddFloats(map.table, hasher);
}

void AddLongInput(const LongInput& policy, std::size_t length_in_force, Hasher& hasher) {
  AddNumber(length_in_force, hasher);
  hasher.Add(std::string_view(LongInputKindName(policy.kind)));
  AddNumber(policy.window, hasher);
  AddNumber(policy.stride, hasher);
  // Nothing where there is nothing of these, as before there were any.
  if (policy.window_ends == WindowEnds::kSentences) hasher.Add("sentences of ICU " + IcuVersion());
  if (policy.repeat_title) hasher.Add(std::string_view("repeated title"));
  if (policy.late_chunking) hasher.Add(std::string_view("late chunking"));
  if (MixesUnitVectors(policy.kind)) hasher.Add(std::as_bytes(std::span(&policy.lead, 1)));
  if (policy.kind != LongInputKind::kWindows) return;
  AddNumber(policy.vectors, hasher);
  AddNumber(policy.add_body ? 1 : 0, hasher);
}

// Windows themselves are the same, however they are mixed.
LongInput CutOf(const LongInput& policy) {
  if (!HasWindows(policy.kind)) return policy;
  return {.kind = LongInputKind::kWindowMean,
          .window = policy.window,
          .stride = policy.stride,
          .window_ends = policy.window_ends,
          .repeat_title = policy.repeat_title,
          .late_chunking = policy.late_chunking};
}

// The numbers that are applied; what they were fitted as makes no difference.
void AddPostProcess(const PostProcess& post, Hasher& hasher) {
  AddFloats(post.document_mean, hasher);
  AddFloats(post.query_mean, hasher);
  AddFloats(post.map, hasher);
  AddNumber(post.each_window ? 1 : 0, hasher);
}

void AddSample(const Session& embedder, const SequenceRun& run, Hasher& hasher) {
  std::vector<std::int32_t> content;
  embedder.tokenizer().EncodeIds(kSample, &content);
  const std::size_t length = std::min(embedder.limits().in_force, content.size() + embedder.special_tokens());
  const std::vector<std::vector<std::int32_t>> sequence = {embedder.WithSpecials(content, length)};
  embedder.EmbedSequences(sequence, run, [&](std::size_t, std::span<const float> vector, const TextProbe*) {
    AddFloats(vector, hasher);
  });
}

}  // namespace

VectorKeys::VectorKeys(const Session& embedder, VectorForm form, Role role) {
  const EmbedderOptions& options = embedder.options();
  SequenceRun run;
  // Queries are not split where vectors of unit length are mixed.
  const bool differ = embedder.NeedsRole() || MixesUnitVectors(options.long_input.kind);
  run.role = differ ? role : Role::kDocument;
  run.post_process = form == VectorForm::kText;
  Hasher hasher;
  AddNumber(kKeyVersion, hasher);
  hasher.Add(std::string_view(Version()));
  hasher.Add(std::string_view(InstructionSet()));
  hasher.Add(std::string_view(embedder.model().fingerprint()));
  AddAttention(options.attention, embedder.spec(), hasher);
  AddPositions(options.positions, hasher);
  AddLongInput(form == VectorForm::kWindows ? CutOf(options.long_input) : options.long_input,
               embedder.limits().in_force, hasher);
  // Nothing where there is none, as before there were any.
  if (const std::string& prompt = embedder.prompt(role).text; !prompt.empty()) hasher.Add("prompt " + prompt);
  if (options.dimensions > 0) hasher.Add("dimensions " + std::to_string(options.dimensions));
  hasher.Add(std::string_view(PrecisionName(options.precision)));
  AddNumber(static_cast<std::uint64_t>(form), hasher);
  hasher.Add(std::string_view(RoleName(run.role)));
  AddPostProcess(run.post_process ? options.post_process : PostProcess{}, hasher);
  AddSample(embedder, run, hasher);
  embedder_ = hasher.Digest();
}

VectorKey VectorKeys::Of(std::string_view text) const {
  Hasher hasher;
  hasher.Add(std::string_view(embedder_));
  hasher.Add(text);
  const auto [high, low] = hasher.Value();
  return {high, low};
}

}  // namespace lengthwise
