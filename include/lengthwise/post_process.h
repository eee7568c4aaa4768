// Post-processing of embeddings, as a value: take a mean away, map linearly, normalise. Fitted without
// labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

// What a text is in a search. Queries and documents may have means of their own.
enum class Role { kDocument, kQuery };

// "document", "query". Throws kBadInput, naming the two, for anything else.
Role ParseRole(std::string_view name);
const char* RoleName(Role role);

enum class PostProcessKind {
  kNone,
  kCenter,     // x - mu
  kWhiten,     // U diag((lambda / lambda_max + epsilon)^(-1/2)) U^T (x - mu)
  kRemoveTop,  // x - mu without its part in the first `directions` eigenvectors: "all but the top" (Mu and
               // Viswanath, arXiv 1702.01417)
};

// The epsilons that Check accepts: beyond them the map overflows, or whitening is lost in rounding.
inline constexpr double kLeastEpsilon = 1e-6;
inline constexpr double kMostEpsilon = 1e6;

// What to fit. U and lambda are eigenvectors and eigenvalues of a scatter S; epsilon is a shrinkage: as it
// grows, whitening becomes centring. S is the covariance of the documents' vectors; of documents with several
// vectors each, those of their windows, it may be
//   within S_within / tr S_within + (1 - within) S_total / tr S_total,
// S_within the scatter of a document's windows about the document's own mean: which document a window is of
// stands in for a label (within-class covariance normalisation, Hatch, Kajarekar, Stolcke 2006; the blend is
// Kaldi's total-covariance factor).
struct PostProcessSpec {
  PostProcessKind kind = PostProcessKind::kNone;
  double epsilon = 0;          // kWhiten alone
  double within = 0;           // kWhiten alone; from 0 to 1
  std::size_t directions = 0;  // kRemoveTop alone
  bool operator==(const PostProcessSpec&) const = default;
};

// "none", "center", "whiten:EPSILON", "whiten:EPSILON:within=SHARE", "abtt:DIRECTIONS". Throws kBadInput for
// anything else and for numbers out of range, naming the choices.
PostProcessSpec ParsePostProcessSpec(std::string_view text);
// The same text, with the shortest digits that read back as the same number.
std::string FormatPostProcessSpec(const PostProcessSpec& spec);

// y = map (x - mean of the role), divided by its norm; a zero y stays zero. x is a vector as the model gives
// it, normalised if the model normalises. The default changes nothing.
struct PostProcess {
  PostProcessSpec spec;
  std::size_t dimension = 0;  // 0: no post-processing
  std::vector<float> document_mean;
  std::vector<float> query_mean;
  // [dimension x dimension], row-major; empty: the identity.
  std::vector<float> map;
  // Under the long-input policy window-mean: applied to the vector of each window, before the mean, instead
  // of to the mean.
  bool each_window = false;

  bool IsIdentity() const { return dimension == 0; }
  // Whether it matters for the result if a text is a query or a document.
  bool NeedsRole() const { return document_mean != query_mean; }
  const std::vector<float>& Mean(Role role) const {
    return role == Role::kQuery ? query_mean : document_mean;
  }

  // Throws kBadInput unless it is the identity or fits vectors of `model_dimension`, its parts have the sizes
  // said above and every number is finite.
  void Check(std::size_t model_dimension) const;
};

// In place; rows [n x post.dimension], row-major. Each row's result depends on that row alone.
void ApplyPostProcess(const PostProcess& post, Role role, std::span<float> rows);

// Sums over vectors that determine a post-processing; memory does not grow with their number. Merging is
// associative and commutative; merged sums differ from those of one pass by rounding alone (below 1e-9 of
// their norm).
struct VectorMoments {
  explicit VectorMoments(std::size_t vector_dimension);

  std::size_t dimension = 0;
  std::uint64_t count = 0;
  std::vector<double> sum;  // [dimension], of x
  std::vector<double>
      second_moment;  // [dimension x dimension], of x x^T; column-major, the lower triangle is kept
  // Of texts with several vectors: the sum of (x - m)(x - m)^T, m the mean of the text's own vectors, in the
  // same form; empty where there was none.
  std::vector<double> within_moment;

  // rows [n x dimension], each a text of its own; many at once are faster. Throws kBadInput for a component
  // that is not finite.
  void Add(std::span<const float> rows);
  // Rows offsets[i] to offsets[i + 1] are of text i; of whole texts alone. Throws as Add.
  void AddTexts(std::span<const float> rows, std::span<const std::size_t> offsets);
  // The scatter of such rows about their texts' means alone, for vectors of whole texts that are added apart.
  void AddScatter(std::span<const float> rows, std::span<const std::size_t> offsets);
  // Throws kBadInput where dimensions differ.
  void Merge(const VectorMoments& other);
};

// Fits `spec`: the map from the documents, the means from each side. Without `queries` (null), they are
// centred on the documents' mean, which costs much of the gain where queries lie elsewhere. Where no document
// has two vectors there is no scatter within documents: the result's spec then says within 0. Throws
// kBadInput for too few vectors to fit on (2; for kRemoveTop directions + 2; 2 queries), for vectors that are
// all the same, for directions >= dimension, and where dimensions differ.
PostProcess FitPostProcess(const PostProcessSpec& spec, const VectorMoments& documents,
                           const VectorMoments* queries);

}  // namespace lengthwise
