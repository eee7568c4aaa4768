// The tokenizer on the benchmark's texts (scripts/bench makes them), one thread.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "text/documents.h"
#include "tokenizer/tokenizer.h"

namespace lengthwise {
namespace {

void Tokenize(benchmark::State& state, bool with_offsets) {
  const char* const given = std::getenv("LENGTHWISE_MODEL");
  const std::filesystem::path model = given != nullptr ? given : ".cache/models/all-MiniLM-L6-v2";
  const std::filesystem::path texts = ".cache/bench/corpus.jsonl";
  if (!std::filesystem::exists(model) || !std::filesystem::exists(texts)) {
    state.SkipWithError(
        "no model or no texts: run scripts/bench quick once, and start this in the repository's root");
    return;
  }
  const Tokenizer tokenizer(model / "tokenizer.json");
  const std::vector<Document> documents = ReadDocuments({.path = texts});
  std::size_t tokens = 0;
  std::size_t bytes = 0;
  TokenSequence sequence;
  for (auto _ : state) {
    for (const Document& document : documents) {
      if (with_offsets) {
        tokenizer.Encode(document.text, &sequence);
      } else {
        tokenizer.EncodeIds(document.text, &sequence.ids);
      }
      tokens += sequence.ids.size();
      bytes += document.text.size();
    }
  }
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(tokens), benchmark::Counter::kIsRate);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

BENCHMARK_CAPTURE(Tokenize, ids, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Tokenize, ids and offsets, true)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lengthwise
