#include "theory/stack.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lengthwise {
namespace {

// Of BERT.
constexpr float kLayerNormEpsilon = 1e-12F;

// Scores that vary less are equal for every purpose: attention is uniform at any scale.
constexpr double kLeastDeviation = 1e-30;

FloatRowMatrix DrawWeights(std::size_t in, std::size_t out, Random& random) {
  FloatRowMatrix weights(static_cast<Eigen::Index>(in), static_cast<Eigen::Index>(out));
  const double scale = 1 / std::sqrt(static_cast<double>(in));
  for (Eigen::Index i = 0; i < weights.size(); ++i) {
    weights.data()[i] = static_cast<float>(scale * random.Normal());
  }
  return weights;
}

StackStates Split(const FloatRowMatrix& x) {
  StackStates states;
  states.dc = x.colwise().mean();
  states.hc = x.rowwise() - states.dc;
  return states;
}

FloatRowMatrix Whole(const StackStates& states) {
  return states.hc.rowwise() + states.dc;
}

// Gain 1, bias 0.
void NormaliseRows(FloatRowMatrix& x) {
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    x.row(i).array() -= x.row(i).mean();
    x.row(i) /= std::sqrt(x.row(i).squaredNorm() / static_cast<float>(x.cols()) + kLayerNormEpsilon);
  }
}

FloatRowMatrix Gelu(const FloatRowMatrix& x) {
  return x.unaryExpr([](float v) { return 0.5F * v * (1 + std::erf(v / std::numbers::sqrt2_v<float>)); });
}

// Mean cosine of different rows; rows of no length count as 0.
template <typename Rows>
double MeanPairwiseCosine(std::size_t count, Eigen::Index width, Rows&& row) {
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(width);
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Eigen::RowVectorXd x = row(i);
    const double norm = x.norm();
    if (norm == 0) continue;
    sum += x / norm;
    squares += 1;
  }
  const auto n = static_cast<double>(count);
  return (sum.squaredNorm() - squares) / (n * (n - 1));
}

}  // namespace

const char* StackPartsName(StackParts parts) {
  switch (parts) {
    case StackParts::kAttention:
      return "attention";
    case StackParts::kResidual:
      return "residual";
    case StackParts::kLayerNorm:
      return "layer_norm";
    case StackParts::kFeedForward:
      break;
  }
  return "feed_forward";
}

RandomStack::RandomStack(const StackShape& shape, Random& random) : shape_(shape) {
  for (std::size_t i = 0; i < shape.layers; ++i) {
    StackLayer& layer = layers_.emplace_back();
    for (FloatRowMatrix* weights : {&layer.query, &layer.key, &layer.value, &layer.output}) {
      *weights = DrawWeights(shape.width, shape.width, random);
    }
    layer.up = DrawWeights(shape.width, shape.hidden, random);
    layer.down = DrawWeights(shape.hidden, shape.width, random);
    layer.scales.assign(shape.heads, 1);
  }
}

FloatRowMatrix RandomStack::Scores(const StackLayer& layer, std::size_t head,
                                   const StackStates& states) const {
  const auto size = static_cast<Eigen::Index>(shape_.width / shape_.heads);
  const Eigen::Index first = static_cast<Eigen::Index>(head) * size;
  // The mean token's key adds a constant to each row of the scores, which softmax ignores: left out, it costs
  // no digits of the differences.
  const FloatRowMatrix queries = Whole(states) * layer.query.middleCols(first, size);
  const FloatRowMatrix keys = states.hc * layer.key.middleCols(first, size);
  return queries * keys.transpose();
}

