#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>

#include "base/random.h"
#include "base/temporary_folder.h"
#include "lengthwise/generate.h"
#include "refusal.h"
#include "task_data/needles.h"
#include "tokenizer/tokenizer.h"

namespace lengthwise {
namespace {

using testing::Refusal;

// A vocabulary of 59 tokens, in which words take from one token to several.
Tokenizer Tiny() {
  return Tokenizer(std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert" / "tokenizer.json");
}

std::vector<Document> Filler(std::size_t documents, std::size_t words) {
  const char* known[] = {"the", "long", "text", "of", "a", "word", "lengths", "embedding", "and"};
  Random random(5);
  std::vector<Document> filler;
  for (std::size_t i = 0; i < documents; ++i) {
    std::string text;
    for (std::size_t w = 0; w < words; ++w)
      text += std::string(known[random.Below(9)]) + (w % 7 ? " " : " \n");
    filler.push_back({std::to_string(i), "", text});
  }
  return filler;
}

std::size_t LengthOf(const Tokenizer& tokenizer, const std::string& text) {
  TokenSequence tokens;
  tokenizer.Encode(text, &tokens);
  return tokens.ids.size() + tokenizer.prefix().size() + tokenizer.suffix().size();
}

std::size_t Occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++count;
  return count;
}

// Which of a kind's needles a document holds, by its statement.
const Needle& NeedleOf(const std::string& text, const std::vector<Needle>& needles) {
  const auto found = std::find_if(needles.begin(), needles.end(), [&](const Needle& needle) {
    return text.find(needle.statement) != std::string::npos;
  });
  EXPECT_NE(found, needles.end()) << text;
  return *found;
}

class NeedleTasks : public ::testing::TestWithParam<NeedleKind> {
 protected:
  NeedleOptions Options(std::vector<std::size_t> lengths) const {
    return {.kind = GetParam(), .lengths = std::move(lengths), .documents = 20, .queries = 12, .seed = 3};
  }

