#include "controls/placement.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "embedding/long_input.h"
#include "embedding/pooling.h"

namespace lengthwise {
namespace {

constexpr std::size_t kWindow = 128;  // where no repair names another
constexpr std::size_t kDepth = 10;    // of nDCG

// Embeds nothing twice that two ways of reading share.
struct RawWindows {
  std::vector<WindowEmbeddings> texts;  // by place
  WindowEmbeddings queries;
};

struct Way {
  Handling handling = Handling::kCut;
  EmbedderOptions options;
};

// As the model reads by itself.
EmbedderOptions PlainOptions(const Session& embedder) {
  EmbedderOptions plain = embedder.options();
  plain.long_input = {};
  plain.attention = {};
  plain.positions = {};
  plain.post_process = {};
  return plain;
}

std::size_t WindowOf(const EmbedderOptions* repaired, const Session& embedder, std::size_t length) {
  const std::size_t most = std::min(length, embedder.limits().in_force);
  const bool given =
      repaired != nullptr && HasWindows(repaired->long_input.kind) && repaired->long_input.window > 0;
  return std::min(given ? repaired->long_input.window : kWindow, most);
}

std::vector<Way> WaysOf(const Session& embedder, const EmbedderOptions* repaired, std::size_t length) {
  const EmbedderOptions plain = PlainOptions(embedder);
  std::vector<Way> ways;
  if (embedder.limits().in_force < length) ways.push_back({Handling::kCut, plain});
  ways.push_back({Handling::kOnePass, plain});
  ways.back().options.max_length = length;
  for (const Handling handling : {Handling::kWindowMean, Handling::kBestWindow}) {
    ways.push_back({handling, plain});
    LongInput& policy = ways.back().options.long_input;
    policy.kind = handling == Handling::kWindowMean ? LongInputKind::kWindowMean : LongInputKind::kWindows;
    policy.window = WindowOf(repaired, embedder, length);
  }
  if (repaired != nullptr) ways.push_back({Handling::kRepaired, *repaired});
  return ways;
}

// Whether the windows of one, as the model gives them, are those of the other.
bool SameWindows(const EmbedderOptions& a, const EmbedderOptions& b, bool normalized) {
  const auto plain = [](const EmbedderOptions& options) {
    return HasWindows(options.long_input.kind) && options.attention.IsIdentity() &&
           options.positions.IsIdentity();
  };
  return plain(a) && plain(b) && a.max_length == b.max_length && a.long_input.window == b.long_input.window &&
         a.long_input.stride == b.long_input.stride &&
         a.long_input.late_chunking == b.long_input.late_chunking &&
         (normalized || MixesUnitVectors(a.long_input.kind) == MixesUnitVectors(b.long_input.kind));
}

// Tokens of all texts as a way reads them, but for the special ones of windows.
std::size_t PlannedTokens(const Way& way, std::size_t in_force, const PlacementFrame& frame) {
  return (way.handling == Handling::kCut ? in_force : frame.length) * frame.passages() * kPlaceCount;
}

// The most like of a text's vectors, by inner product.
std::vector<double> ScoresOf(const Embeddings& texts, std::span<const float> query, bool scaled) {
  std::vector<double> scores(texts.texts(), -2);
  for (std::size_t r = 0; r < texts.rows(); ++r) {
    double product = 0, squares = 0;
    for (std::size_t c = 0; c < texts.dimension; ++c) {
      product += static_cast<double>(texts.row(r)[c]) * query[c];
      squares += static_cast<double>(texts.row(r)[c]) * texts.row(r)[c];
    }
    if (scaled && squares > 0) product /= std::sqrt(squares);
    double& score = scores[texts.parts.empty() ? r : static_cast<std::size_t>(texts.parts[r].text)];
    score = std::max(score, product);
  }
  return scores;
}

double NdcgOfRank(std::size_t rank) {  // from 1; one text is relevant
  return rank <= kDepth ? 1 / std::log2(static_cast<double>(rank) + 1) : 0;
}

// Of each query, whose text is the one of its number. Texts that tie with it count as half before it.
std::vector<double> NdcgOfQueries(const Embeddings& texts, const Embeddings& queries, bool scaled) {
  std::vector<double> found;
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    const std::vector<double> scores = ScoresOf(texts, queries.row(q), scaled);
    const auto before =
        std::count_if(scores.begin(), scores.end(), [&](double score) { return score > scores[q]; });
    const auto same = std::count(scores.begin(), scores.end(), scores[q]) - 1;
    found.push_back(NdcgOfRank(static_cast<std::size_t>(before + (same + 1) / 2) + 1));
  }
  return found;
}

class Placer {
 public:
  Placer(const Session& embedder, const PlacementFrame& frame, const EmbedderOptions* repaired,
         const TokenProgress& progress)
      : embedder_(embedder),
        frame_(frame),
        ways_(WaysOf(embedder, repaired, frame.length)),
        progress_(progress) {}

  std::span<const Way> ways() const { return ways_; }

