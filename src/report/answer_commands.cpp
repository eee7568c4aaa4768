#include "report/answer_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "base/shell.h"

namespace lengthwise {
namespace {

// As a shell takes it: in quotes where it holds more than a plain name.
std::string Word(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/-._~+:=,@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  return plain ? text : ShellQuoted(text);
}

std::string OrPlace(const std::string& path, const char* place) {
  return path.empty() ? std::string(place) : Word(path);
}

}  // namespace

OrderedJson NextCommands(const ModelAnswer& answer, const AnswerParts& parts, const AnswerContext& context) {
  OrderedJson commands = OrderedJson::array();
  const auto add = [&](const char* title, std::string command) {
    commands.push_back({{"title", title}, {"command", std::move(command)}});
  };
  std::string model = Word(answer.folder);
  const std::string folder = model;
  for (const std::string& word : context.reading) model += " " + Word(word);
  const std::string documents = OrPlace(context.documents, "documents.jsonl");
  const std::string queries = OrPlace(context.queries, "queries.txt");
  const std::string found = parts.answer();
  const bool nothing = found == "nothing_to_repair" || found == "keep";
  const std::string repair = nothing ? std::string() : " --repair " + Word(answer.repair);
  add("Embed your documents", fmt::format("lengthwise embed --model {} --input {}{} --output documents.npy",
                                          model, documents, repair));
  add("Embed what people ask, in its own role",
      fmt::format("lengthwise embed --model {} --input {}{} --role query --output queries.npy", model,
                  queries, repair));
  if (nothing) return commands;
  // A checkpoint gives whole vectors.
  const bool shortened =
      std::find(context.reading.begin(), context.reading.end(), "--dimensions") != context.reading.end();
  if (!shortened && answer.exports)
    add("Keep your server: a checkpoint that sentence-transformers serves unchanged, with the part of the "
        "gain "
        "that one pass holds",
        fmt::format(
            "lengthwise fit --model {0} --input {1} --recipe --one-pass --output one-pass.json\nlengthwise "
            "export --model {2} --repair one-pass.json --output repaired-model",
            model, documents, folder));
  if (found == "no_queries") {
    add("Learn what it gains here, from queries that nobody needs to have judged",
        fmt::format("lengthwise report --model {} --input {} --queries {} --output report-with-queries",
                    model, documents, queries));
  } else if (parts.evaluated.is_null()) {
    add("Prove it on judged queries: a folder with corpus.jsonl, queries.jsonl and qrels.tsv",
        fmt::format("lengthwise report --model {} --task my-task --output report-judged", model));
  }
  return commands;
}

}  // namespace lengthwise
