#include "tuning/tuning_vectors.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "lengthwise/error.h"
#include "lengthwise/recipe.h"
#include "repair/fit.h"
#include "tasks/text_vectors.h"
#include "text/pseudo_queries.h"

namespace lengthwise {
namespace {

// Documents whose windows are embedded to measure the speed, and the most windows of them.
constexpr std::size_t kSpeedDocuments = 16;
constexpr std::size_t kSpeedWindows = 32;

EmbedderOptions InWindows(const Session& base, std::size_t window) {
  EmbedderOptions options = base.options();
  options.max_length = window;
  options.long_input = {.kind = LongInputKind::kWindowMean, .window = window};
  return options;
}

std::vector<std::string> StandIns(std::span<const Document> documents, std::uint64_t seed) {
  std::vector<std::string> texts;
  for (std::size_t d = 0; d < documents.size(); ++d) {
    for (std::string& query : PseudoQueries(documents[d], d, seed)) texts.push_back(std::move(query));
  }
  return texts;
}

// Every member that fits to windows or to whole texts needs an embedder of that kind.
Repair FitTo(const Session& base, FitOptions fit, const LongInput& policy, QuerySource source,
             const VectorSet& documents, const VectorSet* scatter, const VectorSet& queries) {
  fit.query_source = source;
  EmbedderOptions options = base.options();
  options.long_input = policy;
  const Session session(base.shared_model(), base.shared_pool(), options);
  PostProcessFitter fitter(session, fit);
  fitter.AddDocumentVectors(documents.values, documents.offsets);
  if (scatter != nullptr) fitter.AddScatterVectors(scatter->values, scatter->offsets);
  fitter.AddQueryVectors(queries.values);
  return fitter.Fit();
}

}  // namespace

TuningVectors::TuningVectors(const RetrievalTask& task, std::span<const Document> queries,
                             const Session& base, std::uint64_t seed, VectorCache* cache,
                             const Progress& progress)
    : base_(base),
      documents_(EmbeddedTexts(task.corpus.documents)),
      tokens_(TokenLengths(base, documents_)),
      window_(std::min(kRecipeWindow, base.limits().in_force)),
      window_session_(
          std::make_unique<Session>(base.shared_model(), base.shared_pool(), InWindows(base, window_))) {
  const std::vector<std::string> texts =
      queries.empty() ? StandIns(task.corpus.documents, seed) : EmbeddedTexts(queries);
  const std::size_t total = 2 * documents_.size() + texts.size();
  std::size_t before = 0;
  const auto update = [&](std::size_t done) { progress(before + done, total); };
  const auto embed = [&](auto& function, const Session& session, const std::vector<std::string>& of,
                         Role role) {
    VectorSet vectors = function(session, of, role, update, cache);
    before += of.size();
    return vectors;
  };
  whole_.queries = embed(EmbedTexts, base_, texts, Role::kQuery);
  whole_.documents = embed(EmbedTexts, base_, documents_, Role::kDocument);
  windows_.documents = embed(EmbedTextWindows, *window_session_, documents_, Role::kDocument);
  windows_.queries = whole_.queries;
  const QuerySource source = queries.empty() ? QuerySource::kPseudo : QuerySource::kQueries;
  recipe_ = FitTo(base_, RecipeFit(), RecipeLongInput(window_), source, windows_.documents, nullptr,
                  windows_.queries);
  try {
    one_pass_ =
        FitTo(base_, OnePassFit(window_), {}, source, whole_.documents, &windows_.documents, whole_.queries);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kBadInput) throw;
  }
  ApplyPostProcess(recipe_.post_process, Role::kDocument, windows_.documents.values);
  ApplyPostProcess(recipe_.post_process, Role::kQuery, windows_.queries.values);
}

const TaskVectors& TuningVectors::Of(const RunDescription& run) {
  const std::optional<LongInput>& policy = run.repair.long_input;
  if (!run.repair.post_process) return whole_;
  if (!policy) {
    made_ = whole_;
    ApplyPostProcess(one_pass_->post_process, Role::kDocument, made_.documents.values);
    ApplyPostProcess(one_pass_->post_process, Role::kQuery, made_.queries.values);
    return made_;
  }
  made_.queries = windows_.queries;
  made_.documents = policy->kind == LongInputKind::kWindows
                        ? ManyVectors(*policy, windows_.documents, base_.pool())
                        : MixedWindows(*window_session_, *policy, windows_.documents, tokens_);
  return made_;
}

double TuningVectors::Speed() const {
  // Whole documents are too much of a very long one: as many bytes as the windows have, about.
  std::vector<std::string> sample;
  for (std::size_t d = 0; d < documents_.size() && sample.size() < kSpeedDocuments; ++d)
    sample.push_back(documents_[d]);
  const std::size_t most = kSpeedWindows * window_;
  std::size_t tokens = 0, count = 0;
  while (count < sample.size() && (count == 0 || tokens + tokens_[count] <= most)) tokens += tokens_[count++];
  const auto start = std::chrono::steady_clock::now();
  window_session_->EmbedWindows(std::span(sample).first(count), {}, 0, Role::kDocument, false);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return taken.count() > 0 ? static_cast<double>(tokens) / taken.count() : 0;
}

double TuningVectors::TokensRead(const RunDescription& run) const {
  const std::size_t most =
      run.repair.long_input ? std::numeric_limits<std::size_t>::max() : base_.limits().in_force;
  double sum = 0;
  for (const std::size_t tokens : tokens_) sum += static_cast<double>(std::min(tokens, most));
  return sum / static_cast<double>(tokens_.size());
}

}  // namespace lengthwise
