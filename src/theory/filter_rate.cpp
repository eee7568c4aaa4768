#include "theory/filter_rate.h"

#include <algorithm>

#include "statistics/student.h"
#include "theory/attention.h"
#include "theory/laws.h"

namespace lengthwise {
namespace {

constexpr std::uint64_t kFilterRateStream = 1;

// Cost of one matrix entry: drawn, exponentiated, and in some 25 pairs of products.
constexpr double kCostOfScores = 100;
constexpr double kCostOfSpectrum = 80;

template <typename Draw, typename Pick>
std::vector<double> Collect(const std::vector<Draw>& draws, Pick pick) {
  std::vector<double> values;
  values.reserve(draws.size());
  for (const Draw& draw : draws) values.push_back(pick(draw));
  return values;
}

double PlainMean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

FilterRateExperiment::FilterRateExperiment(const TheoryOptions& options) : options_(options), head_sizes_{0} {
  head_sizes_.insert(head_sizes_.end(), options.head_sizes.begin(), options.head_sizes.end());
  for (std::size_t head = 0; head < head_sizes_.size(); ++head) {
    std::vector<Draws>& of_head = draws_.emplace_back();
    for (const std::size_t n : options_.lengths) {
      of_head.emplace_back(options_.sigmas.size(), std::vector<Draw>(DrawsAt(options_, n)));
    }
  }
}

void FilterRateExperiment::AddTasks(std::vector<TheoryTask>& tasks) {
  for (std::size_t head = 0; head < head_sizes_.size(); ++head) {
    const bool tempered = head + 1 == head_sizes_.size();
    const double spectra =
        static_cast<double>(options_.sigmas.size() * (tempered ? 1 + kTheoryTemperatures.size() : 1));
    for (std::size_t length = 0; length < options_.lengths.size(); ++length) {
      const std::size_t n = options_.lengths[length];
      const double cost = static_cast<double>(n * n) * (kCostOfScores + kCostOfSpectrum * spectra);
      Draws& draws = draws_[head][length];
      for (std::size_t draw = 0; draw < DrawsAt(options_, n); ++draw) {
        tasks.push_back({cost, [this, head, n, draw, &draws] { Run(head_sizes_[head], n, draw, draws); }});
      }
    }
  }
}

void FilterRateExperiment::Run(std::size_t head_size, std::size_t n, std::size_t draw, Draws& draws) const {
  Random random(StreamSeed(options_.seed, {kFilterRateStream, head_size, n, draw}));
  const RowMatrix scores = DrawScores(n, head_size, random);
  for (std::size_t s = 0; s < options_.sigmas.size(); ++s) {
    const double sigma = options_.sigmas[s];
    Draw& result = draws[s][draw];
    const RowMatrix attention = SoftmaxRows(scores, sigma);
    const RowShape shape = ShapeOfRows(attention);
    result.entropy = shape.entropy;
    result.largest_weight = shape.largest_weight;
    result.sigma_a = LargestCentredSingularValue(attention, kTheoryTolerance).value;
    if (head_size != head_sizes_.back()) continue;
    for (std::size_t t = 0; t < kTheoryTemperatures.size(); ++t) {
      result.tempered[t] =
          LargestCentredSingularValue(SoftmaxRows(scores, sigma / kTheoryTemperatures[t]), kTheoryTolerance)
              .value;
    }
  }
}

FilterRateCell FilterRateExperiment::Cell(std::size_t head_size, std::size_t n, std::size_t sigma,
                                          const Draws& draws) const {
  FilterRateCell cell;
  cell.head_size = head_size;
  cell.sigma = options_.sigmas[sigma];
  cell.n = n;
  cell.draws = draws[sigma].size();
  const auto length = static_cast<double>(n);
  cell.paper_bound = PaperBound(cell.sigma, length);
  cell.law = head_size == 0 ? FlatLaw(cell.sigma, length)
                            : HeadSizeLaw(cell.sigma, static_cast<double>(head_size), length);
  const std::vector<double> values = Collect(draws[sigma], [](const Draw& draw) { return draw.sigma_a; });
  cell.sigma_a = MeanInterval(values, options_.confidence);
  const auto above =
      std::count_if(values.begin(), values.end(), [&](double x) { return x > cell.paper_bound; });
  cell.share_above_bound = static_cast<double>(above) / static_cast<double>(values.size());
  cell.entropy = PlainMean(Collect(draws[sigma], [](const Draw& draw) { return draw.entropy; }));
  cell.largest_weight =
      PlainMean(Collect(draws[sigma], [](const Draw& draw) { return draw.largest_weight; }));
  return cell;
}

FilterRateResult FilterRateExperiment::Result() const {
  FilterRateResult result;
  for (std::size_t head = 0; head < head_sizes_.size(); ++head) {
    for (std::size_t s = 0; s < options_.sigmas.size(); ++s) {
      std::vector<Interval> means;
      for (std::size_t length = 0; length < options_.lengths.size(); ++length) {
        result.cells.push_back(Cell(head_sizes_[head], options_.lengths[length], s, draws_[head][length]));
        means.push_back(result.cells.back().sigma_a);
      }
      result.exponents.push_back(
          {head_sizes_[head], options_.sigmas[s], PowerLawExponent(options_.lengths, means)});
    }
  }
  for (std::size_t s = 0; s < options_.sigmas.size(); ++s) {
    for (std::size_t t = 0; t < kTheoryTemperatures.size(); ++t) {
      for (std::size_t length = 0; length < options_.lengths.size(); ++length) {
        const std::vector<Draw>& draws = draws_.back()[length][s];
        TemperatureCell cell;
        cell.sigma = options_.sigmas[s];
        cell.n = options_.lengths[length];
        cell.temperature = kTheoryTemperatures[t];
        cell.draws = draws.size();
        cell.gain = MeanInterval(Collect(draws,
                                         [&](const Draw& draw) {
                                           // Rows that are all the same stay so at any temperature below 1.
                                           return draw.sigma_a > 0 ? draw.tempered[t] / draw.sigma_a : 1.0;
                                         }),
                                 options_.confidence);
        const auto n = static_cast<double>(cell.n);
        cell.bound_gain = PaperBound(cell.sigma / cell.temperature, n) / PaperBound(cell.sigma, n);
        result.temperature.push_back(cell);
      }
    }
  }
  return result;
}

}  // namespace lengthwise
