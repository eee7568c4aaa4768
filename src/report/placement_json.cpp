#include "report/placement_json.h"

#include <fmt/format.h>

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
  std::string ways;
  for (const PlacedHandling& placed : placement.handlings) {
    ways += fmt::format("{}{}: {} at the beginning, {} in the middle, {} at the end",
                        ways.empty() ? "" : "; ", ReadingWords(placed, placement.frame.length),
                        ThreeDecimals(placed.found[0]), ThreeDecimals(placed.found[kPlaceCount / 2]),
                        ThreeDecimals(placed.found[kPlaceCount - 1]));
    if (placed.sensitivity)
      ways += fmt::format(" (position sensitivity {})", ThreeDecimals(*placed.sensitivity));
  }
  return fmt::format(
      "How well a passage of {} tokens is found in a text of {} by where it stands there (nDCG@10 among {} "
      "texts, "
      "chance {:.3f}): {}.",
      placement.frame.passage, placement.frame.length, placement.passages, placement.chance, ways);
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
