#include "repair/fit.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "embedding/long_input.h"
#include "embedding/post_process_check.h"
#include "text/pseudo_queries.h"

namespace lengthwise {
namespace {

std::vector<std::size_t> OffsetsOf(const WindowEmbeddings& windows, std::size_t texts) {
  std::vector<std::size_t> offsets;
  for (std::size_t text = 0; text <= texts; ++text) offsets.push_back(windows.begin(text));
  return offsets;
}

}  // namespace

PostProcessFitter::PostProcessFitter(const Session& embedder, const FitOptions& options)
    : embedder_(embedder),
      options_(options),
      document_moments_(embedder.dimension()),
      query_moments_(embedder.dimension()) {
  if (!embedder.options().post_process.IsIdentity()) {
    Fail(ErrorCode::kBadInput,
         "a post-processing is fitted on the vectors of the model itself, but one is set");
  }
  if (options_.each_window && !HasWindows(embedder.options().long_input.kind)) {
    Fail(ErrorCode::kBadInput,
         "post-processing each window needs the long-input policy window-mean, lead-body or windows, not {}",
         LongInputKindName(embedder.options().long_input.kind));
  }
  if (!options_.each_window) CheckOneVector(embedder.options().long_input);
  if (options_.scatter_window > 0) {
    if (options_.each_window)
      Fail(ErrorCode::kBadInput, "windows are fitted to already; leave out those for the scatter");
    EmbedderOptions windows = embedder.options();
    windows.long_input = {.kind = LongInputKind::kWindowMean, .window = options_.scatter_window};
    windows_.emplace(embedder.shared_model(), embedder.shared_pool(), windows);
  }
  if (options_.spec.within > 0 && !options_.each_window && !windows_) {
    Fail(ErrorCode::kBadInput,
         "post-processing \"{}\" looks at the windows of a document, so it is fitted on windows and applied "
         "to each: "
         "ask for that too, or leave out \"within\"",
         FormatPostProcessSpec(options_.spec));
  }
  CheckDirections(options_.spec, embedder.dimension());
}

void PostProcessFitter::Add(std::span<const std::string> texts, std::span<const std::string> titles,
                            std::size_t first_text, Role role, VectorMoments* moments) {
  if (options_.each_window) {
    const WindowEmbeddings windows = embedder_.EmbedWindows(texts, {}, first_text, role, false, titles);
    moments->AddTexts(windows.values, OffsetsOf(windows, texts.size()));
  } else {
    moments->Add(embedder_.Embed(texts, {}, first_text, role, titles).values);
  }
  if (!windows_ || role != Role::kDocument) return;
  const WindowEmbeddings windows = windows_->EmbedWindows(texts, {}, first_text, role, false, titles);
  moments->AddScatter(windows.values, OffsetsOf(windows, texts.size()));
}

void PostProcessFitter::AddDocuments(std::span<const Document> documents) {
  std::vector<std::string> texts;
  std::vector<std::string> titles;
  std::vector<std::string> queries;
  for (const Document& document : documents) {
    if (options_.query_source == QuerySource::kPseudo) {
      for (std::string& query : PseudoQueries(document, documents_ + texts.size(), options_.seed)) {
        queries.push_back(std::move(query));
      }
    }
    texts.push_back(EmbeddedText(document));
    titles.push_back(document.title);
  }
  Add(texts, titles, documents_, Role::kDocument, &document_moments_);
  Add(queries, {}, queries_, Role::kQuery, &query_moments_);
  documents_ += texts.size();
  queries_ += queries.size();
}

void PostProcessFitter::AddQueries(std::span<const Document> queries) {
  if (options_.query_source != QuerySource::kQueries) {
    Fail(ErrorCode::kInternal, "queries given where their source is {}",
         QuerySourceName(options_.query_source));
  }
  Add(EmbeddedTexts(queries), TitlesOf(queries), queries_, Role::kQuery, &query_moments_);
  queries_ += queries.size();
}

void PostProcessFitter::AddDocumentVectors(std::span<const float> rows,
                                           std::span<const std::size_t> offsets) {
  if (offsets.empty()) {
    document_moments_.Add(rows);
    documents_ += rows.size() / document_moments_.dimension;
  } else {
    document_moments_.AddTexts(rows, offsets);
    documents_ += offsets.size() - 1;
  }
}

void PostProcessFitter::AddScatterVectors(std::span<const float> rows, std::span<const std::size_t> offsets) {
  document_moments_.AddScatter(rows, offsets);
}

void PostProcessFitter::AddQueryVectors(std::span<const float> rows) {
  query_moments_.Add(rows);
  queries_ += rows.size() / query_moments_.dimension;
}

void PostProcessFitter::ShrinkQueryMean(double queries, PostProcess& post) const {
  const double prior = options_.query_prior / (queries + options_.query_prior);
  if (!(prior > 0)) return;
  std::transform(post.query_mean.begin(), post.query_mean.end(), post.document_mean.begin(),
                 post.query_mean.begin(), [prior](float query, float document) {
                   return static_cast<float>((1 - prior) * query + prior * document);
                 });
}

Repair PostProcessFitter::Fit() const {
  const bool own_mean = options_.query_source != QuerySource::kDocuments;
  PostProcessSpec spec = options_.spec;
  // Checked by FitPostProcess where there are none.
  if (spec.kind == PostProcessKind::kWhiten && document_moments_.count > 0 &&
      document_moments_.count < options_.enough) {
    const double raised =
        spec.epsilon * static_cast<double>(options_.enough) / static_cast<double>(document_moments_.count);
    // With the digits that a person reads.
    spec.epsilon = std::min(std::stod(fmt::format("{:.3g}", raised)), kMostEpsilon);
  }
  Repair repair;
  repair.attention = embedder_.options().attention;
  repair.positions = embedder_.options().positions;
  repair.long_input = embedder_.options().long_input;
  repair.post_process = FitPostProcess(spec, document_moments_, own_mean ? &query_moments_ : nullptr);
  if (repair.post_process.IsIdentity()) return repair;
  if (own_mean) ShrinkQueryMean(static_cast<double>(query_moments_.count), repair.post_process);
  repair.post_process.each_window = options_.each_window;
  repair.origin = {.model = embedder_.model().fingerprint(),
                   .documents = documents_,
                   .queries = queries_,
                   .query_source = options_.query_source};
  return repair;
}

}  // namespace lengthwise
