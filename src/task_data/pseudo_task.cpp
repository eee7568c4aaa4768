#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "base/random.h"
#include "base/shuffle.h"
#include "lengthwise/generate.h"
#include "task_data/json_lines.h"
#include "text/pseudo_queries.h"
#include "text/words.h"

namespace lengthwise {
namespace {

bool StandsOnce(std::string_view text, std::string_view part) {
  const std::size_t first = text.find(part);
  return first != std::string_view::npos && text.find(part, first + 1) == std::string_view::npos;
}

// Takes a sentence out of `text`, with the stop behind it.
std::optional<std::string> TakeSentence(std::string& text, Random& random) {
  std::vector<std::string_view> sentences = QuerySentences(text);
  const std::size_t words = Words(text).size();
  while (!sentences.empty()) {
    const std::size_t drawn = random.Below(sentences.size());
    const std::string_view sentence = sentences[drawn];
    if (!StandsOnce(text, sentence) || words < Words(sentence).size() + kLeastWordsLeft) {
      sentences.erase(sentences.begin() + static_cast<std::ptrdiff_t>(drawn));
      continue;
    }
    std::string query(sentence);
    const auto begin = static_cast<std::size_t>(sentence.data() - text.data());
    std::size_t end = begin + sentence.size();
    while (end < text.size() && (text[end] == '.' || text[end] == '!' || text[end] == '?')) ++end;
    // One of the spaces that stood around it is enough.
    if (end < text.size() && (text[end] == ' ' || text[end] == '\n')) ++end;
    text.erase(begin, end - begin);
    return query;
  }
  return std::nullopt;
}

// Takes the title away, and out of the text where it is its first line.
std::optional<std::string> TakeTitle(Document& document) {
  const std::string title(Trimmed(document.title));
  if (title.empty() || IsBlank(document.text)) return std::nullopt;
  std::string text = document.text;
  if (text.starts_with(title + "\n")) text.erase(0, title.size() + 1);
  if (IsBlank(text)) return std::nullopt;
  document.text = std::move(text);
  document.title.clear();
  return title;
}

void Add(std::optional<std::string> query, const char* source, PseudoTask& made) {
  if (!query) return;
  RetrievalTask& task = made.task;
  const auto index = static_cast<std::uint32_t>(task.corpus.documents.size());
  task.queries.push_back(
      {fmt::format("{}:{}", source, task.corpus.documents.back().id), "", std::move(*query)});
  task.corpus.judgements.push_back({{index - 1, 1}});
  made.sources.emplace_back(source);
}

// Places in the input, ascending.
std::vector<std::size_t> Sample(std::size_t count, const PseudoOptions& options) {
  Random random(options.seed);
  std::vector<std::size_t> order = RandomOrder(count, random);
  if (options.max_documents > 0 && options.max_documents < count) order.resize(options.max_documents);
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace

PseudoTask MakePseudoTask(std::vector<Document> documents, const PseudoOptions& options) {
  PseudoTask made;
  for (const std::size_t number : Sample(documents.size(), options)) {
    Document document = std::move(documents[number]);
    if (IsBlank(EmbeddedText(document))) {
      ++made.empty;
      continue;
    }
    std::optional<std::string> title;
    std::optional<std::string> sentence;
    if (options.kind != PseudoQueryKind::kSentence) title = TakeTitle(document);
    // A generator a document, so that the draw does not depend on the others.
    Random random(Random(options.seed).Next() ^ Random(number).Next());
    if (options.kind != PseudoQueryKind::kTitle) sentence = TakeSentence(document.text, random);
    if (!title && !sentence) ++made.without_query;
    made.task.corpus.documents.push_back(std::move(document));
    Add(std::move(title), "title", made);
    Add(std::move(sentence), "sentence", made);
  }
  if (made.task.queries.empty()) {
    Fail(ErrorCode::kBadInput,
         "none of {} documents gives a query: a title beside its text, or a sentence of {} to {} words that "
         "leaves {} words",
         made.task.corpus.documents.size() + made.empty, kLeastQueryWords, kMostQueryWords, kLeastWordsLeft);
  }
  return made;
}

}  // namespace lengthwise
