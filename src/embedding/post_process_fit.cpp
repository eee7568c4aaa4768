// Fitting a post-processing to sums over vectors.
#include <algorithm>
#include <cmath>
#include <functional>

#include <Eigen/Eigenvalues>

#include "base/fail.h"
#include "embedding/post_process_check.h"
#include "lengthwise/post_process.h"

namespace lengthwise {
namespace {

// Rows that enter the second moment at once: enough for matrix products to be fast.
constexpr std::size_t kSummedRows = 64;

Eigen::Index Index(std::size_t value) {
  return static_cast<Eigen::Index>(value);
}

Eigen::VectorXd MeanOf(const VectorMoments& moments) {
  return Eigen::Map<const Eigen::VectorXd>(moments.sum.data(), Index(moments.dimension)) /
         static_cast<double>(moments.count);
}

std::vector<float> AsFloats(const Eigen::MatrixXd& values) {
  // Row-major: the maps here are symmetric, but the value promises it.
  std::vector<float> floats(static_cast<std::size_t>(values.size()));
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    for (Eigen::Index j = 0; j < values.cols(); ++j) {
      floats[static_cast<std::size_t>(i * values.cols() + j)] = static_cast<float>(values(i, j));
    }
  }
  return floats;
}

// Of the population (divided by the count): what is made of it does not depend on its scale.
Eigen::MatrixXd CovarianceOf(const VectorMoments& moments) {
  const Eigen::Index dimension = Index(moments.dimension);
  const Eigen::VectorXd mean = MeanOf(moments);
  const Eigen::Map<const Eigen::MatrixXd> second(moments.second_moment.data(), dimension, dimension);
  Eigen::MatrixXd covariance = second.selfadjointView<Eigen::Lower>();
  covariance /= static_cast<double>(moments.count);
  covariance.noalias() -= mean * mean.transpose();
  return covariance;
}

// The total variance below which vectors count as all the same: what rounding of the sums leaves.
double LeastVariance(const VectorMoments& moments) {
  double energy = 0;
  for (std::size_t i = 0; i < moments.dimension; ++i) {
    energy += moments.second_moment[i * moments.dimension + i];
  }
  return 1e-12 * energy / static_cast<double>(moments.count);
}

// Whether the sums hold a scatter within documents that is more than rounding.
bool HasWithin(const VectorMoments& documents) {
  double trace = 0;
  if (documents.within_moment.empty()) return false;
  for (std::size_t i = 0; i < documents.dimension; ++i) {
    trace += documents.within_moment[i * documents.dimension + i];
  }
  return trace > LeastVariance(documents) * static_cast<double>(documents.count);
}

// The scatter of `spec`. Its scale does not matter; that of its two parts to each other does, so that each
// has trace 1.
Eigen::MatrixXd ScatterOf(const PostProcessSpec& spec, const VectorMoments& documents,
                          Eigen::MatrixXd covariance) {
  if (spec.within == 0) return covariance;
  const Eigen::Index dimension = Index(documents.dimension);
  const Eigen::Map<const Eigen::MatrixXd> sums(documents.within_moment.data(), dimension, dimension);
  const Eigen::MatrixXd within = sums.selfadjointView<Eigen::Lower>();
  covariance *= (1 - spec.within) / covariance.trace();
  covariance += (spec.within / within.trace()) * within;
  return covariance;
}

Eigen::MatrixXd MapOf(const PostProcessSpec& spec, const VectorMoments& documents) {
  const Eigen::MatrixXd covariance = CovarianceOf(documents);
  if (!(covariance.trace() > LeastVariance(documents))) {
    Fail(ErrorCode::kBadInput,
         "post-processing \"{}\" cannot be fitted: all {} documents have the same vector",
         FormatPostProcessSpec(spec), documents.count);
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(ScatterOf(spec, documents, covariance));
  if (solver.info() != Eigen::Success) {
    Fail(ErrorCode::kInternal, "the eigenvalues of a covariance of {} components did not converge",
         documents.dimension);
  }
  // In ascending order; rounding may make the least of them negative.
  const Eigen::VectorXd values = solver.eigenvalues().cwiseMax(0.0);
  const Eigen::MatrixXd& vectors = solver.eigenvectors();
  if (spec.kind == PostProcessKind::kWhiten) {
    const double largest = values(values.size() - 1);
    const Eigen::VectorXd gains = (values.array() / largest + spec.epsilon).rsqrt();
    return vectors * gains.asDiagonal() * vectors.transpose();
  }
  const auto top = vectors.rightCols(Index(spec.directions));
  Eigen::MatrixXd map = Eigen::MatrixXd::Identity(covariance.rows(), covariance.cols());
  map.noalias() -= top * top.transpose();
  return map;
}

void CheckSample(const PostProcessSpec& spec, const VectorMoments& documents, const VectorMoments* queries) {
  CheckDirections(spec, documents.dimension);
  const std::string name = FormatPostProcessSpec(spec);
  const std::uint64_t least = spec.kind == PostProcessKind::kRemoveTop ? spec.directions + 2 : 2;
  if (documents.count < least) {
    Fail(ErrorCode::kBadInput, "post-processing \"{}\" needs {} documents to be fitted on, but there are {}",
         name, least, documents.count);
  }
  if (queries == nullptr) return;
  if (queries->dimension != documents.dimension) {
    Fail(ErrorCode::kBadInput, "queries of {} components beside documents of {}: two models?",
         queries->dimension, documents.dimension);
  }
  if (queries->count < 2) {
    Fail(ErrorCode::kBadInput, "the mean of queries needs 2 queries or more, but there are {}",
         queries->count);
  }
}

}  // namespace

void CheckDirections(const PostProcessSpec& spec, std::size_t dimension) {
  if (spec.kind != PostProcessKind::kRemoveTop || spec.directions < dimension) return;
  Fail(ErrorCode::kBadInput, "post-processing \"{}\" would remove {} of {} dimensions; give fewer",
       FormatPostProcessSpec(spec), spec.directions, dimension);
}

VectorMoments::VectorMoments(std::size_t vector_dimension)
    : dimension(vector_dimension), sum(dimension, 0.0), second_moment(dimension * dimension, 0.0) {}

void VectorMoments::AddTexts(std::span<const float> rows, std::span<const std::size_t> offsets) {
  Add(rows);
  AddScatter(rows, offsets);
}

void VectorMoments::AddScatter(std::span<const float> rows, std::span<const std::size_t> offsets) {
  // Centred rows of many texts, so that each product has many.
  Eigen::MatrixXd block(Index(dimension), Index(kSummedRows));
  Eigen::Index filled = 0;
  const auto sum_block = [&] {
    if (filled == 0) return;
    if (within_moment.empty()) within_moment.assign(dimension * dimension, 0.0);
    Eigen::Map<Eigen::MatrixXd> within(within_moment.data(), Index(dimension), Index(dimension));
    within.selfadjointView<Eigen::Lower>().rankUpdate(block.leftCols(filled));
    filled = 0;
  };
  for (std::size_t text = 0; text + 1 < offsets.size(); ++text) {
    const std::size_t count_of_text = offsets[text + 1] - offsets[text];
    if (count_of_text < 2) continue;
    const Eigen::Map<const Eigen::MatrixXf> given(rows.data() + offsets[text] * dimension, Index(dimension),
                                                  Index(count_of_text));
    const Eigen::VectorXd mean = given.cast<double>().rowwise().mean();
    for (Eigen::Index r = 0; r < given.cols(); ++r) {
      block.col(filled++) = given.col(r).cast<double>() - mean;
      if (filled == block.cols()) sum_block();
    }
  }
  sum_block();
}

void VectorMoments::Add(std::span<const float> rows) {
  if (dimension == 0 || rows.size() % dimension != 0) {
    Fail(ErrorCode::kInternal, "{} numbers are not rows of {}", rows.size(), dimension);
  }
  Eigen::Map<Eigen::VectorXd> total(sum.data(), Index(dimension));
  Eigen::Map<Eigen::MatrixXd> second(second_moment.data(), Index(dimension), Index(dimension));
  for (std::size_t first = 0; first < rows.size(); first += kSummedRows * dimension) {
    const auto part = rows.subspan(first, std::min(kSummedRows * dimension, rows.size() - first));
    const Eigen::Map<const Eigen::MatrixXf> given(part.data(), Index(dimension),
                                                  Index(part.size() / dimension));
    if (!given.allFinite()) {
      Fail(ErrorCode::kBadInput,
           "the vector of text {} holds NaN or infinity; check the weights and the temperature", count + 1);
    }
    const Eigen::MatrixXd block = given.cast<double>();
    total += block.rowwise().sum();
    second.selfadjointView<Eigen::Lower>().rankUpdate(block);
    count += static_cast<std::uint64_t>(block.cols());
  }
}

void VectorMoments::Merge(const VectorMoments& other) {
  if (dimension != other.dimension) {
    Fail(ErrorCode::kBadInput, "moments of vectors of {} components cannot be merged with those of {}",
         other.dimension, dimension);
  }
  count += other.count;
  if (!other.within_moment.empty()) {
    if (within_moment.empty()) within_moment.assign(dimension * dimension, 0.0);
    std::transform(within_moment.begin(), within_moment.end(), other.within_moment.begin(),
                   within_moment.begin(), std::plus<>());
  }
  std::transform(sum.begin(), sum.end(), other.sum.begin(), sum.begin(), std::plus<>());
  std::transform(second_moment.begin(), second_moment.end(), other.second_moment.begin(),
                 second_moment.begin(), std::plus<>());
}

PostProcess FitPostProcess(const PostProcessSpec& spec, const VectorMoments& documents,
                           const VectorMoments* queries) {
  PostProcess post;
  if (spec.kind == PostProcessKind::kNone) return post;
  CheckSample(spec, documents, queries);
  post.spec = spec;
  if (!HasWithin(documents)) post.spec.within = 0;
  post.dimension = documents.dimension;
  post.document_mean = AsFloats(MeanOf(documents));
  post.query_mean = queries != nullptr ? AsFloats(MeanOf(*queries)) : post.document_mean;
  if (spec.kind != PostProcessKind::kCenter) post.map = AsFloats(MapOf(post.spec, documents));
  post.Check(documents.dimension);
  return post;
}

}  // namespace lengthwise
