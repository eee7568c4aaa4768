#include "report/answer_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/fail.h"
#include "lengthwise/version.h"
#include "report/answer_commands.h"
#include "report/answer_comparison.h"
#include "report/answer_words.h"

namespace lengthwise {
namespace {

OrderedJson ParagraphsOf(const AnswerParts& parts, const OrderedJson& gain) {
  OrderedJson paragraphs = OrderedJson::array();
  const auto add = [&](const char* about, const char* title, const std::string& text) {
    if (!text.empty()) paragraphs.push_back({{"about", about}, {"title", title}, {"text", text}});
  };
  add("documents", "Whom it concerns", WhomItConcerns(parts));
  add("advice", "What to do", WhatToDo(parts));
  add("gain", "What it gains", WhatItGains(parts, gain));
  add("cost", "What it costs", WhatItCosts(parts));
  add("collapse", "How much alike", parts.measured.at("sentence").get<std::string>());
  add("why", "Why", WhyAlike(parts));
  return paragraphs;
}

OrderedJson ModelOf(const ModelAnswer& answer, const AnswerParts& parts, const AnswerContext& context) {
  const OrderedJson gain = SearchGain(parts);
  return {{"name", parts.model()},
          {"folder", answer.folder},
          {"sentence", AnswerSentence(parts, gain)},
          {"collapse", CollapseWords(parts)},
          {"paragraphs", ParagraphsOf(parts, gain)},
          {"gain", gain},
          {"before_cost", ModelCandidate(parts).at("cost")},
          {"after_cost", TriedCandidate(parts).at("cost")},
          {"tried", TriedCandidate(parts).at("title")},
          {"commands", NextCommands(answer, parts, context)},
          {"repair", answer.repair},
          {"page", answer.page.empty() ? OrderedJson(nullptr) : OrderedJson(answer.page)},
          {"measured", parts.measured},
          {"tuned", parts.tuned},
          {"evaluated", parts.evaluated}};
}

// Of every part, once each, with the model's name where there are several.
std::vector<std::string> NotesOf(const OrderedJson& models) {
  std::vector<std::string> notes;
  for (const OrderedJson& model : models) {
    const std::string name = models.size() > 1 ? model.at("name").get<std::string>() + ": " : "";
    std::vector<std::string> own;
    for (const char* part : {"measured", "tuned"}) {
      for (const OrderedJson& note : model.at(part).at("notes")) own.push_back(note.get<std::string>());
    }
    if (model.at("evaluated").is_object()) {
      for (const OrderedJson& task : model["evaluated"].at("tasks")) {
        for (const OrderedJson& note : task.at("notes")) own.push_back(note.get<std::string>());
      }
    }
    for (const std::string& note : own) {
      if (std::find(notes.begin(), notes.end(), name + note) == notes.end()) notes.push_back(name + note);
    }
  }
  return notes;
}

}  // namespace

OrderedJson AnswerDocumentOf(std::span<const ModelAnswer> models, const AnswerContext& context) {
  if (models.empty()) Fail(ErrorCode::kBadInput, "an answer is about one model or several; there is none");
  OrderedJson all = OrderedJson::array();
  for (const ModelAnswer& answer : models) all.push_back(ModelOf(answer, PartsOf(answer), context));
  const bool several = all.size() > 1;
  OrderedJson comparison = several ? ComparisonOf(all) : OrderedJson(nullptr);
  const std::string sentence =
      several ? comparison.at("sentence").get<std::string>() : all.front().at("sentence").get<std::string>();
  const std::string advice = several ? comparison.at("advice").get<std::string>()
                                     : all.front().at("tuned").at("advice").get<std::string>();
  return {{"format", "lengthwise-answer"},
          {"version", kAnswerVersion},
          {"lengthwise", Version()},
          {"sentence", sentence},
          {"advice", advice},
          {"notes", NotesOf(all)},
          {"command", context.command},
          {"comparison", std::move(comparison)},
          {"models", std::move(all)}};
}

}  // namespace lengthwise
