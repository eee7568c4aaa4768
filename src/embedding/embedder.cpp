#include "lengthwise/embedder.h"

#include "embedding/session.h"

namespace lengthwise {

Embedder::Embedder(const std::filesystem::path& model_folder, const EmbedderOptions& options)
    : impl_(std::make_unique<Session>(model_folder, options)) {}
Embedder::~Embedder() = default;
Embedder::Embedder(Embedder&&) noexcept = default;
Embedder& Embedder::operator=(Embedder&&) noexcept = default;

std::size_t Embedder::dimension() const {
  return impl_->spec().hidden;
}
LengthLimits Embedder::limits() const {
  return impl_->limits();
}
const std::vector<std::string>& Embedder::warnings() const {
  return impl_->checkpoint().warnings;
}

Embeddings Embedder::Embed(std::span<const std::string> texts, const ProgressCallback& progress,
                           Role role) const {
  return impl_->Embed(texts, progress, 0, role);
}

}  // namespace lengthwise
