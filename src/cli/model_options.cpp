#include "cli/model_options.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/console.h"
#include "usage/checks.h"

namespace lengthwise {

namespace {

void AddLongInputOptions(CLI::App& command, ModelOptions& options, bool several) {
  std::vector<std::string> policies = {"error", "truncate", "window-mean", "lead-body"};
  if (several) policies.push_back("windows");
  command
      .add_option("--long-input", options.long_input,
                  several
                      ? "Texts beyond the length: error, truncate, window-mean, lead-body (the first window "
                        "beside the mean of all) or windows (several vectors a text)"
                      : "Texts beyond the length: error, truncate, window-mean or lead-body (the first "
                        "window beside the mean of all)")
      ->type_name("POLICY")
      ->check(OneOf(policies));
  command.add_option("--window", options.window, "Tokens of a window, special tokens included")
      ->check(WholeNumber(1))
      ->type_name("N");
  command.add_option("--stride", options.stride, "Tokens from one window's start to the next")
      ->check(WholeNumber(1))
      ->type_name("N");
  command
      .add_option("--window-ends", options.window_ends,
                  "A window ends when it is full (tokens, the default) or after its last whole sentence "
                  "(sentences)")
      ->type_name("WHERE")
      ->check(OneOf({"tokens", "sentences"}));
  command.add_flag(
      "--late-chunking", options.late_chunking,
      "Windows go through the model together, as many as the length takes, and are pooled apart");
  command.add_option("--lead", options.lead, "Share of the first window in lead-body (default: 0.3)")
      ->check(Number(0, 1))
      ->type_name("A");
  if (!several) return;
  command
      .add_option("--vectors", options.vectors,
                  "With --long-input windows: at most so many vectors a text, neighbouring windows merged "
                  "(default: one a window)")
      ->check(WholeNumber(1))
      ->type_name("K");
  command.add_flag("--add-body", options.add_body,
                   "With --long-input windows: add the text's lead-body to each vector, for inner products "
                   "that tell of the window and of the whole");
  command.add_flag("--title-windows", options.title_windows,
                   "Put a document's title before every window, where it takes half the window at most");
}

}  // namespace

void AddRunningOptions(CLI::App& command, ModelOptions& options) {
  command
      .add_option("--max-length", options.max_length,
                  "Longest sequence in tokens, special tokens included (default: the model's "
                  "sentence-transformers limit)")
      ->type_name("N")
      ->check(WholeNumber(1));
  command.add_option("--threads", options.threads, "Threads (default: all processors)")
      ->type_name("N")
      ->check(WholeNumber(1, 1024));
  command.add_option("--precision", options.precision, "Matrix products in fp32, bf16 or int8")
      ->type_name("P")
      ->check(OneOf({"fp32", "bf16", "int8"}))
      ->capture_default_str();
  command
      .add_option("--dimensions", options.dimensions,
                  "Keep the first N components of each vector, for models trained so (Matryoshka)")
      ->check(WholeNumber(1))
      ->type_name("N");
  command
      .add_option("--prompt-name", options.prompt_name,
                  "What stands before every text: the model's prompt of this name (default: its prompt for "
                  "documents or queries, if it has one)")
      ->type_name("NAME");
  command
      .add_option("--prompt", options.prompt,
                  "What stands before every text, in words; an empty one: nothing")
      ->type_name("TEXT");
}

std::vector<std::string> ReadingOptions(const ModelOptions& options) {
  std::vector<std::string> words;
  const auto add = [&](const char* name, std::string value) {
    words.emplace_back(name);
    words.push_back(std::move(value));
  };
  if (options.max_length > 0) add("--max-length", std::to_string(options.max_length));
  if (options.dimensions > 0) add("--dimensions", std::to_string(options.dimensions));
  if (!options.prompt_name.empty()) add("--prompt-name", options.prompt_name);
  if (options.prompt) add("--prompt", *options.prompt);
  return words;
}

void AddModelOptions(CLI::App& command, ModelOptions& options, VectorsOfText vectors) {
  command.add_option("--model", options.model, "Folder of a sentence-transformers model, or a GGUF file")
      ->required()
      ->type_name("DIR");
  AddRunningOptions(command, options);
  command.add_option("--repair", options.repair_file, "Repair to apply, a lengthwise.json")
      ->type_name("FILE");
  command
      .add_option("--temperature", options.temperature,
                  "Attention temperature of every head; below 1 sharpens")
      ->type_name("TAU")
      ->check(Number(kLeastTemperature, kMostTemperature));
  command
      .add_option(
          "--temperature-reading", options.temperature_reading,
          "In a model with position biases the temperature divides them too (scores, the default) or not "
          "(logits)")
      ->type_name("READING")
      ->check(OneOf({"scores", "logits"}));
  command
      .add_option(
          "--temperature-by-length", options.by_length,
          "A further factor by the tokens of a text: log:128 (ln 128 / ln n), 128:1,512:0.8 (at these "
          "lengths, between them by ln n), or none")
      ->type_name("TAUS")
      ->check(TakenBy([](const std::string& text) { ParseLengthTemperature(text); }));
  command
      .add_option("--attn-scale", options.attn_scale,
                  "AttnScale of every head: (1 + w) A V - w times the mean value; above 0 keeps tokens apart")
      ->type_name("W")
      ->check(Number(kLeastAttnScale, kMostAttnScale));
  command
      .add_option("--attention-top-k", options.top_k,
                  "Each token attends to the so many keys with the largest scores alone")
      ->type_name("K")
      ->check(WholeNumber(1));
  command
      .add_option("--attention-calibration", options.calibration,
                  "In the last layers every stretch of a text is attended to by its size: "
                  "STRENGTH:BASKET:SHARE, such as "
                  "0.5:128:0.5 (half, stretches of 128 tokens, half of the layers), or none")
      ->type_name("CALIBRATION")
      ->check(TakenBy([](const std::string& text) { ParseAttentionCalibration(text); }));
  command
      .add_option("--positions", options.positions,
                  "Learned positions beyond the trained length mended: squeeze:96:126, group:96:126, "
                  "repeat:63:126, clamp:126 (rows of the table), interpolate:128, group:128, or none")
      ->type_name("MAP")
      ->check(TakenBy([](const std::string& map) { ParsePositionMap(map); }));
  AddLongInputOptions(command, options, vectors == VectorsOfText::kSeveral);
}

void PrintWarnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) Say("warning: {}\n", warning);
}

