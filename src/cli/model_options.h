// The options that every command with a model has.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lengthwise/embedder.h"
#include "lengthwise/model.h"
#include "lengthwise/repair.h"
#include "usage/places.h"

namespace CLI {
class App;
}

namespace lengthwise {

struct ModelOptions {
  std::string model;
  std::size_t max_length = 0;
  std::size_t threads = 0;
  std::string precision = "fp32";
  std::string prompt_name;
  std::size_t dimensions = 0;  // 0: all
  std::optional<std::string> prompt;
  std::string repair_file;
  std::optional<float> temperature;
  std::string temperature_reading;
  std::string by_length;
  std::optional<float> attn_scale;
  std::optional<std::size_t> top_k;
  std::string calibration;
  std::string positions;
  std::string long_input;
  std::optional<std::size_t> window;
  std::optional<std::size_t> stride;
  std::optional<double> lead;
  std::string window_ends;
  bool late_chunking = false;
  // Where texts may have several vectors.
  std::optional<std::size_t> vectors;
  bool add_body = false;
  bool title_windows = false;
};

// How many vectors the command takes of a text.
enum class VectorsOfText { kOne, kSeveral };

// --max-length, --threads and --precision alone.
void AddRunningOptions(CLI::App& command, ModelOptions& options);
// Those of them that say how texts are read, as they were given.
std::vector<std::string> ReadingOptions(const ModelOptions& options);

void AddModelOptions(CLI::App& command, ModelOptions& options, VectorsOfText vectors = VectorsOfText::kOne);

// Whether options say how long texts are cut and mixed.
bool SayHowTextsAreRead(const ModelOptions& options);

// The file given by --repair, with what the short forms change. Throws kBadInput or kIo.
Repair RepairOf(const ModelOptions& options);

CommandPlaces PlacesOf(const ModelOptions& options);

// The folder, and threads for all that is embedded with it.
Model LoadModel(const ModelOptions& options);

// Loads nothing. Throws kBadInput too where the repair's post-processing was fitted on another model.
Embedder EmbedderOf(const Model& model, const ModelOptions& options, const Repair& repair);

// On standard error, a line each.
void PrintWarnings(const std::vector<std::string>& warnings);

}  // namespace lengthwise