  const Tokenizer tokenizer_ = Tiny();
};

TEST_P(NeedleTasks, EveryDocumentHasTheLengthAndOneStatementOfItsOwn) {
  const NeedleOptions options = Options({130, 200, 311});
  // Any needle may be drawn: all of them are looked for.
  const auto tasks = MakeNeedleTasks(Filler(80, 300), tokenizer_, options);
  ASSERT_EQ(tasks.size(), 3U);
  for (const NeedleTask& task : tasks) {
    EXPECT_EQ(task.task.corpus.documents.size(), 20U);
    EXPECT_EQ(task.task.queries.size(), 12U);
    std::set<std::string> questions;
    for (const Document& query : task.task.queries) questions.insert(query.text);
    EXPECT_EQ(questions.size(), 12U);
    for (const Document& document : task.task.corpus.documents)
      EXPECT_EQ(LengthOf(tokenizer_, document.text), task.length) << document.text;
  }
}

TEST_P(NeedleTasks, TheStatementStandsWhereItsDepthSays) {
  const NeedleOptions options = Options({256});
  const NeedleTask task = MakeNeedleTasks(Filler(80, 300), tokenizer_, options).front();
  // The needles of the documents are the first of the draw that the seed gives.
  const std::vector<Needle> needles = DrawNeedles(GetParam(), 20, Random(3).Next());
  for (std::size_t q = 0; q < task.task.queries.size(); ++q) {
    ASSERT_EQ(task.task.corpus.judgements[q].size(), 1U);
    const std::string& text = task.task.corpus.documents[task.task.corpus.judgements[q][0].document].text;
    const Needle& needle = NeedleOf(text, needles);
    EXPECT_EQ(needle.question, task.task.queries[q].text);
    ASSERT_EQ(Occurrences(text, needle.statement), 1U);
    const std::string before = text.substr(0, text.find(needle.statement));
    const double special = static_cast<double>(LengthOf(tokenizer_, ""));
    const double filler = 256 - static_cast<double>(LengthOf(tokenizer_, needle.statement));
    EXPECT_NEAR(task.depths[q], (static_cast<double>(LengthOf(tokenizer_, before)) - special) / filler,
                1e-12);
  }
}

TEST_P(NeedleTasks, StandAllAtADepthThatIsGivenAndDifferInNothingElse) {
  NeedleOptions options = Options({256});
  const NeedleTask drawn = MakeNeedleTasks(Filler(80, 300), tokenizer_, options).front();
  const std::vector<Needle> needles = DrawNeedles(GetParam(), 20, Random(3).Next());
  for (const double depth : {0.0, 0.5, 1.0}) {
    options.depth = depth;
    const NeedleTask task = MakeNeedleTasks(Filler(80, 300), tokenizer_, options).front();
    for (std::size_t q = 0; q < task.task.queries.size(); ++q) {
      EXPECT_NEAR(task.depths[q], depth, 0.05);
      EXPECT_EQ(task.task.queries[q].text, drawn.task.queries[q].text);
    }
    const auto without_needle = [&](std::string text) {
      const std::string& statement = NeedleOf(text, needles).statement;
      const std::size_t begin = text.find(statement);
      text.erase(begin > 0 ? begin - 1 : 0, statement.size() + 1);
      return text;
    };
    for (std::size_t d = 0; d < task.task.corpus.documents.size(); ++d)
      EXPECT_EQ(without_needle(task.task.corpus.documents[d].text),
                without_needle(drawn.task.corpus.documents[d].text));
  }
  options.depth = 1.5;
  EXPECT_THROW(MakeNeedleTasks(Filler(80, 300), tokenizer_, options), Error);
}

TEST_P(NeedleTasks, StandOnceInEverySoManyTokens) {
  NeedleOptions options = Options({130, 260, 520});
  const auto once = MakeNeedleTasks(Filler(160, 300), tokenizer_, options);
  options.repeat_every = 130;
  const auto repeated = MakeNeedleTasks(Filler(160, 300), tokenizer_, options);
  const std::vector<Needle> needles = DrawNeedles(GetParam(), 20, Random(3).Next());
  for (std::size_t t = 0; t < repeated.size(); ++t) {
    for (std::size_t d = 0; d < 20; ++d) {
      const std::string& text = repeated[t].task.corpus.documents[d].text;
      EXPECT_EQ(LengthOf(tokenizer_, text), repeated[t].length);
      EXPECT_EQ(Occurrences(text, NeedleOf(text, needles).statement), std::size_t{1} << t);
      const std::string& statement = NeedleOf(text, needles).statement;
      std::size_t found = text.find(statement);
      for (std::size_t copy = 0; copy < (std::size_t{1} << t);
           ++copy, found = text.find(statement, found + 1)) {
        const double before = static_cast<double>(LengthOf(tokenizer_, text.substr(0, found)));
        EXPECT_GE(before, static_cast<double>(copy) * 110) << "one in each stretch";
        EXPECT_LE(before, static_cast<double>(copy + 1) * 130);
      }
    }
    for (std::size_t q = 0; q < 12; ++q) {
      EXPECT_EQ(repeated[t].task.queries[q].text, once[t].task.queries[q].text);
      EXPECT_NEAR(repeated[t].depths[q], once[0].depths[q], 0.08);
    }
  }
  EXPECT_EQ(repeated[0].task.corpus.documents[3].text, once[0].task.corpus.documents[3].text);
  options.repeat_every = 20;
  EXPECT_THROW(MakeNeedleTasks(Filler(160, 300), tokenizer_, options), Error);
}

TEST_P(NeedleTasks, LengthsDifferInNothingButLength) {
  const auto tasks = MakeNeedleTasks(Filler(80, 300), tokenizer_, Options({160, 320}));
  const std::vector<Needle> needles = DrawNeedles(GetParam(), 20, Random(3).Next());
  for (std::size_t i = 0; i < 20; ++i) {
    const std::string& short_text = tasks[0].task.corpus.documents[i].text;
    const std::string& long_text = tasks[1].task.corpus.documents[i].text;
    const std::string statement = NeedleOf(short_text, needles).statement;
    EXPECT_EQ(Occurrences(long_text, statement), 1U);
    // Without the statement the shorter begins the longer, but for the words that fill its last tokens.
    std::string short_filler = short_text;
    std::string long_filler = long_text;
    short_filler.erase(short_filler.find(statement), statement.size() + 1);
    long_filler.erase(long_filler.find(statement), statement.size() + 1);
    const std::size_t most = short_filler.size() * 3 / 4;
    EXPECT_EQ(short_filler.substr(0, most), long_filler.substr(0, most));
  }
  for (std::size_t q = 0; q < 12; ++q) {
    EXPECT_EQ(tasks[0].task.queries[q].text, tasks[1].task.queries[q].text);
    // A word's length in tokens apart.
    EXPECT_NEAR(tasks[0].depths[q], tasks[1].depths[q], 0.15);
  }
}

TEST_P(NeedleTasks, TheSeedDecidesAll) {
  const std::vector<Document> filler = Filler(80, 300);
  NeedleOptions options = Options({200});
  const auto texts = [&] {
    const NeedleTask task = MakeNeedleTasks(filler, tokenizer_, options).front();
    std::vector<std::string> all;
    for (const Document& document : task.task.corpus.documents) all.push_back(document.text);
    return all;
  };
  const auto first = texts();
  EXPECT_TRUE(texts() == first);
  // More documents leave the first ones as they are.
  options.documents = 30;
  auto more = texts();
  more.resize(20);
  EXPECT_TRUE(more == first);
  options.documents = 20;
  options.seed = 4;
  EXPECT_FALSE(texts() == first);
}

TEST_P(NeedleTasks, OneLongDocumentFillsAsManyShortOnesDo) {
  EXPECT_EQ(MakeNeedleTasks(Filler(1, 9000), tokenizer_, Options({200}))[0].task.corpus.documents.size(),
            20U);
  EXPECT_EQ(MakeNeedleTasks(Filler(900, 10), tokenizer_, Options({200}))[0].task.corpus.documents.size(),
            20U);
}

// A word of two tokens, "text" and "##s", cannot fill both a document of an even and one of an odd number of
// tokens.
std::vector<Document> FillerOfTwoTokenWords(std::size_t words) {
  std::string text;
  for (std::size_t w = 0; w < words; ++w) text += "texts ";
  return {{"two", "", text}};
}

TEST_P(NeedleTasks, PassesOverPlacesThatCannotFillADocument) {
  std::vector<Document> filler = FillerOfTwoTokenWords(800);
  for (Document& document : Filler(20, 300)) filler.push_back(std::move(document));
  const auto tasks = MakeNeedleTasks(filler, tokenizer_, Options({200, 201}));
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[0].skipped, tasks[1].skipped);
  // 1600 tokens, read in runs of 201 and 64 that spare none: six runs, and what is left is too little for
  // one.
  EXPECT_EQ(tasks[0].skipped, 6U);
  for (const NeedleTask& task : tasks) {
    EXPECT_EQ(task.task.corpus.documents.size(), 20U);
    for (const Document& document : task.task.corpus.documents) {
      EXPECT_EQ(LengthOf(tokenizer_, document.text), task.length);
      EXPECT_EQ(document.text.find("texts texts"), std::string::npos);
    }
  }
}

TEST_P(NeedleTasks, PassOverNothingWhereAllCanBeFilled) {
  EXPECT_EQ(MakeNeedleTasks(Filler(80, 300), tokenizer_, Options({200})).front().skipped, 0U);
}

TEST_P(NeedleTasks, SaysHowManyPlacesWerePassedOverWhereTheRestIsTooLittle) {
  const std::vector<Document> filler = FillerOfTwoTokenWords(800);
  const std::string refusal = Refusal([&] { MakeNeedleTasks(filler, tokenizer_, Options({200, 201})); });
  EXPECT_NE(refusal.find("fills 0 of 20 documents"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("6 place(s) were passed over"), std::string::npos) << refusal;
}

INSTANTIATE_TEST_SUITE_P(Kinds, NeedleTasks, ::testing::Values(NeedleKind::kPasskey, NeedleKind::kFact),
                         [](const auto& kind) {
                           return kind.param == NeedleKind::kPasskey ? "Passkey" : "Fact";
                         });

TEST(NeedlePlaces, AreSpreadEvenly) {
  NeedleOptions options{.lengths = {400}, .documents = 200, .queries = 200};
  const NeedleTask task = MakeNeedleTasks(Filler(400, 600), Tiny(), options).front();
  std::vector<double> depths = task.depths;
  std::sort(depths.begin(), depths.end());
  // Kolmogorov and Smirnov: 200 uniform draws stray further than 0.136 once in a thousand; words add a
  // little.
  for (std::size_t i = 0; i < depths.size(); ++i)
    EXPECT_NEAR(depths[i], (static_cast<double>(i) + 0.5) / 200.0, 0.145);
}

TEST(NeedleRefusals, SayWhatIsTooFewOrTooShort) {
  const Tokenizer tokenizer = Tiny();
  const std::vector<Document> filler = Filler(3, 100);
  const auto refusal = [&](const NeedleOptions& options) {
    return Refusal([&] { MakeNeedleTasks(filler, tokenizer, options); });
  };
  EXPECT_NE(refusal({.lengths = {200}}).find("in 3 document(s), fills "), std::string::npos);
  EXPECT_NE(refusal({.lengths = {12}}).find("12 tokens are too short to hide a statement"),
            std::string::npos);
  EXPECT_NE(refusal({.lengths = {200, 300, 200}}).find("200 is given twice"), std::string::npos);
  EXPECT_NE(refusal({.lengths = {}}).find("no length"), std::string::npos);
  EXPECT_NE(refusal({.lengths = {200}, .documents = 10, .queries = 11}).find("11 queries"),
            std::string::npos);
  EXPECT_NE(refusal({.kind = NeedleKind::kFact, .lengths = {200}, .documents = 101}).find("there are 100"),
            std::string::npos);
}

TEST(Needles, AreAllDifferent) {
  for (const NeedleKind kind : {NeedleKind::kPasskey, NeedleKind::kFact}) {
    std::set<std::string> statements;
    std::set<std::string> questions;
    const std::vector<Needle> needles = DrawNeedles(kind, NeedleCount(kind), 9);
    for (const Needle& needle : needles) {
      statements.insert(needle.statement);
      questions.insert(needle.question);
    }
    EXPECT_GE(needles.size(), 100U);
    EXPECT_EQ(statements.size(), needles.size());
    EXPECT_EQ(questions.size(), needles.size());
  }
}

TEST(TaskWriter, WritesWhatTheReaderReads) {
  const TemporaryFolder folder;
  NeedleOptions options{.lengths = {100}, .documents = 9, .queries = 4};
  options.kind = NeedleKind::kFact;
  RetrievalTask task = MakeNeedleTasks(Filler(40, 200), Tiny(), options).front().task;
  task.corpus.documents[2].title = "A \"title\" \u00e9";
  WriteTask(task, folder.path());
  const auto read = std::get<RetrievalTask>(ReadTask(folder.path()).data);
  ASSERT_EQ(read.corpus.documents.size(), 9U);
  ASSERT_EQ(read.queries.size(), 4U);
  EXPECT_EQ(read.corpus.documents[2].title, task.corpus.documents[2].title);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(read.corpus.documents[i].text, task.corpus.documents[i].text);
  for (std::size_t q = 0; q < 4; ++q) {
    EXPECT_EQ(read.queries[q].text, task.queries[q].text);
    EXPECT_EQ(read.corpus.judgements[q][0].document, task.corpus.judgements[q][0].document);
  }
  task.corpus.documents[1].id = "with\ta tab";
  EXPECT_NE(Refusal([&] { WriteTask(task, folder.path()); }).find("holds a tab"), std::string::npos);
}

}  // namespace
}  // namespace lengthwise
