// The options that every command with a model has.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "embedding/session.h"
#include "lengthwise/repair.h"

namespace CLI {
class App;
}

namespace lengthwise {

struct ModelOptions {
  std::string model;
  std::size_t max_length = 0;
  std::size_t threads = 0;
  std::string precision = "fp32";
  std::string repair_file;
  std::optional<float> temperature;
  std::string temperature_reading;
  std::string by_length;
  std::optional<float> attn_scale;
  std::optional<std::size_t> top_k;
  std::string positions;
  std::string long_input;
  std::optional<std::size_t> window;
  std::optional<std::size_t> stride;
};

void AddModelOptions(CLI::App& command, ModelOptions& options);

// The file given by --repair, with what the short forms change. Throws kBadInput or kIo.
Repair RepairOf(const ModelOptions& options);

// Throws kBadInput too where the repair's post-processing was fitted on another model.
Session OpenEmbedder(const ModelOptions& options, const Repair& repair);
// By the model and the threads of `base`, which was opened with options of the same model, threads and
// precision: loads nothing.
Session OpenEmbedder(const ModelOptions& options, const Repair& repair, const Session& base);

// On standard error, a line each.
void PrintWarnings(const Checkpoint& checkpoint);

}  // namespace lengthwise
