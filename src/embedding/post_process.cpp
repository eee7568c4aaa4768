#include "lengthwise/post_process.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "base/fail.h"
#include "base/parse_number.h"
#include "embedding/pooling.h"
#include "math/rows.h"

namespace lengthwise {
namespace {

constexpr const char* kChoices =
    "choose none, center, whiten:EPSILON (such as whiten:0.3), whiten:EPSILON:within=SHARE (windows about "
    "their "
    "document's mean, such as whiten:0.1:within=0.8) or abtt:DIRECTIONS (all but the top, such as abtt:2)";

template <typename T>
T ParseNumber(std::string_view digits, std::string_view text) {
  const std::optional<T> value = NumberOf<T>(digits);
  if (!value) {
    Fail(ErrorCode::kBadInput, "post-processing \"{}\": \"{}\" is not a number in range; {}", text, digits,
         kChoices);
  }
  return *value;
}

void CheckSpec(const PostProcessSpec& spec, std::string_view text) {
  // Written so that NaN is refused too.
  if (spec.kind == PostProcessKind::kWhiten &&
      !(spec.epsilon >= kLeastEpsilon && spec.epsilon <= kMostEpsilon)) {
    Fail(ErrorCode::kBadInput, "post-processing \"{}\": epsilon must lie between {} and {}", text,
         kLeastEpsilon, kMostEpsilon);
  }
  if (!(spec.within >= 0 && spec.within <= 1)) {
    Fail(ErrorCode::kBadInput, "post-processing \"{}\": within is a share, from 0 to 1", text);
  }
  if (spec.kind == PostProcessKind::kRemoveTop && spec.directions == 0) {
    Fail(ErrorCode::kBadInput, "post-processing \"{}\": removes no direction; give 1 or more, or say center",
         text);
  }
}

void CheckPart(const std::vector<float>& part, std::size_t size, const char* name) {
  if (part.size() != size) {
    Fail(ErrorCode::kBadInput, "the post-processing's {} has {} numbers where {} are expected", name,
         part.size(), size);
  }
  if (!std::all_of(part.begin(), part.end(), [](float value) { return std::isfinite(value); })) {
    Fail(ErrorCode::kBadInput, "the post-processing's {} holds NaN or infinity; fit it again", name);
  }
}

}  // namespace

Role ParseRole(std::string_view name) {
  if (name == "document") return Role::kDocument;
  if (name == "query") return Role::kQuery;
  Fail(ErrorCode::kBadInput, "unknown role \"{}\"; choose document or query", name);
}

const char* RoleName(Role role) {
  return role == Role::kQuery ? "query" : "document";
}

PostProcessSpec ParsePostProcessSpec(std::string_view text) {
  PostProcessSpec spec;
  constexpr std::string_view kWhitenPrefix = "whiten:";
  constexpr std::string_view kWithinPrefix = ":within=";
  constexpr std::string_view kTopPrefix = "abtt:";
  if (text == "none") return spec;
  if (text == "center") {
    spec.kind = PostProcessKind::kCenter;
  } else if (text.starts_with(kWhitenPrefix)) {
    spec.kind = PostProcessKind::kWhiten;
    std::string_view numbers = text.substr(kWhitenPrefix.size());
    const std::size_t within = numbers.find(kWithinPrefix);
    if (within != std::string_view::npos) {
      spec.within = ParseNumber<double>(numbers.substr(within + kWithinPrefix.size()), text);
      numbers = numbers.substr(0, within);
    }
    spec.epsilon = ParseNumber<double>(numbers, text);
  } else if (text.starts_with(kTopPrefix)) {
    spec.kind = PostProcessKind::kRemoveTop;
    spec.directions = ParseNumber<std::size_t>(text.substr(kTopPrefix.size()), text);
  } else {
    Fail(ErrorCode::kBadInput, "unknown post-processing \"{}\"; {}", text, kChoices);
  }
  CheckSpec(spec, text);
  return spec;
}

std::string FormatPostProcessSpec(const PostProcessSpec& spec) {
  switch (spec.kind) {
    case PostProcessKind::kNone:
      return "none";
    case PostProcessKind::kCenter:
      return "center";
    case PostProcessKind::kWhiten:
      return fmt::format("whiten:{}", spec.epsilon) +
             (spec.within > 0 ? fmt::format(":within={}", spec.within) : "");
    case PostProcessKind::kRemoveTop:
      return fmt::format("abtt:{}", spec.directions);
  }
  return "none";
}

void PostProcess::Check(std::size_t model_dimension) const {
  if (IsIdentity()) return;
  if (dimension != model_dimension) {
    Fail(
        ErrorCode::kBadInput,
        "the post-processing was fitted on vectors of {} components, but the model's have {}; fit it to this "
        "model, or read as many with --dimensions",
        dimension, model_dimension);
  }
  CheckSpec(spec, FormatPostProcessSpec(spec));
  CheckPart(document_mean, dimension, "mean of documents");
  CheckPart(query_mean, dimension, "mean of queries");
  if (!map.empty()) CheckPart(map, dimension * dimension, "map");
}

void ApplyPostProcess(const PostProcess& post, Role role, std::span<float> rows) {
  if (post.IsIdentity()) return;
  const std::size_t dimension = post.dimension;
  if (rows.size() % dimension != 0) {
    Fail(ErrorCode::kInternal, "{} numbers are not rows of {}", rows.size(), dimension);
  }
  const std::vector<float>& mean = post.Mean(role);
  std::vector<float> centred(dimension);
  for (std::size_t first = 0; first < rows.size(); first += dimension) {
    const std::span<float> row = rows.subspan(first, dimension);
    std::transform(row.begin(), row.end(), mean.begin(), centred.begin(), std::minus<>());
    if (post.map.empty()) {
      std::copy(centred.begin(), centred.end(), row.begin());
    } else {
      for (std::size_t i = 0; i < dimension; ++i) {
        row[i] = Dot(post.map.data() + i * dimension, centred.data(), dimension);
      }
    }
    NormalizeVector(row);
  }
}

}  // namespace lengthwise