CommandPlaces PlacesOf(const ModelOptions& options) {
  CommandPlaces places;
  places.folders.push_back({"--model", options.model});
  places.inputs.push_back({"--repair", options.repair_file});
  return places;
}

Repair RepairOf(const ModelOptions& options) {
  Repair repair;
  if (!options.repair_file.empty()) repair = ReadRepair(options.repair_file);
  if (options.temperature) {
    repair.attention.temperature = *options.temperature;
    repair.attention.by_head.clear();
  }
  if (!options.temperature_reading.empty()) {
    repair.attention.reading =
        options.temperature_reading == "logits" ? TemperatureReading::kLogits : TemperatureReading::kScores;
  }
  if (!options.by_length.empty()) repair.attention.by_length = ParseLengthTemperature(options.by_length);
  if (options.attn_scale) {
    repair.attention.attn_scale = *options.attn_scale;
    repair.attention.attn_scale_by_head.clear();
  }
  if (options.top_k) repair.attention.top_k = *options.top_k;
  if (!options.calibration.empty())
    repair.attention.calibration = ParseAttentionCalibration(options.calibration);
  if (!options.positions.empty()) repair.positions = ParsePositionMap(options.positions);
  if (!options.long_input.empty()) repair.long_input.kind = ParseLongInputKind(options.long_input);
  if (options.window) repair.long_input.window = *options.window;
  if (options.stride) repair.long_input.stride = *options.stride;
  if (options.lead) repair.long_input.lead = *options.lead;
  if (!options.window_ends.empty()) repair.long_input.window_ends = ParseWindowEnds(options.window_ends);
  if (options.vectors) repair.long_input.vectors = *options.vectors;
  if (options.add_body) repair.long_input.add_body = true;
  if (options.late_chunking) repair.long_input.late_chunking = true;
  if (options.title_windows) repair.long_input.repeat_title = true;
  return repair;
}

bool SayHowTextsAreRead(const ModelOptions& options) {
  return !options.long_input.empty() || options.window || options.stride || options.lead ||
         !options.window_ends.empty() || options.vectors || options.add_body || options.title_windows ||
         options.late_chunking;
}

Model LoadModel(const ModelOptions& options) {
  return Model::Load(options.model, options.threads);
}

Embedder EmbedderOf(const Model& model, const ModelOptions& options, const Repair& repair) {
  EmbedderOptions embedder;
  embedder.max_length = options.max_length;
  embedder.precision = ParsePrecision(options.precision);
  if (!options.prompt_name.empty() && options.prompt)
    FailUsage("--prompt-name and --prompt contradict each other; give one");
  embedder.prompt_name = options.prompt_name;
  embedder.prompt = options.prompt;
  embedder.dimensions = options.dimensions;
  ApplyRepair(repair, &embedder);
  CheckOrigin(repair, model);
  // Of a model that can be read, these alone are refused as bad input.
  const bool lengths_given = options.max_length > 0 || options.dimensions > 0 || !options.positions.empty() ||
                             !options.prompt_name.empty() || options.prompt || SayHowTextsAreRead(options);
  if (!lengths_given) return Embedder(model, embedder);
  return AsUsage([&] { return Embedder(model, embedder); });
}

}  // namespace lengthwise
