#include "report/intervention_json.h"

#include "report/document_json.h"
#include "report/intervention_sentence.h"

namespace lengthwise {
namespace {

OrderedJson OffsetJson(const Interventions& interventions) {
  OrderedJson offsets = OrderedJson::array();
  for (const MovedPart& part : interventions.offset) {
    offsets.push_back({{"offset", part.offset},
                       {"cosine", JsonInterval(part.cosine)},
                       {"change", JsonInterval(part.change)}});
  }
  return {{"offsets", offsets}, {"sentence", OffsetSentence(interventions)}};
}

OrderedJson FurtherJson(const Interventions& interventions) {
  OrderedJson further = OrderedJson::array();
  for (const FollowedPart& part : interventions.further) {
    further.push_back({{"further", part.further},
                       {"own", JsonInterval(part.own)},
                       {"own_change", JsonInterval(part.own_change)},
                       {"again", JsonInterval(part.again)},
                       {"again_change", JsonInterval(part.again_change)},
                       {"from_positions", JsonInterval(part.from_positions)}});
  }
  return {{"lengths", further}, {"sentence", FurtherSentence(interventions)}};
}

OrderedJson ChangeJson(const std::optional<IdentityChange>& change) {
  if (!change) return nullptr;
  return {{"rise", JsonInterval(change->rise)},
          {"cross", JsonInterval(change->cross)},
          {"within", JsonInterval(change->within)},
          {"different_tokens", JsonInterval(change->different_tokens)},
          {"cross_share", JsonInterval(change->cross_share)},
          {"within_share", JsonInterval(change->within_share)},
          {"different_tokens_share", JsonInterval(change->different_tokens_share)}};
}

OrderedJson IdentityJson(const Interventions& interventions) {
  OrderedJson lengths = OrderedJson::array();
  for (const TokenIdentity& identity : interventions.identity) {
    lengths.push_back({{"length", identity.length},
                       {"pooled", JsonInterval(identity.pooled)},
                       {"cross", JsonInterval(identity.cross)},
                       {"within", JsonInterval(identity.within)},
                       {"within_different_tokens", JsonInterval(identity.within_others)},
                       {"change", ChangeJson(identity.change)}});
  }
  return {{"lengths", lengths}, {"sentence", IdentitySentence(interventions)}};
}

OrderedJson PoolingJson(const Interventions& interventions) {
  OrderedJson lengths = OrderedJson::array();
  for (const PooledOtherwise& pooled : interventions.pooling) {
    OrderedJson row = {{"length", pooled.length}};
    for (std::size_t p = 0; p < kPoolings; ++p) row[kPoolingNames[p]] = JsonInterval(pooled.cosine[p]);
    for (std::size_t p = 0; p < kPoolings; ++p)
      row[std::string(kPoolingNames[p]) + "_change"] = JsonInterval(pooled.change[p]);
    lengths.push_back(row);
  }
  return {{"lengths", lengths}, {"sentence", PoolingSentence(interventions)}};
}

OrderedJson StaticJson(const Interventions& interventions) {
  OrderedJson lengths = OrderedJson::array();
  for (const StaticMean& mean : interventions.static_means) {
    lengths.push_back({{"length", mean.length},
                       {"cosine", JsonInterval(mean.cosine)},
                       {"change", JsonInterval(mean.change)},
                       {"centred", JsonInterval(mean.centred)},
                       {"centred_change", JsonInterval(mean.centred_change)}});
  }
  return {{"lengths", lengths}, {"sentence", StaticSentence(interventions)}};
}

}  // namespace

OrderedJson InterventionsJson(const Interventions& interventions) {
  OrderedJson json = {{"part", interventions.frame.part},
                      {"longest", interventions.frame.longest},
                      {"documents", interventions.documents},
                      {"eligible", interventions.frame.eligible}};
  if (!interventions.offset.empty()) json["offset"] = OffsetJson(interventions);
  json["further"] = FurtherJson(interventions);
  json["identity"] = IdentityJson(interventions);
  json["pooling"] = PoolingJson(interventions);
  json["static"] = StaticJson(interventions);
  json["sentence"] = InterventionsSentence(interventions);
  return json;
}

}  // namespace lengthwise
