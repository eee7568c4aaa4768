// Tokenises byte strings for tests/python/tokenizer_reference.py, which compares the result with the
// reference library.
//
// Usage: tokenize_lines TOKENIZER.json|MODEL.gguf [--repeat N] < texts > tokens
// Standard input: texts, each a 32-bit little-endian length and that many bytes. Standard output, a line a
// text: the ids and, but for --ids, the byte offsets as [begin, end, begin, end, ...], as JSON. With
// --repeat, no output but the seconds for loading and for tokenising all texts N times, in that order.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/fail.h"
#include "checkpoint/gguf_model.h"
#include "tokenizer/tokenizer.h"

namespace {

using lengthwise::Tokenizer;
using lengthwise::TokenOffset;
using lengthwise::TokenSequence;

std::vector<std::string> ReadTexts() {
  std::vector<std::string> texts;
  std::uint32_t size = 0;
  while (std::fread(&size, sizeof(size), 1, stdin) == 1) {
    std::string text(size, '\0');
    if (std::fread(text.data(), 1, size, stdin) != size) {
      lengthwise::Fail(lengthwise::ErrorCode::kBadInput, "standard input ends within a text");
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

Tokenizer Open(const std::string& path) {
  if (!path.ends_with(".gguf")) return Tokenizer{std::filesystem::path(path)};
  return Tokenizer::FromJson(lengthwise::ReadGgufModel(path).tokenizer, path);
}

void Write(const Tokenizer& tokenizer, const std::string& text, std::string* line) {
  TokenSequence sequence;
  tokenizer.Encode(text, &sequence);
  std::vector<std::int32_t> ids;
  tokenizer.EncodeIds(text, &ids);
  if (ids != sequence.ids) {
    lengthwise::Fail(lengthwise::ErrorCode::kInternal, "Encode and EncodeIds differ");
  }
  *line = "[[";
  for (std::size_t i = 0; i < ids.size(); ++i)
    fmt::format_to(std::back_inserter(*line), "{}{}", i > 0 ? "," : "", ids[i]);
  *line += "],[";
  for (std::size_t i = 0; i < sequence.offsets.size(); ++i) {
    const TokenOffset& offset = sequence.offsets[i];
    fmt::format_to(std::back_inserter(*line), "{}{},{}", i > 0 ? "," : "", offset.begin, offset.end);
  }
  *line += "]]\n";
}

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

void Time(const std::string& path, int repeats, bool with_offsets) {
  const std::vector<std::string> texts = ReadTexts();
  const auto loading = std::chrono::steady_clock::now();
  const Tokenizer tokenizer = Open(path);
  const double load_seconds = Seconds(loading);
  TokenSequence sequence;
  const auto encoding = std::chrono::steady_clock::now();
  for (int i = 0; i < repeats; ++i) {
    for (const std::string& text : texts) {
      if (with_offsets) {
        tokenizer.Encode(text, &sequence);
      } else {
        tokenizer.EncodeIds(text, &sequence.ids);
      }
    }
  }
  fmt::print("{} {}\n", load_seconds, Seconds(encoding));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && !(argc >= 4 && std::strcmp(argv[2], "--repeat") == 0)) {
    fmt::print(stderr, "usage: tokenize_lines TOKENIZER.json|MODEL.gguf [--repeat N [--ids]] < texts\n");
    return 2;
  }
  try {
    if (argc > 2) {
      Time(argv[1], std::atoi(argv[3]), argc == 4);
      return 0;
    }
    const Tokenizer tokenizer = Open(argv[1]);
    std::string line;
    for (const std::string& text : ReadTexts()) {
      Write(tokenizer, text, &line);
      std::fwrite(line.data(), 1, line.size(), stdout);
    }
  } catch (const lengthwise::Error& error) {
    fmt::print(stderr, "tokenize_lines: {}\n", error.what());
    return 1;
  }
  return 0;
}
