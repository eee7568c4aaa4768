#include "report/report_document.h"

#include "lengthwise/version.h"
#include "report/control_json.h"
#include "report/document_json.h"
#include "report/layer_json.h"
#include "report/model_json.h"
#include "report/report_detail.h"
#include "report/report_sentence.h"
#include "report/spectrum_json.h"

namespace lengthwise {
namespace {

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

OrderedJson BucketJson(const BucketResult& bucket) {
  return {{"from", bucket.bucket.from},
          {"to", bucket.bucket.to},
          {"length", JsonNumber(bucket.length)},
          {"count", bucket.count},
          {"cut", bucket.cut},
          {"zero_vectors", bucket.zero_vectors},
          {"kept", bucket.kept},
          {"cosine", JsonInterval(bucket.cosine)},
          {"centred_cosine", JsonInterval(bucket.centred_cosine)},
          {"permuted_floor", JsonInterval(bucket.permuted_floor)},
          {"rankme", JsonNumber(bucket.rankme)},
          {"participation_ratio", JsonNumber(bucket.participation_ratio)},
          {"uniformity", JsonNumber(bucket.uniformity)}};
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
                    {"length", JsonNumber(layer.length)},
                    {"count", layer.count},
                    {"layer", layer.layer},
                    {"token_cosine", JsonNumber(layer.mean.token_cosine)},
                    {"hc_ratio", JsonNumber(layer.mean.hc_ratio)}});
  }
  return json;
}

OrderedJson HeadsJson(std::span<const HeadResult> heads) {
  OrderedJson json = OrderedJson::array();
  for (const HeadResult& head : heads) {
    json.push_back({{"arm", SequenceKindName(head.arm)},
                    {"from", head.bucket.from},
                    {"to", head.bucket.to},
                    {"length", JsonNumber(head.length)},
                    {"count", head.count},
                    {"layer", head.layer},
                    {"head", head.head},
                    {"entropy", JsonNumber(head.mean.entropy)},
                    {"largest_weight", JsonNumber(head.mean.largest_weight)},
                    {"sink", JsonNumber(head.mean.sink)},
                    {"retention", JsonNumber(head.mean.retention)}});
  }
  return json;
}

OrderedJson FixedGridJson(const std::optional<LengthSlopes>& slopes) {
  if (!slopes) return nullptr;
  return {{"lengths", slopes->lengths},
          {"slope", JsonInterval(slopes->slope)},
          {"static_slope", JsonInterval(slopes->static_slope)},
          {"excess", JsonInterval(slopes->excess)}};
}

OrderedJson IndexJson(const std::optional<CollapseIndex>& index) {
  if (!index) return nullptr;
  return {{"unit", "cosine per doubling of length"},
          {"arm", "truncated"},
          {"documents", index->documents},
          {"lengths", index->lengths},
          {"slope", JsonInterval(index->slope)},
          {"static_slope", JsonInterval(index->static_slope)},
          {"excess", JsonInterval(index->excess)},
          {"direction", DirectionName(index->direction)},
          {"fixed_grid", FixedGridJson(index->fixed_grid)}};
}

OrderedJson FitJson(const ShapeFit& fit, std::span<const double> lengths) {
  OrderedJson parameters = OrderedJson::object();
  for (const auto& [name, value] : fit.parameters) parameters[name] = JsonNumber(value);
  OrderedJson curve = OrderedJson::array();
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    curve.push_back({{"length", JsonNumber(lengths[i])}, {"cosine", JsonNumber(fit.fitted[i])}});
  }
  return {{"shape", ShapeName(fit.shape)},        {"parameters", parameters},
          {"residual", JsonNumber(fit.residual)}, {"irregularity", JsonNumber(fit.irregularity)},
          {"aicc", JsonNumber(fit.aicc)},         {"weight", JsonNumber(fit.weight)},
          {"support", JsonNumber(fit.support)},   {"curve", curve}};
}

OrderedJson KneeJson(const std::optional<Knee>& knee, const LengthLimits& limits) {
  if (!knee) return nullptr;
  OrderedJson json = {{"length", JsonNumber(knee->length)},
                      {"low", JsonNumber(knee->low)},
                      {"high", JsonNumber(knee->high)},
                      {"slope_before", JsonNumber(knee->slope_before)},
                      {"slope_after", JsonNumber(knee->slope_after)},
                      {"trained_limit", CountOrNull(limits.sentence_transformers)},
                      {"positions", limits.positions},
                      {"place", KneePlace(*knee, limits.sentence_transformers)}};
  if (limits.trained > 0) {
    json["trained_to"] = limits.trained;
    json["trained_place"] = KneePlace(*knee, limits.trained);
  }
  return json;
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

}  // namespace

OrderedJson ReportDocument(const Measurement& result, const ReportContext& context) {
  OrderedJson report = {{"format", "lengthwise-report"},
                        {"version", kReportVersion},
                        {"lengthwise", Version()},
                        {"command", context.command},
                        {"seed", result.resampling.seed},
                        {"replicates", result.resampling.replicates},
                        {"confidence", JsonNumber(result.resampling.confidence)},
                        {"model", ModelJson(result.model)},
                        {"data", DataJson(result.data, context.source)},
                        {"repair", RepairJson(result.model)},
                        {"arms", ArmsJson(result.arms)},
                        {"layers", LayersJson(result.layers)},
                        {"heads", HeadsJson(result.heads)},
                        {"collapse_index", IndexJson(result.index)},
                        {"shapes", ShapesJson(result.shapes, result.model.limits)},
                        {"notes", result.notes},
                        {"sentence", ReportSentence(result)},
                        {"advice", ReportAdvice(result)},
                        {"detail", ReportDetail(result)}};
  if (result.spectrum) AddSpectrum(*result.spectrum, result.resampling.confidence, report);
  if (result.controls) report["controls"] = ControlsJson(*result.controls);
  if (!result.gains.empty()) {
    report["gains"] = GainsJson(result.gains);
    report["gains_sentence"] = GainsSentence(result.gains);
  }
  if (result.ablation) {
    report["ablation"] = AblationJson(*result.ablation);
    report["ablated_heads"] = AblatedHeadsJson(*result.ablation);
  }
  return report;
}

std::string FormatReport(const OrderedJson& report) {
  return FormatDocument(report, {"layers", "heads", "spectrum", "spectrum_trends", "gains", "ablated_heads"});
}

}  // namespace lengthwise
