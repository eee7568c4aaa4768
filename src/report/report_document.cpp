#include "report/report_document.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "base/fail.h"
#include "base/version.h"
#include "report/report_sentence.h"

namespace lengthwise {
namespace {

OrderedJson Number(double value) {
  if (!std::isfinite(value)) Fail(ErrorCode::kInternal, "a number of the report is not finite");
  if (std::abs(value) < 1e-12) return 0.0;
  return std::strtod(fmt::format("{:.7g}", value).c_str(), nullptr);
}

OrderedJson Number(const std::optional<double>& value) {
  return value ? Number(*value) : OrderedJson(nullptr);
}

OrderedJson IntervalJson(const Interval& interval) {
  return {{"estimate", Number(interval.estimate)},
          {"low", Number(interval.low)},
          {"high", Number(interval.high)}};
}

OrderedJson IntervalJson(const std::optional<Interval>& interval) {
  return interval ? IntervalJson(*interval) : OrderedJson(nullptr);
}

OrderedJson CountOrNull(std::size_t count) {
  return count > 0 ? OrderedJson(count) : OrderedJson(nullptr);
}

OrderedJson ModelJson(const ModelDescription& model) {
  return {{"name", model.name},
          {"architecture", model.architecture},
          {"fingerprint", model.fingerprint},
          {"layers", model.layers},
          {"heads", model.heads},
          {"hidden", model.hidden},
          {"pooling", model.pooling},
          {"normalize", model.normalize},
          {"precision", model.precision},
          {"limits",
           {{"in_force", model.limits.in_force},
            {"sentence_transformers", CountOrNull(model.limits.sentence_transformers)},
            {"positions", model.limits.positions}}}};
}

OrderedJson DataJson(const DataDescription& data, const std::string& source) {
  const LengthQuantiles& q = data.length_quantiles;
  return {{"source", source},
          {"fingerprint", data.fingerprint},
          {"read", data.read},
          {"documents", data.documents},
          {"tokens", data.tokens},
          {"over_limit", data.over_limit},
          {"length_quantiles",
           {{"min", q.min},
            {"p10", q.p10},
            {"p25", q.p25},
            {"p50", q.p50},
            {"p75", q.p75},
            {"p90", q.p90},
            {"max", q.max}}}};
}

OrderedJson RepairJson(const AttentionPolicy& attention) {
  OrderedJson by_head = nullptr;
  if (!attention.by_head.empty()) {
    by_head = OrderedJson::array();
    for (const std::vector<float>& layer : attention.by_head) {
      OrderedJson row = OrderedJson::array();
      for (const float temperature : layer) row.push_back(Number(static_cast<double>(temperature)));
      by_head.push_back(row);
    }
  }
  return {{"identity", attention.IsIdentity()},
          {"temperature", Number(static_cast<double>(attention.temperature))},
          {"reading", attention.reading == TemperatureReading::kScores ? "scores" : "logits"},
          {"by_head", by_head}};
}

OrderedJson BucketJson(const BucketResult& bucket) {
  return {{"from", bucket.bucket.from},
          {"to", bucket.bucket.to},
          {"length", Number(bucket.length)},
          {"count", bucket.count},
          {"cut", bucket.cut},
          {"zero_vectors", bucket.zero_vectors},
          {"kept", bucket.kept},
          {"cosine", IntervalJson(bucket.cosine)},
          {"centred_cosine", IntervalJson(bucket.centred_cosine)},
          {"permuted_floor", IntervalJson(bucket.permuted_floor)},
          {"rankme", Number(bucket.rankme)},
          {"participation_ratio", Number(bucket.participation_ratio)},
          {"uniformity", Number(bucket.uniformity)}};
}

const char* ArmName(const ArmResult& arm) {
  if (arm.vectors == VectorKind::kModel) return SequenceKindName(arm.sequences);
  return arm.sequences == SequenceKind::kTruncated ? "static" : "static_natural";
}

OrderedJson ArmsJson(std::span<const ArmResult> arms) {
  OrderedJson json = OrderedJson::object();
  for (const ArmResult& arm : arms) {
    OrderedJson buckets = OrderedJson::array();
    for (const BucketResult& bucket : arm.buckets) buckets.push_back(BucketJson(bucket));
    json[ArmName(arm)] = {{"sequences", SequenceKindName(arm.sequences)},
                          {"vectors", VectorKindName(arm.vectors)},
                          {"documents", arm.documents},
                          {"buckets", buckets}};
  }
  return json;
}

OrderedJson LayersJson(std::span<const LayerResult> layers) {
  OrderedJson json = OrderedJson::array();
  for (const LayerResult& layer : layers) {
    json.push_back({{"arm", SequenceKindName(layer.arm)},
                    {"from", layer.bucket.from},
                    {"to", layer.bucket.to},
                    {"length", Number(layer.length)},
                    {"count", layer.count},
                    {"layer", layer.layer},
                    {"token_cosine", Number(layer.mean.token_cosine)},
                    {"hc_ratio", Number(layer.mean.hc_ratio)}});
  }
  return json;
}

OrderedJson HeadsJson(std::span<const HeadResult> heads) {
  OrderedJson json = OrderedJson::array();
  for (const HeadResult& head : heads) {
    json.push_back({{"arm", SequenceKindName(head.arm)},
                    {"from", head.bucket.from},
                    {"to", head.bucket.to},
                    {"length", Number(head.length)},
                    {"count", head.count},
                    {"layer", head.layer},
                    {"head", head.head},
                    {"entropy", Number(head.mean.entropy)},
                    {"largest_weight", Number(head.mean.largest_weight)},
                    {"sink", Number(head.mean.sink)},
                    {"retention", Number(head.mean.retention)}});
  }
  return json;
}

OrderedJson IndexJson(const std::optional<CollapseIndex>& index) {
  if (!index) return nullptr;
  return {{"unit", "cosine per doubling of length"}, {"arm", "truncated"},
          {"documents", index->documents},           {"lengths", index->lengths},
          {"slope", IntervalJson(index->slope)},     {"static_slope", IntervalJson(index->static_slope)},
          {"excess", IntervalJson(index->excess)},   {"direction", DirectionName(index->direction)}};
}

OrderedJson FitJson(const ShapeFit& fit, std::span<const double> lengths) {
  OrderedJson parameters = OrderedJson::object();
  for (const auto& [name, value] : fit.parameters) parameters[name] = Number(value);
  OrderedJson curve = OrderedJson::array();
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    curve.push_back({{"length", Number(lengths[i])}, {"cosine", Number(fit.fitted[i])}});
  }
  return {{"shape", ShapeName(fit.shape)},    {"parameters", parameters},
          {"residual", Number(fit.residual)}, {"irregularity", Number(fit.irregularity)},
          {"aicc", Number(fit.aicc)},         {"weight", Number(fit.weight)},
          {"support", Number(fit.support)},   {"curve", curve}};
}

OrderedJson KneeJson(const std::optional<Knee>& knee, const LengthLimits& limits) {
  if (!knee) return nullptr;
  return {{"length", Number(knee->length)},
          {"low", Number(knee->low)},
          {"high", Number(knee->high)},
          {"slope_before", Number(knee->slope_before)},
          {"slope_after", Number(knee->slope_after)},
          {"trained_limit", CountOrNull(limits.sentence_transformers)},
          {"positions", limits.positions},
          {"place", KneePlace(*knee, limits.sentence_transformers)}};
}

OrderedJson ShapesJson(const std::optional<Shapes>& shapes, const LengthLimits& limits) {
  if (!shapes) return nullptr;
  OrderedJson fits = OrderedJson::array();
  for (const ShapeFit& fit : shapes->fits) fits.push_back(FitJson(fit, shapes->lengths));
  return {{"preferred", ShapeName(shapes->fits[shapes->preferred].shape)},
          {"criterion", "aicc"},
          {"from_length", static_cast<std::size_t>(shapes->lengths.front())},
          {"fits", fits},
          {"knee", KneeJson(shapes->knee, limits)}};
}

std::string Dump(const OrderedJson& value, int indent) {
  return value.dump(indent, ' ', false, OrderedJson::error_handler_t::replace);
}

// Indented by two more spaces. A JSON string holds no line break, so every line break is layout.
std::string Nested(const std::string& text) {
  std::string nested;
  for (const char c : text) {
    nested += c;
    if (c == '\n') nested += "  ";
  }
  return nested;
}

std::string Table(const OrderedJson& rows) {
  if (rows.empty()) return "[]";
  std::string text = "[";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += i == 0 ? "\n    " : ",\n    ";
    text += Dump(rows[i], -1);
  }
  return text + "\n  ]";
}

}  // namespace

OrderedJson ReportDocument(const MeasureResult& result, const ReportContext& context) {
  return {{"format", "lengthwise-report"},
          {"version", kReportVersion},
          {"lengthwise", Version()},
          {"command", context.command},
          {"seed", result.resampling.seed},
          {"replicates", result.resampling.replicates},
          {"confidence", Number(result.resampling.confidence)},
          {"model", ModelJson(result.model)},
          {"data", DataJson(result.data, context.source)},
          {"repair", RepairJson(result.model.attention)},
          {"arms", ArmsJson(result.arms)},
          {"layers", LayersJson(result.layers)},
          {"heads", HeadsJson(result.heads)},
          {"collapse_index", IndexJson(result.index)},
          {"shapes", ShapesJson(result.shapes, result.model.limits)},
          {"notes", result.notes},
          {"sentence", ReportSentence(result)}};
}

std::string FormatReport(const OrderedJson& report) {
  std::string text = "{";
  for (const auto& [name, value] : report.items()) {
    text += text.size() == 1 ? "\n  " : ",\n  ";
    text += Dump(name, -1) + ": ";
    text += name == "layers" || name == "heads" ? Table(value) : Nested(Dump(value, 2));
  }
  return text + "\n}\n";
}

}  // namespace lengthwise
