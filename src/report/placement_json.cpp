#include "report/placement_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/document_json.h"
#include "report/plain_numbers.h"

namespace lengthwise {
namespace {

std::string ReadingWords(const PlacedHandling& placed, std::size_t length) {
  switch (placed.handling) {
    case Handling::kCut:
      return fmt::format("cut at {} tokens", placed.read);
    case Handling::kOnePass:
      return fmt::format("all {} tokens in one pass", length);
    case Handling::kWindowMean:
      return fmt::format("the mean of windows of {}", placed.read);
    case Handling::kBestWindow:
      return fmt::format("the best of windows of {}", placed.read);
    case Handling::kRepaired:
      break;
  }
  return "repaired";
}

// Those without a sensitivity last.
bool LessSensitive(const PlacedHandling& a, const PlacedHandling& b) {
  if (!a.sensitivity || !b.sensitivity) return a.sensitivity.has_value() && !b.sensitivity;
  return *a.sensitivity->estimate < *b.sensitivity->estimate;
}

OrderedJson HandlingJson(const PlacedHandling& placed, std::size_t length) {
  OrderedJson places = OrderedJson::array();
  for (std::size_t p = 0; p < kPlaceCount; ++p) {
    places.push_back({{"place", kPlaces[p]},
                      {"ndcg_at_10", JsonInterval(placed.found[p])},
                      {"change", JsonInterval(placed.change[p])}});
  }
  return {{"reading", HandlingName(placed.handling)},
          {"title", ReadingWords(placed, length)},
          {"read", placed.read},
          {"places", std::move(places)},
          {"best", kPlaces[placed.best]},
          {"worst", kPlaces[placed.worst]},
          {"position_sensitivity", JsonInterval(placed.sensitivity)}};
}

}  // namespace

std::string PlacementSentence(const Placement& placement) {
  const PlacedHandling& plain = placement.handlings.front();
  const PlacedHandling& last = placement.handlings.back();
  const auto from_to = [](const PlacedHandling& placed) {
    return fmt::format("{} and {}", ThreeDecimals(placed.found[0]),
                       ThreeDecimals(placed.found[kPlaceCount - 1]));
  };
  std::string sentence = fmt::format(
      "A passage of {} tokens at the beginning of a text of {}, and at its end, is found with nDCG@10 {} by "
      "the model, {}",
      placement.frame.passage, placement.frame.length, from_to(plain),
      ReadingWords(plain, placement.frame.length));
  if (last.handling == Handling::kRepaired) sentence += fmt::format(", and {} repaired", from_to(last));
  const auto least = std::min_element(placement.handlings.begin(), placement.handlings.end(), LessSensitive);
  if (least->sensitivity) {
    sentence += fmt::format(
        ". It matters least where a passage stands for {} (position sensitivity {}, 0 where it does not "
        "matter; {} for the first)",
        ReadingWords(*least, placement.frame.length), ThreeDecimals(*least->sensitivity),
        plain.sensitivity ? ThreeDecimals(*plain.sensitivity) : "not defined");
  }
  return fmt::format("{}. {} texts in random order would score {:.3f}.", sentence, placement.passages,
                     placement.chance);
}

OrderedJson PlacementJson(const Placement& placement) {
  OrderedJson handlings = OrderedJson::array();
  for (const PlacedHandling& placed : placement.handlings)
    handlings.push_back(HandlingJson(placed, placement.frame.length));
  return {{"length", placement.frame.length},        {"passage", placement.frame.passage},
          {"passages", placement.passages},          {"eligible", placement.frame.eligible},
          {"chance", JsonNumber(placement.chance)},  {"readings", std::move(handlings)},
          {"sentence", PlacementSentence(placement)}};
}

}  // namespace lengthwise
