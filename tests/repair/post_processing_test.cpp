// Post-processing in repair files, and which models they are applied to.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "embedding/session.h"
#include "lengthwise/error.h"
#include "lengthwise/repair.h"
#include "refusal.h"
#include "repair/fit.h"
#include "text/pseudo_queries.h"

namespace lengthwise {
namespace {

using testing::Refusal;

const std::filesystem::path kTinyBert = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";

// Finite floats of every size, subnormal numbers and negative zero among them.
std::vector<float> AnyFloats(std::size_t count, Random& random) {
  std::vector<float> values;
  while (values.size() < count) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random.Next()));
    if (std::isfinite(value)) values.push_back(value);
  }
  values[0] = -0.0F;
  values[1] = std::numeric_limits<float>::denorm_min();
  return values;
}

void ExpectSameBits(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(a[i]), std::bit_cast<std::uint32_t>(b[i])) << i;
  }
}

TEST(PostProcessing, SurvivesTheFileBitForBit) {
  Random random(3);
  Repair repair;
  repair.post_process.spec = ParsePostProcessSpec("whiten:0.3");
  repair.post_process.dimension = 31;
  repair.post_process.document_mean = AnyFloats(31, random);
  repair.post_process.query_mean = AnyFloats(31, random);
  repair.post_process.map = AnyFloats(31 * 31, random);
  const Repair read = ParseRepair(FormatRepair(repair), "again");
  ExpectSameBits(read.post_process.document_mean, repair.post_process.document_mean);
  ExpectSameBits(read.post_process.query_mean, repair.post_process.query_mean);
  ExpectSameBits(read.post_process.map, repair.post_process.map);
}

TEST(PostProcessing, PartsOfAnotherLengthAreRefusedByName) {
  const auto refusal = [](const std::string& members) {
    return Refusal([&] {
      ParseRepair(R"({"format":"lengthwise-repair","version":1,"post_processing":{"spec":"whiten:1",)" +
                      members + "}}",
                  "lengthwise.json");
    });
  };
  const std::string one = R"("AACAPw==")";
  EXPECT_NE(refusal(R"("dimension":2,"document_mean":)" + one + R"(,"map":)" + one)
                .find("lengthwise.json: post_processing.document_mean: 4 bytes where 2 numbers"),
            std::string::npos);
  EXPECT_NE(refusal(R"("dimension":1,"document_mean":)" + one + R"(,"map":"AAAA")")
                .find("post_processing.map: 3 bytes where 1 numbers"),
            std::string::npos);
  // A quiet NaN.
  EXPECT_NE(refusal(R"("dimension":1,"document_mean":"AADAfw==","map":)" + one).find("NaN or infinity"),
            std::string::npos);
}

TEST(PostProcessing, FittedOnAnotherModelIsRefused) {
  const Checkpoint checkpoint = OpenCheckpoint(kTinyBert);
  Repair repair;
  repair.post_process.spec = ParsePostProcessSpec("center");
  repair.post_process.dimension = 2;
  repair.origin.model = Fingerprint(checkpoint);
  EXPECT_NO_THROW(CheckOrigin(repair, checkpoint));
  repair.origin.model.back() = repair.origin.model.back() == '0' ? '1' : '0';
  EXPECT_NE(Refusal([&] { CheckOrigin(repair, checkpoint); }).find("fitted on another model"),
            std::string::npos);
  repair.origin.model.clear();
  EXPECT_NO_THROW(CheckOrigin(repair, checkpoint));
}

TEST(PseudoQueries, SentencesEndWithStopsBeforeSpaceOrWithLines) {
  EXPECT_EQ(QuerySentences("One two three. Version 1.5 is out now!  Is it so?\nyes\n  a line of words \n"),
            (std::vector<std::string_view>{"One two three", "Version 1.5 is out now", "Is it so",
                                           "a line of words"}));
  EXPECT_TRUE(QuerySentences("").empty());
  EXPECT_TRUE(QuerySentences("two words. and. more").empty());
  std::string many;
  for (std::size_t i = 0; i < kMostQueryWords + 1; ++i) many += "word ";
  EXPECT_TRUE(QuerySentences(many).empty());
}

