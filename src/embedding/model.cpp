#include "lengthwise/model.h"

#include <utility>

#include "embedding/loaded_model.h"
#include "math/thread_pool.h"

namespace lengthwise {

Model::Model(std::shared_ptr<const LoadedModel> model, std::shared_ptr<ThreadPool> pool)
    : model_(std::move(model)), pool_(std::move(pool)) {}

Model Model::Load(const std::filesystem::path& folder, std::size_t threads) {
  auto model = std::make_shared<const LoadedModel>(folder);
  return Model(std::move(model), std::make_shared<ThreadPool>(threads));
}

std::string Model::name() const {
  const std::filesystem::path& path = folder();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

const std::filesystem::path& Model::folder() const {
  return model_->checkpoint().folder;
}

std::size_t Model::dimension() const {
  return model_->dimension();
}

bool Model::HasLayers() const {
  return !model_->spec().is_static();
}

LengthLimits Model::limits() const {
  return model_->limits();
}

const std::vector<std::string>& Model::warnings() const {
  return model_->checkpoint().warnings;
}

const std::string& Model::fingerprint() const {
  return model_->fingerprint();
}

std::vector<std::size_t> Model::TokenLengths(std::span<const std::string> texts) const {
  std::vector<std::size_t> lengths(texts.size());
  pool_->For(texts.size(), [&](std::size_t i, std::size_t) {
    std::vector<std::int32_t> ids;
    model_->tokenizer().EncodeIds(texts[i], &ids);
    lengths[i] = ids.size() + model_->special_tokens();
  });
  return lengths;
}

Model ModelOf(std::shared_ptr<const LoadedModel> model, std::shared_ptr<ThreadPool> pool) {
  return {std::move(model), std::move(pool)};
}

const std::shared_ptr<const LoadedModel>& LoadedModelOf(const Model& model) {
  return model.model_;
}

const std::shared_ptr<ThreadPool>& ThreadPoolOf(const Model& model) {
  return model.pool_;
}

}  // namespace lengthwise
