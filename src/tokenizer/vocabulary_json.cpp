#include "tokenizer/vocabulary_json.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/fail.h"

namespace lengthwise {
namespace {

// Nothing that is supported is nested deeper, and printing a value in a message takes stack by its depth.
constexpr int kDeepest = 64;

// A parser's events. Of the lists, everything is dropped once read.
class ListReader {
 public:
  ListReader(const std::string& where, ModelLists* lists) : where_(where), lists_(*lists) {}

  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kDeepest) Fail(ErrorCode::kBadCheckpoint, "{}: nested more than {} deep", where_, kDeepest);
    switch (event) {
      case Json::parse_event_t::key:
        if (depth == 1) section_ = parsed.get_ref<const std::string&>();
        if (depth == 2) member_ = parsed.get_ref<const std::string&>();
        if (depth == 3 && list_ == List::kIds) {
          token_ = std::move(parsed.get_ref<std::string&>());
          return false;
        }
        return true;
      case Json::parse_event_t::object_start:
        if (list_ != List::kNone) RefuseEntry();
        if (depth == 2 && section_ == "model" && member_ == "vocab") list_ = List::kIds;
        return true;
      case Json::parse_event_t::array_start:
        return StartArray(depth);
      case Json::parse_event_t::object_end:
        if (depth == 2) list_ = List::kNone;
        return true;
      case Json::parse_event_t::array_end:
        return EndArray(depth);
      case Json::parse_event_t::value:
        return list_ == List::kNone || AddValue(depth, parsed);
    }
    return true;
  }

 private:
  enum class List { kNone, kIds, kPieces, kMerges };

  [[noreturn]] void RefuseEntry() const {
    if (list_ == List::kIds)
      Fail(ErrorCode::kBadCheckpoint, "{}: model.vocab: the id of \"{}\" is not a number", where_, token_);
    if (list_ == List::kPieces) {
      Fail(ErrorCode::kBadCheckpoint, "{}: model.vocab: entry {} is not [piece, score]", where_,
           lists_.scores.size());
    }
    Fail(ErrorCode::kBadCheckpoint, "{}: model.merges: entry {} is not a pair of tokens", where_,
         lists_.merges.size());
  }

  bool StartArray(int depth) {
    if (list_ == List::kIds) RefuseEntry();
    if (depth == 2 && section_ == "model" && member_ == "vocab") list_ = List::kPieces;
    if (depth == 2 && section_ == "model" && member_ == "merges") list_ = List::kMerges;
    if (list_ != List::kNone && depth > 3) RefuseEntry();
    count_ = 0;
    return true;
  }

  bool EndArray(int depth) {
    if (list_ == List::kNone) return true;
    if (depth == 2) {
      list_ = List::kNone;
      return true;
    }
    if (count_ != 2) RefuseEntry();
    if (list_ == List::kPieces) {
      if (lists_.scores.size() > static_cast<std::size_t>(Vocabulary::kMaxId))
        Fail(ErrorCode::kBadCheckpoint, "{}: model.vocab: more than {} pieces", where_, Vocabulary::kMaxId);
      lists_.vocabulary.Add(token_, static_cast<std::int32_t>(lists_.scores.size()));
      lists_.scores.push_back(score_);
    } else {
      lists_.merges.emplace_back(std::move(token_), std::move(second_));
    }
    return false;
  }

  bool AddValue(int depth, Json& parsed) {
    if (list_ == List::kIds) {
      if (depth == 3) AddId(parsed);
      return true;
    }
    if (list_ == List::kMerges && depth == 3) {
      AddMerge(parsed);
      return false;
    }
    const std::size_t place = count_++;
    if (depth != 4 || place > 1) RefuseEntry();
    if (place == 1 && list_ == List::kPieces) {
      if (!parsed.is_number()) RefuseEntry();
      score_ = parsed.get<double>();
      return false;
    }
    if (!parsed.is_string()) RefuseEntry();
    (place == 0 ? token_ : second_) = std::move(parsed.get_ref<std::string&>());
    return false;
  }

  void AddId(const Json& parsed) {
    if (!parsed.is_number_unsigned()) {
      Fail(ErrorCode::kBadCheckpoint, "{}: model.vocab: the id of \"{}\" is {}, not a number >= 0", where_,
           token_, parsed.dump());
    }
    const auto id = parsed.get<std::uint64_t>();
    if (id > static_cast<std::uint64_t>(Vocabulary::kMaxId)) {
      Fail(ErrorCode::kBadCheckpoint, "{}: model.vocab: the id of \"{}\" is {}, beyond {}", where_, token_,
           id, Vocabulary::kMaxId);
    }
    lists_.vocabulary.Add(token_, static_cast<std::int32_t>(id));
  }

  // Early files write "a b" for ["a", "b"].
  void AddMerge(const Json& parsed) {
    if (!parsed.is_string()) RefuseEntry();
    const std::string& text = parsed.get_ref<const std::string&>();
    const std::size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) RefuseEntry();
    lists_.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
  }

  const std::string& where_;
  ModelLists& lists_;
  std::string section_;  // the member of the top-level object that the parser is in
  std::string member_;   // and the member of that
  List list_ = List::kNone;
  std::string token_;
  std::string second_;
  double score_ = 0;
  std::size_t count_ = 0;  // values of the entry so far
};

}  // namespace

Json ParseWithoutLists(std::string_view json, const std::string& where, ModelLists* lists) {
  ListReader reader(where, lists);
  try {
    return Json::parse(json, [&](int depth, Json::parse_event_t event, Json& parsed) {
      return reader(depth, event, parsed);
    });
  } catch (const nlohmann::json::exception&) {
    return ParseJson(json, where, ErrorCode::kBadCheckpoint);  // fails too, and says why
  }
}

}  // namespace lengthwise
