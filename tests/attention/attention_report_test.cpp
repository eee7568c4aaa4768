#include "attention/attention_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "attention/attention_matrix.h"
#include "encoder/encoder.h"
#include "lengthwise/error.h"
#include "theory/laws.h"

namespace lengthwise {
namespace {

const std::filesystem::path kData = LENGTHWISE_TEST_DATA;

std::vector<Document> Documents() {
  std::string text = "the long text of a model and the attention of a head";
  return {{"first", "", text}, {"second", "", text + " " + text + " " + text}, {"third", "", "short text"}};
}

Session Open(const char* model, std::size_t threads = 1, LongInput long_input = {}) {
  EmbedderOptions options;
  options.threads = threads;
  options.long_input = long_input;
  options.attention.temperature = 0.8F;
  return Session(kData / model, options);
}

struct Report {
  AttentionTotals totals;
  std::vector<HeadRecord> records;
  std::string lines;
};

Report Measure(const Session& embedder, const AttentionOptions& options = {}) {
  Report report;
  std::size_t last_done = 0;
  const std::vector<Document> documents = Documents();
  report.totals = MeasureAttention(
      embedder, documents, options,
      [&](const HeadRecord& record) {
        report.records.push_back(record);
        report.lines += HeadLine(record, options.local_window).dump() + "\n";
      },
      [&](std::size_t done, std::size_t total) {
        EXPECT_GT(done, last_done);
        EXPECT_LE(done, total);
        last_done = done;
      });
  EXPECT_EQ(last_done, report.records.size());
  return report;
}

void ExpectError(const std::function<void()>& call, ErrorCode code, const std::string& part) {
  try {
    call();
    FAIL() << "no error; expected one with \"" << part << "\"";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(AttentionReport, HasOneRecordForEachTextLayerAndHeadInOrder) {
  const Session embedder = Open("tiny_bert");
  const Report report = Measure(embedder);
  const std::size_t layers = embedder.spec().layers;
  const std::size_t heads = embedder.spec().heads;
  ASSERT_EQ(report.records.size(), 3 * layers * heads);
  EXPECT_EQ(report.totals.texts, 3U);
  EXPECT_EQ(report.totals.sequences, 3U);
  for (std::size_t i = 0; i < report.records.size(); ++i) {
    const HeadRecord& record = report.records[i];
    EXPECT_EQ(record.text, i / (layers * heads));
    EXPECT_EQ(record.layer, i / heads % layers);
    EXPECT_EQ(record.head, i % heads);
    EXPECT_TRUE(record.spectrum.converged);
  }
  EXPECT_EQ(report.records.front().id, "first");
  EXPECT_EQ(report.records.front().tokens, 12 + embedder.special_tokens());
}

// The encoder's own queries, keys, temperature and bias, through a dense decomposition in double precision.
TEST(AttentionReport, EqualsTheDenseDecompositionOfTheEncodersOwnHeads) {
  for (const char* model : {"tiny_bert", "tiny_mpnet"}) {
    const Session embedder = Open(model);
    const ModelSpec& spec = embedder.spec();
    const Report report = Measure(embedder);
    const std::vector<std::string> texts = {Documents()[1].text};
    PackedBatch batch;
    batch.Add(embedder.WithSpecials(embedder.Tokenize(texts)[0], 38));
    std::size_t compared = 0;
    EncoderRun run;
    run.attention = embedder.options().attention;
    run.observer = [&](LayerPlace place, std::size_t layer, const float* qkv) {
      if (place != LayerPlace::kQkv) return;
      for (std::size_t h = 0; h < spec.heads; ++h) {
        const AttentionInput input = embedder.encoder().HeadInput(qkv, 38, layer, h, run.attention);
        TestHead head(38, input.head_size);
        for (std::size_t i = 0; i < 38; ++i) {
          std::copy_n(input.q + i * input.stride, head.head_size, head.q.data() + i * head.head_size);
          std::copy_n(input.k + i * input.stride, head.head_size, head.k.data() + i * head.head_size);
        }
        if (input.bias != nullptr) head.bias.assign(input.bias - 37, input.bias + 38);
        head.temperature = input.temperature;
        head.bias_scale = input.bias_scale;
        const Eigen::MatrixXd weights = head.Weights();
        const HeadRecord& record = report.records[(spec.layers + layer) * spec.heads + h];
        ASSERT_EQ(record.tokens, 38U);
        EXPECT_NEAR(record.spectrum.sigma_hc, LargestSingularValue(Centred(weights)), 1e-4);
        EXPECT_NEAR(record.spectrum.sigma_centred, LargestSingularValue(weights.array() - 1.0 / 38), 1e-4);
        EXPECT_NEAR(record.probe.sink, weights.col(0).mean(), 1e-5);
        EXPECT_NEAR(record.shape.self_mass, weights.diagonal().mean(), 1e-5);
        Eigen::MatrixXd values(38, head.head_size);
        for (std::size_t i = 0; i < 38 * head.head_size; ++i) {
          const std::size_t row = i / head.head_size;
          const std::size_t column = i % head.head_size;
          values(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column)) =
              input.v[row * input.stride + column];
        }
        EXPECT_NEAR(record.probe.retention, Centred(weights * values).norm() / Centred(values).norm(), 1e-5);
        EXPECT_EQ(record.laws.bound, PaperBound(record.shape.sigma_s, 38));
        EXPECT_EQ(record.laws.flat_law, FlatLaw(record.shape.sigma_s, 38));
        EXPECT_EQ(record.laws.head_size_law,
                  HeadSizeLaw(record.shape.sigma_s, static_cast<double>(head.head_size), 38));
        EXPECT_EQ(record.laws.floor,
                  HeadSizeFloor(record.shape.sigma_s, static_cast<double>(head.head_size)));
        ++compared;
      }
    };
    EncoderWorkspace workspace;
    embedder.encoder().Run(batch, workspace, run);
    EXPECT_EQ(compared, spec.layers * spec.heads);
  }
}

TEST(AttentionReport, HasTheSameBytesAtAnyNumberOfThreads) {
  AttentionOptions options;
  options.lengths = {3, 9, 30};
  EXPECT_EQ(Measure(Open("tiny_mpnet", 1), options).lines, Measure(Open("tiny_mpnet", 4), options).lines);
}

TEST(AttentionReport, CutsEachTextToEachLengthThatItHas) {
  const Session embedder = Open("tiny_bert");
  AttentionOptions options;
  options.lengths = {4, 14, 38};
  const Report report = Measure(embedder, options);
  const std::size_t heads = embedder.spec().layers * embedder.spec().heads;
  // 14, 38 and 4 tokens.
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (std::size_t i = 0; i < report.records.size(); i += heads) {
    found.emplace_back(report.records[i].text, report.records[i].tokens);
  }
  const std::vector<std::pair<std::size_t, std::size_t>> expected = {{0, 4},  {0, 14}, {1, 4},
                                                                     {1, 14}, {1, 38}, {2, 4}};
  EXPECT_EQ(found, expected);
  EXPECT_EQ(report.totals.texts, 3U);
  EXPECT_EQ(report.totals.too_short, 2U);
  EXPECT_EQ(report.totals.cut, 0U);
}

TEST(AttentionReport, FollowsTheLongInputPolicy) {
  LongInput windows;
  windows.kind = LongInputKind::kWindowMean;
  windows.window = 20;
  const Session embedder = Open("tiny_bert", 1, windows);
  const Report report = Measure(embedder);
  const std::size_t heads = embedder.spec().layers * embedder.spec().heads;
  // 36 content tokens in windows of 18.
  ASSERT_EQ(report.records.size(), 4 * heads);
  EXPECT_EQ(report.records[2 * heads].text, 1U);
  EXPECT_EQ(report.records[2 * heads].window, 1U);
  EXPECT_EQ(report.records[2 * heads].tokens, 20U);
  EXPECT_EQ(HeadLine(report.records[2 * heads], 5)["window"], 1);

  AttentionOptions lengths;
  lengths.lengths = {10};
  ExpectError([&] { Measure(embedder, lengths); }, ErrorCode::kBadInput, "window-mean");
}

TEST(AttentionReport, RefusesLengthsThatTheModelCannotTake) {
  const Session embedder = Open("tiny_bert");
  const auto measure = [&](std::vector<std::size_t> lengths) {
    AttentionOptions options;
    options.lengths = std::move(lengths);
    return [&embedder, options] { Measure(embedder, options); };
  };
  ExpectError(measure({2}), ErrorCode::kBadInput, "takes 3 to 80");
  ExpectError(measure({81}), ErrorCode::kBadInput, "takes 3 to 80");
  ExpectError(measure({8, 8}), ErrorCode::kBadInput, "ascend");
  ExpectError(measure({60}), ErrorCode::kBadInput, "no text of 3 has 60 tokens");
}

TEST(AttentionLaws, AreAbsentOutsideTheirDomain) {
  const AttentionLaws one = PredictAttention(0.0, 1, 32);
  EXPECT_FALSE(one.bound || one.flat_law || one.flat_regime);
  EXPECT_EQ(one.floor, 0.0);
  const AttentionLaws sharp = PredictAttention(kLargestSigma + 1, 100, 32);
  EXPECT_FALSE(sharp.bound || sharp.flat_law || sharp.head_size_law || sharp.floor);
  EXPECT_EQ(sharp.flat_regime, false);
  // sqrt(2 ln 100) = 3.03
  EXPECT_EQ(PredictAttention(3.0, 100, 32).flat_regime, true);
  EXPECT_EQ(PredictAttention(3.1, 100, 32).flat_regime, false);
}

TEST(HeadLine, HoldsNoNumberThatIsNotFinite) {
  HeadRecord record;
  record.tokens = 1;
  const TestHead head = TestHead::Gaussian(1, 8, 1.0, 1);
  const CentredAttention attention = MakeCentredAttention(head.Input(), 5);
  record.shape = attention.shape;
  record.spectrum = ComputeSpectrum(attention, {});
  record.laws = PredictAttention(record.shape.sigma_s, 1, 8);
  const OrderedJson line = HeadLine(record, 5);
  EXPECT_EQ(line["sigma_hc"], 0.0);
  EXPECT_EQ(line["sigma_centred"], 0.0);
  for (const char* absent :
       {"skewness", "excess_kurtosis", "bound", "flat_law", "head_size_law", "flat_regime"}) {
    EXPECT_TRUE(line.at(absent).is_null()) << absent;
  }
  for (const auto& [name, value] : line.items()) {
    if (value.is_number_float()) {
      EXPECT_TRUE(std::isfinite(value.get<double>())) << name;
    }
  }
}

}  // namespace
}  // namespace lengthwise
