#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "base/random.h"
#include "base/shuffle.h"
#include "lengthwise/generate.h"
#include "task_data/needles.h"
#include "text/words.h"
#include "tokenizer/tokenizer.h"

namespace lengthwise {
namespace {

// Filler beyond a document's length, in which words are sought that fill its last tokens exactly.
constexpr std::size_t kSpareTokens = 64;

std::size_t CountTokens(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<std::int32_t> ids;
  tokenizer.EncodeIds(text, &ids);
  return ids.size();
}

struct Word {
  std::string text;
  std::size_t tokens = 0;
};

std::size_t TokensOf(std::span<const Word> words) {
  std::size_t tokens = 0;
  for (const Word& word : words) tokens += word.tokens;
  return tokens;
}

// Words that white space separates, without those that have no token.
std::vector<Word> WordsOf(const Document& document, const Tokenizer& tokenizer) {
  std::vector<Word> words;
  const std::string text = EmbeddedText(document);
  for (const std::string_view part : Words(text)) {
    Word word{std::string(part), CountTokens(tokenizer, part)};
    if (word.tokens > 0) words.push_back(std::move(word));
  }
  return words;
}

// Filler in runs of so many tokens or a little more.
class FillerReader {
 public:
  FillerReader(std::span<const Document> filler, const Tokenizer& tokenizer, std::uint64_t seed)
      : filler_(filler), tokenizer_(tokenizer) {
    Random random(seed);
    order_ = RandomOrder(filler.size(), random);
  }

  // Empty where there is not as much left. What is left of a filler document is read on where it is a whole
  // run; otherwise the next run begins with a document of its own.
  std::vector<Word> Read(std::size_t tokens) {
    if (TokensOf(Rest()) < tokens) place_ = words_.size();
    std::vector<Word> run;
    for (std::size_t read = 0; read < tokens;) {
      if (place_ == words_.size()) {
        if (next_ == order_.size()) return {};
        words_ = WordsOf(filler_[order_[next_++]], tokenizer_);
        place_ = 0;
        continue;
      }
      read += words_[place_].tokens;
      run.push_back(words_[place_++]);
    }
    return run;
  }

 private:
  std::span<const Word> Rest() const { return std::span(words_).subspan(place_); }

