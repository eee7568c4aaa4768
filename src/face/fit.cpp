#include "lengthwise/fit.h"

#include <fmt/format.h>

#include <functional>
#include <span>
#include <utility>

#include "base/fail.h"
#include "embedding/session.h"
#include "lengthwise/evaluate.h"
#include "repair/fit.h"

namespace lengthwise {
namespace {

// Documents embedded at once.
constexpr std::size_t kFitChunk = 512;

// Below this the mean of queries is uncertain by more than a tenth of a query's own spread.
constexpr std::size_t kFewQueries = 100;

InputFindings InChunks(const InputOptions& input, const std::function<void(std::span<const Document>)>& add) {
  std::vector<Document> chunk;
  const auto flush = [&] {
    if (!chunk.empty()) add(chunk);
    chunk.clear();
  };
  InputFindings findings = ForEachDocument(input, [&](Document&& document) {
    chunk.push_back(std::move(document));
    if (chunk.size() == kFitChunk) flush();
  });
  flush();
  return findings;
}

std::vector<std::string> WarningsOf(const Repair& repair, const PostProcessSpec& asked) {
  const PostProcess& post = repair.post_process;
  std::vector<std::string> warnings;
  if (asked.within > 0 && post.spec.within == 0) {
    warnings.push_back(fmt::format(
        "no document is longer than a window, so there is no scatter within documents, and nothing to mix: "
        "this is {} alone",
        FormatPostProcessSpec(post.spec)));
  }
  if (post.spec.epsilon > asked.epsilon) {
    warnings.push_back(fmt::format(
        "{} document{} have few windows to fit on: whitening is weaker for it, epsilon {} instead of {}",
        repair.origin.documents, repair.origin.documents == 1 ? "" : "s", post.spec.epsilon, asked.epsilon));
  } else if (post.spec.kind == PostProcessKind::kWhiten && repair.origin.documents <= post.dimension) {
    warnings.push_back(fmt::format(
        "{} documents do not vary in all of {} dimensions; those in which they do not are scaled up most: "
        "fit on more documents, or take a larger epsilon",
        repair.origin.documents, post.dimension));
  }
  if (repair.origin.query_source != QuerySource::kDocuments && repair.origin.queries < kFewQueries) {
    warnings.push_back(fmt::format("the mean of queries rests on {} of them; give {} or more",
                                   repair.origin.queries, kFewQueries));
  }
  return warnings;
}

}  // namespace

void CheckFitOptions(const Embedder& embedder, const FitOptions& options) {
  const PostProcessFitter fitter(SessionOf(embedder), options);
}

FitResult FitRepair(const Embedder& embedder, const InputOptions& documents,
                    const std::optional<InputOptions>& queries, const FitOptions& options,
                    const Progress& progress) {
  const Session& session = SessionOf(embedder);
  if (queries.has_value() != (options.query_source == QuerySource::kQueries)) {
    Fail(ErrorCode::kBadInput, "the mean of queries comes from {}, but queries are {}given",
         QuerySourceName(options.query_source), queries ? "" : "not ");
  }
  PostProcessFitter fitter(session, options);
  const auto update = [&] { progress(fitter.documents() + fitter.queries(), 0); };
  FitResult result;
  result.documents = InChunks(documents, [&](std::span<const Document> texts) {
    fitter.AddDocuments(texts);
    update();
  });
  if (queries) {
    result.queries = InChunks(*queries, [&](std::span<const Document> texts) {
      fitter.AddQueries(texts);
      update();
    });
  }
  result.repair = fitter.Fit();
  result.token_warnings = TokenWarnings(embedder);
  result.warnings = WarningsOf(result.repair, options.spec);
  return result;
}

}  // namespace lengthwise
