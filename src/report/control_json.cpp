#include "report/control_json.h"

#include "report/control_sentence.h"
#include "report/document_json.h"
#include "report/intervention_json.h"
#include "report/placement_json.h"

namespace lengthwise {
namespace {

OrderedJson RepeatedJson(const RepeatedControl& control, const ControlFrame& frame) {
  OrderedJson lengths = OrderedJson::array();
  for (const RepeatedLength& length : control.lengths) {
    lengths.push_back({{"copies", length.copies},
                       {"length", length.length},
                       {"cosine", JsonInterval(length.cosine)},
                       {"change", JsonInterval(length.change)},
                       {"equal_positions", JsonInterval(length.equal_positions)},
                       {"from_positions", JsonInterval(length.from_positions)},
                       {"from_rest", JsonInterval(length.from_rest)},
                       {"own_cosine", JsonInterval(length.own_cosine)},
                       {"read_on", JsonInterval(length.read_on)},
                       {"read_on_excess", JsonInterval(length.read_on_excess)}});
  }
  return {{"lengths", lengths},
          {"relative_positions", control.relative_positions},
          {"copies_check",
           {{"copies", control.check.copies},
            {"documents", control.check.documents},
            {"largest_distance", JsonNumber(control.check.largest_distance)}}},
          {"sentence", RepeatedSentence(control, frame)}};
}

OrderedJson MixedJson(const std::vector<MixedLength>& mixed, const ControlFrame& frame) {
  OrderedJson lengths = OrderedJson::array();
  for (const MixedLength& length : mixed) {
    lengths.push_back({{"pieces", length.pieces},
                       {"length", length.length},
                       {"groups", length.groups},
                       {"whole", JsonInterval(length.whole)},
                       {"mixed", JsonInterval(length.mixed)},
                       {"difference", JsonInterval(length.difference)}});
  }
  return {{"lengths", lengths}, {"sentence", MixedSentence(mixed, frame)}};
}

OrderedJson DilutedJson(const std::vector<DilutedLength>& diluted, const ControlFrame& frame) {
  OrderedJson lengths = OrderedJson::array();
  for (const DilutedLength& length : diluted) {
    lengths.push_back({{"passages", length.passages},
                       {"length", length.length},
                       {"beginning", JsonInterval(length.beginning)},
                       {"middle", JsonInterval(length.middle)},
                       {"end", JsonInterval(length.end)},
                       {"averaging", JsonInterval(length.averaging)},
                       {"floor", JsonInterval(length.floor)},
                       {"above_floor", JsonInterval(length.above_floor)},
                       {"middle_minus_beginning", JsonInterval(length.middle_minus_beginning)},
                       {"end_minus_beginning", JsonInterval(length.end_minus_beginning)}});
  }
  return {{"lengths", lengths}, {"sentence", DilutedSentence(diluted, frame)}};
}

OrderedJson PartsJson(const AttributedParts& parts) {
  return {{"content", JsonInterval(parts.content)},
          {"pooling", JsonInterval(parts.pooling)},
          {"attention", JsonInterval(parts.attention)},
          {"positions", JsonInterval(parts.positions)},
          {"rise", JsonInterval(parts.rise)}};
}

OrderedJson AttributionJson(const Attribution& attribution, const ControlFrame& frame) {
  OrderedJson lengths = OrderedJson::array();
  for (const AttributedLength& length : attribution.lengths) {
    lengths.push_back({{"windows", length.windows},
                       {"length", length.length},
                       {"interpolated", length.interpolated},
                       {"windows_cosine", JsonInterval(length.windows_cosine)},
                       {"pooled_cosine", JsonInterval(length.pooled_cosine)},
                       {"interpolated_cosine", JsonInterval(length.interpolated_cosine)},
                       {"whole_cosine", JsonInterval(length.whole_cosine)},
                       {"parts", PartsJson(length.parts)}});
  }
  OrderedJson checks = OrderedJson::array();
  for (const InterpolationCheck& check : attribution.checks) {
    checks.push_back(
        {{"length", check.length}, {"range", check.range}, {"difference", JsonInterval(check.difference)}});
  }
  return {{"position_range",
           attribution.position_range > 0 ? OrderedJson(attribution.position_range) : OrderedJson(nullptr)},
          {"lengths", lengths},
          {"per_doubling", PartsJson(attribution.per_doubling)},
          {"interpolation_check", checks},
          {"assumptions", AttributionAssumptions(attribution, frame)},
          {"sentence", AttributionSentence(attribution)}};
}

}  // namespace

OrderedJson ControlsJson(const ControlResult& result) {
  OrderedJson json = OrderedJson::object();
  if (result.frame.passage > 0) {
    json["passage"] = result.frame.passage;
    json["documents"] = result.documents;
    json["eligible"] = result.frame.eligible;
  }
  if (result.repeated) json["repeated"] = RepeatedJson(*result.repeated, result.frame);
  if (result.mixed) json["mixed"] = MixedJson(*result.mixed, result.frame);
  if (result.diluted) json["diluted"] = DilutedJson(*result.diluted, result.frame);
  if (result.attribution) json["attribution"] = AttributionJson(*result.attribution, result.frame);
  if (result.interventions) json["interventions"] = InterventionsJson(*result.interventions);
  if (result.placement) json["placement"] = PlacementJson(*result.placement);
  return json;
}

}  // namespace lengthwise