  std::span<const Document> filler_;
  const Tokenizer& tokenizer_;
  std::vector<std::size_t> order_;
  std::size_t next_ = 0;
  std::vector<Word> words_;  // of the document at hand
  std::size_t place_ = 0;
};

// The first words of a run that have `tokens` tokens together; one too long for what is left is passed over.
// Empty: the run has none short enough for the last tokens.
std::vector<Word> CutTo(std::span<const Word> run, std::size_t tokens) {
  std::vector<Word> words;
  for (const Word& word : run) {
    if (tokens == 0) break;
    if (word.tokens > tokens) continue;
    words.push_back(word);
    tokens -= word.tokens;
  }
  return tokens == 0 ? words : std::vector<Word>();
}

struct Hidden {
  std::string text;
  double depth = 0.0;
};

// `place` in [0, 1] chooses a token of the filler; the statement stands before the first word that
// begins no earlier.
Hidden Hide(const std::string& statement, std::span<const Word> words, double place) {
  const std::size_t total = TokensOf(words);
  const std::size_t target =
      std::min(static_cast<std::size_t>(place * static_cast<double>(total + 1)), total);
  Hidden hidden;
  std::size_t before = 0;
  bool stands = false;
  const auto append = [&](const std::string& text) {
    if (!hidden.text.empty()) hidden.text += ' ';
    hidden.text += text;
  };
  const auto stand = [&] {
    append(statement);
    stands = true;
    hidden.depth = static_cast<double>(before) / static_cast<double>(total);
  };
  for (const Word& word : words) {
    if (!stands && before >= target) stand();
    append(word.text);
    before += word.tokens;
  }
  if (!stands) stand();
  return hidden;
}

// How often a statement stands in a document of so many tokens.
std::size_t Copies(const NeedleOptions& options, std::size_t length) {
  return options.repeat_every == 0 ? 1 : std::max<std::size_t>(1, length / options.repeat_every);
}

// The words in so many stretches of about as many tokens, in each of which the statement is hidden.
Hidden HideCopies(const std::string& statement, std::span<const Word> words, double place,
                  std::size_t copies) {
  const std::size_t total = TokensOf(words);
  Hidden all;
  std::size_t begin = 0, end = 0, before = 0;
  for (std::size_t copy = 0; copy < copies; ++copy, begin = end) {
    while (end < words.size() && (before < total * (copy + 1) / copies || end == begin))
      before += words[end++].tokens;
    Hidden hidden = Hide(statement, words.subspan(begin, end - begin), place);
    if (copy == 0) {
      all = std::move(hidden);
    } else {
      all.text += ' ' + hidden.text;
    }
  }
  return all;
}

void CheckLengths(const NeedleOptions& options, std::span<const std::size_t> statement_tokens,
                  std::size_t special_tokens) {
  const auto longest = std::max_element(statement_tokens.begin(), statement_tokens.end());
  const std::size_t least = *longest + special_tokens + 1;
  for (const std::size_t length : options.lengths) {
    if (length < least) {
      Fail(ErrorCode::kBadInput,
           "documents of {} tokens are too short to hide a statement of {}; {} is the least length", length,
           *longest, least);
    }
    // Half of a stretch is filler at least, so that every copy has some about it.
    const std::size_t copies = Copies(options, length);
    if (copies > 1 && options.repeat_every < 2 * *longest + special_tokens) {
      Fail(ErrorCode::kBadInput,
           "a statement of {} tokens cannot stand in every {} tokens and leave half of them to the filler; "
           "{} is the least",
           *longest, options.repeat_every, 2 * *longest + special_tokens);
    }
  }
}

void CheckCounts(const NeedleOptions& options) {
  if (options.lengths.empty()) Fail(ErrorCode::kBadInput, "no length is given");
  std::vector<std::size_t> sorted = options.lengths;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
    Fail(ErrorCode::kBadInput, "the length {} is given twice", *twice);
  if (options.documents == 0 || options.queries == 0)
    Fail(ErrorCode::kBadInput, "a task needs documents and queries");
  if (const std::size_t most = NeedleCount(options.kind); options.documents > most) {
    Fail(ErrorCode::kBadInput,
         "{} documents need as many statements, and there are {}; ask for fewer documents", options.documents,
         most);
  }
  if (options.depth && !(*options.depth >= 0 && *options.depth <= 1))
    Fail(ErrorCode::kBadInput, "statements stand at a depth from 0 to 1, not {}", *options.depth);
  if (options.queries > options.documents) {
    Fail(ErrorCode::kBadInput, "{} queries ask for more statements than {} documents hold", options.queries,
         options.documents);
  }
}

[[noreturn]] void FailShort(std::span<const Document> filler, const Tokenizer& tokenizer,
                            std::size_t documents, std::size_t filled, std::size_t tokens,
                            std::size_t skipped) {
  std::size_t total = 0;
  for (const Document& document : filler) total += TokensOf(WordsOf(document, tokenizer));
  Fail(ErrorCode::kBadInput,
       "the filler, {} tokens in {} document(s), fills {} of {} documents of {} tokens each; give more "
       "filler, "
       "or ask for fewer documents or a smaller length{}",
       total, filler.size(), filled, documents, tokens,
       skipped == 0
           ? ""
           : fmt::format(" ({} place(s) were passed over, where no word is short enough to fill a document "
                         "to its last token)",
                         skipped));
}

// What is drawn before any filler is read.
struct Draws {
  std::vector<Needle> needles;
  std::vector<std::size_t> statement_tokens;
  std::size_t special_tokens = 0;
};

Draws DrawChecked(const NeedleOptions& options, const Tokenizer& tokenizer, Random& seeds) {
  CheckCounts(options);
  Draws draws;
  draws.needles = DrawNeedles(options.kind, options.documents, seeds.Next());
  for (const Needle& needle : draws.needles)
    draws.statement_tokens.push_back(CountTokens(tokenizer, needle.statement));
  draws.special_tokens = tokenizer.prefix().size() + tokenizer.suffix().size();
  CheckLengths(options, draws.statement_tokens, draws.special_tokens);
  return draws;
}

// A run of filler cut for each length; empty where one of them cannot be met.
std::vector<std::vector<Word>> CutForAll(std::span<const Word> run, const NeedleOptions& options,
                                         std::size_t special_tokens, std::size_t statement_tokens) {
  std::vector<std::vector<Word>> cut;
  for (const std::size_t length : options.lengths) {
    cut.push_back(CutTo(run, length - special_tokens - Copies(options, length) * statement_tokens));
    if (cut.back().empty()) return {};
  }
  return cut;
}

}  // namespace

void CheckNeedleOptions(const NeedleOptions& options, const Tokenizer& tokenizer) {
  Random seeds(options.seed);
  DrawChecked(options, tokenizer, seeds);
}

std::vector<NeedleTask> MakeNeedleTasks(std::span<const Document> filler, const Tokenizer& tokenizer,
                                        const NeedleOptions& options) {
  Random seeds(options.seed);
  const Draws draws = DrawChecked(options, tokenizer, seeds);
  FillerReader reader(filler, tokenizer, seeds.Next());
  Random places(seeds.Next());
  const std::size_t longest = *std::max_element(options.lengths.begin(), options.lengths.end());
  std::vector<NeedleTask> tasks;
  for (const std::size_t length : options.lengths)
    tasks.push_back({.length = length, .task = {}, .depths = {}});
  std::size_t skipped = 0;
  for (std::size_t i = 0; i < options.documents; ++i) {
    std::vector<std::vector<Word>> cut;
    while (cut.empty()) {
      const std::vector<Word> run = reader.Read(longest + kSpareTokens);
      if (run.empty()) FailShort(filler, tokenizer, options.documents, i, longest + kSpareTokens, skipped);
      cut = CutForAll(run, options, draws.special_tokens, draws.statement_tokens[i]);
      skipped += cut.empty() ? 1 : 0;
    }
    const double drawn = places.Uniform();
    const double place = options.depth.value_or(drawn);
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      NeedleTask& task = tasks[t];
      Hidden hidden = HideCopies(draws.needles[i].statement, cut[t], place, Copies(options, task.length));
      const std::size_t tokens = CountTokens(tokenizer, hidden.text) + draws.special_tokens;
      if (tokens != task.length) {
        Fail(ErrorCode::kUnsupported,
             "this tokenizer makes {} tokens of words that have {} one by one; only tokenizers that split at "
             "white space can fill a document exactly",
             tokens, task.length);
      }
      task.task.corpus.documents.push_back({fmt::format("document-{}", i + 1), "", std::move(hidden.text)});
      if (i >= options.queries) continue;
      task.task.queries.push_back({fmt::format("query-{}", i + 1), "", draws.needles[i].question});
      task.task.corpus.judgements.push_back({{static_cast<std::uint32_t>(i), 1}});
      task.depths.push_back(hidden.depth);
    }
  }
  for (NeedleTask& task : tasks) task.skipped = skipped;
  return tasks;
}

}  // namespace lengthwise