void RandomStack::Calibrate(std::span<const StackStates> documents, double sigma, StackParts parts) {
  std::vector<StackStates> states(documents.begin(), documents.end());
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    StackLayer& layer = layers_[i];
    for (std::size_t head = 0; head < shape_.heads; ++head) {
      double squares = 0;
      double count = 0;
      for (const StackStates& document : states) {
        const FloatRowMatrix scores = Scores(layer, head, document);
        for (Eigen::Index row = 0; row < scores.rows(); ++row) {
          const auto values = scores.row(row).cast<double>().array();
          squares += (values - values.mean()).square().sum();
        }
        count += static_cast<double>(scores.size());
      }
      const double deviation = std::sqrt(squares / count);
      layer.scales[head] = deviation > kLeastDeviation ? static_cast<float>(sigma / deviation) : 1;
    }
    for (StackStates& document : states) Apply(i, parts, document);
  }
}

void RandomStack::Apply(std::size_t index, StackParts parts, StackStates& states) const {
  const StackLayer& layer = layers_[index];
  const Eigen::Index n = states.hc.rows();
  const auto size = static_cast<Eigen::Index>(shape_.width / shape_.heads);
  const FloatRowMatrix values = states.hc * layer.value;
  FloatRowMatrix mixed(n, values.cols());
  for (std::size_t head = 0; head < shape_.heads; ++head) {
    FloatRowMatrix attention = Scores(layer, head, states);
    for (Eigen::Index i = 0; i < n; ++i) {
      const float largest = attention.row(i).maxCoeff();
      attention.row(i) = (layer.scales[head] * (attention.row(i).array() - largest)).exp();
      attention.row(i) /= attention.row(i).sum();
    }
    const Eigen::Index first = static_cast<Eigen::Index>(head) * size;
    mixed.middleCols(first, size).noalias() = attention * values.middleCols(first, size);
  }
  // Rows of attention sum to 1, so that the mean token's value passes through it unchanged.
  StackStates attended = Split(mixed);
  attended.dc = ((attended.dc + states.dc * layer.value) * layer.output).eval();
  attended.hc = (attended.hc * layer.output).eval();
  if (parts == StackParts::kAttention) {
    states = std::move(attended);
    return;
  }
  states.dc += attended.dc;
  states.hc += attended.hc;
  if (parts == StackParts::kResidual) return;
  FloatRowMatrix x = Whole(states);
  NormaliseRows(x);
  if (parts == StackParts::kFeedForward) {
    const FloatRowMatrix hidden = Gelu(x * layer.up);
    x += hidden * layer.down;
    NormaliseRows(x);
  }
  states = Split(x);
}

StackStates DrawDocument(const StackShape& shape, const TokenModel& tokens, std::size_t n,
                         std::uint64_t shared_seed, std::uint64_t document_seed) {
  Random shared(shared_seed);
  Random own(document_seed);
  const auto width = static_cast<Eigen::Index>(shape.width);
  Eigen::RowVectorXf same(width);
  for (float& x : same) {
    x = static_cast<float>(std::sqrt(tokens.shared) * shared.Normal() +
                           std::sqrt(tokens.topic) * own.Normal());
  }
  FloatRowMatrix x(static_cast<Eigen::Index>(n), width);
  const double spread = std::sqrt(1 - tokens.shared - tokens.topic);
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(spread * own.Normal());
  x.rowwise() += same;
  return Split(x);
}

double TokenCosine(const StackStates& states) {
  const Eigen::RowVectorXd mean = states.dc.cast<double>();
  return MeanPairwiseCosine(static_cast<std::size_t>(states.hc.rows()), states.hc.cols(), [&](std::size_t i) {
    return Eigen::RowVectorXd(states.hc.row(static_cast<Eigen::Index>(i)).cast<double>() + mean);
  });
}

double HcRatio(const StackStates& states) {
  const double ratio = states.hc.cast<double>().norm() /
                       (states.dc.cast<double>().norm() * std::sqrt(static_cast<double>(states.hc.rows())));
  return std::max(ratio, kLeastHcRatio);
}

double PooledCosine(std::span<const StackStates> documents) {
  return MeanPairwiseCosine(documents.size(), documents.front().dc.size(), [&](std::size_t i) {
    return Eigen::RowVectorXd(documents[i].dc.cast<double>());
  });
}

}  // namespace lengthwise