TEST(PseudoQueries, ADocumentGivesItsTitleAndOneOfItsSentences) {
  const Document document{"1", "  A title ", "One two three. Four five six. Seven eight nine."};
  const std::vector<std::string> queries = PseudoQueries(document, 5, 1);
  ASSERT_EQ(queries.size(), 2U);
  EXPECT_EQ(queries[0], "A title");
  EXPECT_NE(document.text.find(queries[1]), std::string::npos);
  EXPECT_EQ(PseudoQueries(document, 5, 1), queries);
  // Another place in the input, or another seed, draws anew: all three are met.
  std::set<std::string> met;
  for (std::uint64_t number = 0; number < 40; ++number) met.insert(PseudoQueries(document, number, 1)[1]);
  EXPECT_EQ(met.size(), 3U);
}

TEST(PseudoQueries, ATextWithoutASentenceGivesItsFirstWords) {
  EXPECT_EQ(PseudoQueries({"1", "", " two words "}, 0, 1), std::vector<std::string>{"two words"});
  EXPECT_TRUE(PseudoQueries({"1", "", " \n "}, 0, 1).empty());
}

class FitTest : public ::testing::Test {
 protected:
  static std::vector<Document> Documents(std::size_t count) {
    std::vector<Document> documents;
    const char* words[] = {"the", "long", "text", "of", "a", "word", "and", "model"};
    Random random(4);
    for (std::size_t i = 0; i < count; ++i) {
      std::string text;
      for (std::uint64_t w = 0; w < 5 + random.Below(30); ++w)
        text += std::string(words[random.Below(8)]) + " ";
      documents.push_back({std::to_string(i), "", text});
    }
    return documents;
  }
};

TEST_F(FitTest, PartsOfTheInputGiveWhatTheWholeGives) {
  const Session embedder(kTinyBert, {});
  const FitOptions options{.spec = ParsePostProcessSpec("whiten:0.3")};
  const std::vector<Document> documents = Documents(40);
  PostProcessFitter whole(embedder, options);
  whole.AddDocuments(documents);
  PostProcessFitter parts(embedder, options);
  parts.AddDocuments(std::span(documents).first(7));
  parts.AddDocuments(std::span(documents).subspan(7));
  const Repair a = whole.Fit();
  const Repair b = parts.Fit();
  EXPECT_EQ(a.origin, b.origin);
  EXPECT_EQ(a.origin.documents, 40U);
  EXPECT_EQ(a.origin.query_source, QuerySource::kPseudo);
  for (std::size_t i = 0; i < a.post_process.map.size(); ++i) {
    // Sums in another order, rounded to floats of up to (1 / 0.3)^(1/2).
    EXPECT_NEAR(a.post_process.map[i], b.post_process.map[i], 1e-6);
  }
}

TEST_F(FitTest, TheDocumentsMeanBecomesZero) {
  const Session embedder(kTinyBert, {});
  const FitOptions options{.spec = ParsePostProcessSpec("center"), .query_source = QuerySource::kDocuments};
  PostProcessFitter fitter(embedder, options);
  const std::vector<Document> documents = Documents(30);
  fitter.AddDocuments(documents);
  const Repair repair = fitter.Fit();
  std::vector<double> sum(embedder.spec().hidden, 0.0);
  for (const Document& document : documents) {
    const Embeddings row = embedder.Embed(std::vector{document.text}, {});
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += double{row.values[i]} - double{repair.post_process.document_mean[i]};
    }
  }
  // Thirty roundings of a mean below 1 to 24 bits.
  for (const double component : sum) EXPECT_NEAR(component, 0, 2e-6);
}

TEST_F(FitTest, WindowsAskForAPolicyThatHasThem) {
  const Session embedder(kTinyBert, {});
  EXPECT_NE(Refusal([&] {
              PostProcessFitter(embedder, {.spec = ParsePostProcessSpec("center"), .each_window = true});
            }).find("window-mean"),
            std::string::npos);
}

}  // namespace
}  // namespace lengthwise