  // nDCG@10 of each query, by place.
  std::vector<std::vector<double>> Found(const Way& way) {
    const Session session(embedder_.shared_model(), embedder_.shared_pool(), way.options);
    if (!(shared_ && SameWindows(*shared_, way.options, embedder_.checkpoint().normalize)))
      Embed(session, PlannedTokens(way, embedder_.limits().in_force, frame_));
    shared_ = way.options;
    const Embeddings queries = session.Finish(raw_.queries, Role::kQuery);
    // Sums of two cosines are not scaled.
    const LongInput& policy = way.options.long_input;
    const bool scaled = !(policy.kind == LongInputKind::kWindows && policy.add_body);
    std::vector<std::vector<double>> found;
    for (const WindowEmbeddings& texts : raw_.texts)
      found.push_back(NdcgOfQueries(session.Finish(texts, Role::kDocument), queries, scaled));
    return found;
  }

 private:
  // `planned`: tokens, of all places.
  void Embed(const Session& session, std::size_t planned) {
    raw_.queries = session.EmbedContent(frame_.Queries(), {}, Role::kQuery);
    raw_.texts.clear();
    for (std::size_t place = 0; place < kPlaceCount; ++place) {
      raw_.texts.push_back(session.EmbedContent(frame_.Texts(place), {}, Role::kDocument));
      if (progress_) progress_(tokens_ + planned * (place + 1) / kPlaceCount);
    }
    tokens_ += planned;
  }

  const Session& embedder_;
  const PlacementFrame& frame_;
  std::vector<Way> ways_;
  const TokenProgress& progress_;
  std::optional<EmbedderOptions> shared_;  // that raw_ is of
  RawWindows raw_;
  std::size_t tokens_ = 0;
};

std::size_t ReadTokens(const Way& way, std::size_t in_force, std::size_t length) {
  const LongInput& policy = way.options.long_input;
  const std::size_t most = std::min(length, way.options.max_length > 0 ? way.options.max_length : in_force);
  return HasWindows(policy.kind) && policy.window > 0 ? std::min(policy.window, most) : most;
}

// 1 - worst / best, of the values as they are and in every resample. Absent where the best is 0.
std::optional<ResampledValue> Sensitivity(std::span<const ResampledValue> places) {
  ResampledValue sensitivity;
  const auto of = [&](const auto& value_of) {
    double least = value_of(places[0]), most = least;
    for (const ResampledValue& place : places) {
      least = std::min(least, value_of(place));
      most = std::max(most, value_of(place));
    }
    return most > 0 ? 1 - least / most : 0;
  };
  sensitivity.estimate = of([](const ResampledValue& place) { return place.estimate; });
  for (std::size_t r = 0; r < places[0].replicates.size(); ++r)
    sensitivity.replicates.push_back(of([r](const ResampledValue& place) { return place.replicates[r]; }));
  const bool found =
      std::any_of(places.begin(), places.end(), [](const ResampledValue& p) { return p.estimate > 0; });
  return found ? std::optional(sensitivity) : std::nullopt;
}

PlacedHandling Summarised(std::span<const std::vector<double>> found, const Eigen::MatrixXd& weights,
                          double confidence) {
  const std::size_t units = found[0].size();
  std::vector<ResampledValue> values;
  for (const std::vector<double>& place : found) values.push_back(ResampledMean(place, weights));
  PlacedHandling placed;
  for (std::size_t p = 0; p < kPlaceCount; ++p) {
    placed.found[p] = IntervalOf(values[p], confidence, units);
    placed.change[p] = IntervalOf(values[p] - values[0], confidence, units);
    if (values[p].estimate > values[placed.best].estimate) placed.best = p;
    if (values[p].estimate < values[placed.worst].estimate) placed.worst = p;
  }
  if (const auto sensitivity = Sensitivity(values))
    placed.sensitivity = IntervalOf(*sensitivity, confidence, units);
  return placed;
}

}  // namespace

const char* HandlingName(Handling handling) {
  switch (handling) {
    case Handling::kCut:
      return "cut";
    case Handling::kOnePass:
      return "one pass";
    case Handling::kWindowMean:
      return "window mean";
    case Handling::kBestWindow:
      return "best window";
    case Handling::kRepaired:
      break;
  }
  return "repaired";
}

Placement MeasurePlacement(const Session& embedder, const PlacementFrame& frame,
                           const EmbedderOptions* repaired, const ResamplingOptions& resampling,
                           const TokenProgress& progress) {
  Placement result;
  result.frame = frame;
  result.frame.documents.clear();
  result.passages = frame.passages();
  for (std::size_t rank = 1; rank <= std::min(kDepth, result.passages); ++rank)
    result.chance += NdcgOfRank(rank) / static_cast<double>(result.passages);
  const Eigen::MatrixXd weights = ResampleWeights(result.passages, resampling.replicates, resampling.seed);
  Placer placer(embedder, frame, repaired, progress);
  for (const Way& way : placer.ways()) {
    PlacedHandling placed = Summarised(placer.Found(way), weights, resampling.confidence);
    placed.handling = way.handling;
    placed.read = ReadTokens(way, embedder.limits().in_force, frame.length);
    result.handlings.push_back(std::move(placed));
  }
  return result;
}

std::size_t CountPlacementTokens(const PlacementFrame& frame, const Session& embedder,
                                 const EmbedderOptions* repaired) {
  std::size_t tokens = 0;
  std::optional<EmbedderOptions> last;
  for (const Way& way : WaysOf(embedder, repaired, frame.length)) {
    if (last && SameWindows(*last, way.options, embedder.checkpoint().normalize)) continue;
    tokens += PlannedTokens(way, embedder.limits().in_force, frame);
    last = way.options;
  }
  return tokens;
}

}  // namespace lengthwise
