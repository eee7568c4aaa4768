#include "lengthwise/embedder.h"

#include "embedding/session.h"
#include "math/thread_pool.h"

namespace lengthwise {
namespace {

std::shared_ptr<ThreadPool> PoolFor(const Model& model, std::size_t threads) {
  const std::shared_ptr<ThreadPool>& shared = ThreadPoolOf(model);
  return threads == 0 || threads == shared->size() ? shared : std::make_shared<ThreadPool>(threads);
}

}  // namespace

Embedder::Embedder(const Model& model, const EmbedderOptions& options)
    : session_(std::make_unique<Session>(LoadedModelOf(model), PoolFor(model, options.threads), options)) {}
Embedder::Embedder(const std::filesystem::path& model_folder, const EmbedderOptions& options)
    : Embedder(Model::Load(model_folder, options.threads), options) {}
Embedder::~Embedder() = default;
Embedder::Embedder(Embedder&&) noexcept = default;
Embedder& Embedder::operator=(Embedder&&) noexcept = default;

Model Embedder::model() const {
  return ModelOf(session_->shared_model(), session_->shared_pool());
}
const EmbedderOptions& Embedder::options() const {
  return session_->options();
}
std::size_t Embedder::dimension() const {
  return session_->dimension();
}
LengthLimits Embedder::limits() const {
  return session_->limits();
}
const std::vector<std::string>& Embedder::warnings() const {
  return session_->checkpoint().warnings;
}
const std::string& Embedder::prompt(Role role) const {
  return session_->prompt(role).text;
}
bool Embedder::NeedsRole() const {
  return session_->NeedsRole();
}

Embeddings Embedder::Embed(std::span<const std::string> texts, const Progress& progress, Role role) const {
  return session_->Embed(texts, progress, 0, role);
}

Embeddings Embedder::Embed(std::span<const Document> documents, const Progress& progress, Role role) const {
  return session_->Embed(EmbeddedTexts(documents), progress, 0, role, TitlesOf(documents));
}

const Session& SessionOf(const Embedder& embedder) {
  return *embedder.session_;
}

}  // namespace lengthwise
