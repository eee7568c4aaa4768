#include "tuning/tuning_vectors.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <utility>

#include "lengthwise/error.h"
#include "lengthwise/recipe.h"
#include "repair/fit.h"
#include "tasks/text_vectors.h"
#include "text/pseudo_queries.h"
#include "text/utf8.h"

namespace lengthwise {
namespace {

// Documents whose beginnings are embedded in windows to measure the speed, and the most bytes of one.
constexpr std::size_t kSpeedDocuments = 16;
constexpr std::size_t kSpeedBytes = 1500;

std::string BeginningOf(const std::string& text) {
  std::size_t end = std::min(kSpeedBytes, text.size());
  while (end < text.size() && end > 0 && !IsCharacterStart(text[end])) --end;
  return text.substr(0, end);
}

// A fitter asks for an embedder with the policy that its fit is for.
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

TuningVectors::TuningVectors(std::span<const Document> documents, std::span<const std::string> texts,
                             std::span<const std::string> queries, const Session& base,
                             std::span<const OnePass> farther, std::uint64_t seed, VectorCache* cache,
                             const Progress& progress)
    : base_(base),
      texts_(texts),
      tokens_(TokenLengths(base, texts_)),
      window_(std::min(kRecipeWindow, base.limits().in_force)),
      window_session_(std::make_unique<Session>(base.shared_model(), base.shared_pool(),
                                                WindowOptions(base.options(), window_))) {
  const PseudoQuerySet stand_ins = queries.empty() ? PseudoQueries(documents, seed) : PseudoQuerySet{};
  const std::span<const std::string> asked = queries.empty() ? stand_ins.texts : queries;
  const std::size_t total = (2 + farther.size()) * texts_.size() + (1 + farther.size()) * asked.size();
  std::size_t before = 0;
  const auto update = [&](std::size_t done) { progress(before + done, total); };
  const auto embed = [&](auto& function, const Session& session, std::span<const std::string> of, Role role) {
    VectorSet vectors = function(session, of, role, update, cache);
    before += of.size();
    return vectors;
  };
  const QuerySource source = queries.empty() ? QuerySource::kPseudo : QuerySource::kQueries;
  windows_.documents = embed(EmbedTextWindows, *window_session_, texts_, Role::kDocument);
  const auto read = [&](const OnePass& how, const Session& session) {
    Pass pass;
    pass.how = how;
    pass.vectors.queries = embed(EmbedTexts, session, asked, Role::kQuery);
    pass.vectors.documents = embed(EmbedTexts, session, texts_, Role::kDocument);
    try {
      pass.repair = FitTo(session, OnePassFit(window_), {}, source, pass.vectors.documents,
                          &windows_.documents, pass.vectors.queries);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kBadInput) throw;
    }
    passes_.push_back(std::move(pass));
  };
  read({base_.options().positions, base_.limits().in_force}, base_);
  for (const OnePass& how : farther) {
    EmbedderOptions options = base_.options();
    options.positions = how.positions;
    options.max_length = how.length;
    read(how, Session(base_.shared_model(), base_.shared_pool(), options));
  }
  windows_.queries = passes_.front().vectors.queries;
  recipe_ = FitTo(base_, RecipeFit(), RecipeLongInput(window_), source, windows_.documents, nullptr,
                  windows_.queries);
  ApplyPostProcess(recipe_.post_process, Role::kDocument, windows_.documents.values);
  ApplyPostProcess(recipe_.post_process, Role::kQuery, windows_.queries.values);
}

std::vector<FittedPass> TuningVectors::Fitted() const {
  std::vector<FittedPass> fitted;
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    if (passes_[i].repair) fitted.push_back({passes_[i].how, passes_[i].repair->post_process.spec, i});
  }
  return fitted;
}

const TaskVectors& TuningVectors::Of(const Candidate& candidate) {
  const std::optional<LongInput>& policy = candidate.run.repair.long_input;
  const Pass& pass = passes_[candidate.pass];
  if (!candidate.run.repair.post_process) return pass.vectors;
  if (!policy) {
    made_ = pass.vectors;
    ApplyPostProcess(pass.repair->post_process, Role::kDocument, made_.documents.values);
    ApplyPostProcess(pass.repair->post_process, Role::kQuery, made_.queries.values);
    return made_;
  }
  made_.queries = windows_.queries;
  made_.documents = policy->kind == LongInputKind::kWindows
                        ? ManyVectors(*policy, windows_.documents, base_.pool())
                        : MixedWindows(*window_session_, *policy, windows_.documents, tokens_);
  return made_;
}

double TuningVectors::Speed() const {
  std::vector<std::string> beginnings;
  for (const std::string& text : texts_.first(std::min(kSpeedDocuments, texts_.size())))
    beginnings.push_back(BeginningOf(text));
  const std::vector<std::size_t> lengths = TokenLengths(base_, beginnings);
  const auto start = std::chrono::steady_clock::now();
  window_session_->EmbedWindows(beginnings, {}, 0, Role::kDocument, false);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  const std::size_t tokens = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
  return taken.count() > 0 ? static_cast<double>(tokens) / taken.count() : 0;
}

double TuningVectors::TokensRead(const Candidate& candidate) const {
  const std::size_t most = candidate.run.repair.long_input ? std::numeric_limits<std::size_t>::max()
                                                           : passes_[candidate.pass].how.length;
  double sum = 0;
  for (const std::size_t tokens : tokens_) sum += static_cast<double>(std::min(tokens, most));
  return sum / static_cast<double>(tokens_.size());
}

}  // namespace lengthwise
