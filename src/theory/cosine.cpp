#include "theory/cosine.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "statistics/student.h"
#include "theory/attention.h"

namespace lengthwise {
namespace {

constexpr std::uint64_t kWeightStream = 4;
constexpr std::uint64_t kSharedStream = 5;
constexpr std::uint64_t kDocumentStream = 6;
constexpr std::size_t kFewestNetworks = 4;

std::vector<std::size_t> CosineLengths(const TheoryOptions& options) {
  std::vector<std::size_t> lengths;
  for (const std::size_t n : options.lengths) {
    if (n <= kCosineLongest || lengths.size() < 2) lengths.push_back(n);
  }
  return lengths;
}

// The paired difference, element by element.
Interval MeanDifference(std::vector<double> a, const std::vector<double>& b, double confidence) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return MeanInterval(a, confidence);
}

}  // namespace

CosineExperiment::CosineExperiment(const TheoryOptions& options) : options_(options) {
  settings_.networks = std::max(kFewestNetworks, options.draws / 2);
  settings_.lengths = CosineLengths(options);
  const std::vector<double>& sigmas = options.sigmas;
  for (const std::size_t i : {std::size_t{0}, (sigmas.size() - 1) / 2, sigmas.size() - 1}) {
    if (settings_.sigmas.empty() || sigmas[i] > settings_.sigmas.back())
      settings_.sigmas.push_back(sigmas[i]);
  }
  settings_.shape.layers = *std::rbegin(kCosineDepths);
  const auto add = [&](const CosinePlace& place) {
    places_.push_back({place, std::vector<std::vector<Measured>>(
                                  settings_.networks, std::vector<Measured>(settings_.lengths.size()))});
  };
  add({});
  for (const StackParts parts :
       {StackParts::kAttention, StackParts::kResidual, StackParts::kLayerNorm, StackParts::kFeedForward}) {
    for (const double sigma : settings_.sigmas) {
      for (const std::size_t depth : kCosineDepths) add({parts, sigma, depth});
    }
  }
}

void CosineExperiment::AddTasks(std::vector<TheoryTask>& tasks) {
  const StackShape& shape = settings_.shape;
  double cost = 0;
  for (const std::size_t n : settings_.lengths) {
    const std::size_t products = 8 * shape.width * shape.width + 4 * n * shape.width + 10 * shape.heads * n;
    cost += static_cast<double>(kCosineDocuments * shape.layers * n * products) / 4;
  }
  for (std::size_t network = 0; network < settings_.networks; ++network) {
    tasks.push_back({cost / 100, [this, network] { Run(0, network); }});
    for (std::size_t first = 1; first < places_.size(); first += std::size(kCosineDepths)) {
      tasks.push_back({cost, [this, first, network] { Run(first, network); }});
    }
  }
}

std::vector<StackStates> CosineExperiment::Documents(std::size_t network, std::size_t n) const {
  std::vector<StackStates> documents;
  for (std::size_t i = 0; i < kCosineDocuments; ++i) {
    documents.push_back(DrawDocument(settings_.shape, settings_.tokens, n,
                                     StreamSeed(options_.seed, {kSharedStream, network}),
                                     StreamSeed(options_.seed, {kDocumentStream, network, i})));
  }
  return documents;
}

CosineExperiment::Measured CosineExperiment::Measure(const std::vector<StackStates>& documents) {
  Measured measured;
  measured.cosine = PooledCosine(documents);
  for (const StackStates& states : documents) {
    measured.token_cosine += TokenCosine(states) / static_cast<double>(documents.size());
    measured.log_hc_ratio += std::log10(HcRatio(states)) / static_cast<double>(documents.size());
  }
  return measured;
}

void CosineExperiment::Run(std::size_t first, std::size_t network) {
  const CosinePlace& place = places_[first].place;
  if (!place.parts) {
    for (std::size_t l = 0; l < settings_.lengths.size(); ++l) {
      places_[first].draws[network][l] = Measure(Documents(network, settings_.lengths[l]));
    }
    return;
  }
  Random random(StreamSeed(options_.seed, {kWeightStream, network}));
  RandomStack stack(settings_.shape, random);
  stack.Calibrate(Documents(network, settings_.lengths.front()), place.sigma, *place.parts);
  for (std::size_t l = 0; l < settings_.lengths.size(); ++l) {
    std::vector<StackStates> documents = Documents(network, settings_.lengths[l]);
    std::size_t depth = 0;
    for (std::size_t k = 0; k < std::size(kCosineDepths); ++k) {
      for (; depth < kCosineDepths[k]; ++depth) {
        for (StackStates& states : documents) stack.Apply(depth, *place.parts, states);
      }
      places_[first + k].draws[network][l] = Measure(documents);
    }
  }
}

std::vector<double> CosineExperiment::Slopes(const Place& place, double Measured::*value) const {
  std::vector<double> slopes;
  for (const std::vector<Measured>& lengths : place.draws) {
    std::vector<double> y;
    for (const Measured& measured : lengths) y.push_back(measured.*value);
    slopes.push_back(SlopeOnLog2(settings_.lengths, y));
  }
  return slopes;
}

std::vector<double> CosineExperiment::Values(const Place& place, std::size_t length,
                                             double Measured::*value) {
  std::vector<double> values;
  for (const std::vector<Measured>& lengths : place.draws) values.push_back(lengths[length].*value);
  return values;
}

CosineSlope CosineExperiment::SlopeOf(const Place& place) const {
  const Place& pooling = places_.front();
  const double confidence = options_.confidence;
  const std::size_t last = settings_.lengths.size() - 1;
  const auto cosine = &Measured::cosine;
  CosineSlope slope;
  slope.place = place.place;
  slope.slope = MeanInterval(Slopes(place, cosine), confidence);
  slope.token_slope = MeanInterval(Slopes(place, &Measured::token_cosine), confidence);
  slope.excess_slope = MeanDifference(Slopes(place, cosine), Slopes(pooling, cosine), confidence);
  slope.excess_at_shortest = MeanDifference(Values(place, 0, cosine), Values(pooling, 0, cosine), confidence);
  slope.excess_at_longest =
      MeanDifference(Values(place, last, cosine), Values(pooling, last, cosine), confidence);
  return slope;
}

CosineResult CosineExperiment::Result() const {
  CosineResult result = settings_;
  for (const Place& place : places_) {
    for (std::size_t l = 0; l < settings_.lengths.size(); ++l) {
      const auto mean = [&](double Measured::*value) {
        return MeanInterval(Values(place, l, value), options_.confidence);
      };
      result.cells.push_back({place.place, settings_.lengths[l], mean(&Measured::cosine),
                              mean(&Measured::token_cosine), *mean(&Measured::log_hc_ratio).estimate});
    }
    result.slopes.push_back(SlopeOf(place));
  }
  return result;
}

}  // namespace lengthwise
