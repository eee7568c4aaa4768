// Lengthwise inside scripts/bench: loads a model once, embeds a corpus again and again, prints one JSON
// object. bench/peer_process.py does the same for the peers, with the same options and members.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/file.h"
#include "base/json.h"
#include "embedding/session.h"
#include "lengthwise/embedder.h"
#include "lengthwise/vectors.h"
#include "text/documents.h"

namespace lengthwise {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Of all threads of the process; waiting in a spinning loop counts, sleeping does not.
double ProcessorSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

struct Job {
  std::string model;
  std::string input;
  std::string vectors;
  std::string precision = "fp32";
  std::size_t max_length = 512;
  std::size_t threads = 1;
  std::size_t warm_up = 1;
  std::size_t passes = 1;
  std::size_t calls = 0;
  bool first = false;
  bool by_length = false;
  bool probe = false;
};

// Of the process, kept by the kernel; MB of 10^6 bytes, as everywhere in the benchmarks.
double PeakMegabytes() {
  const std::string status = ReadFile("/proc/self/status");
  const std::size_t at = status.find("VmHWM:");
  return at == std::string::npos ? 0.0 : std::stod(status.substr(at + 6)) * 1024e-6;
}

// Means over texts of everything that probes gather.
class ProbeMeans {
 public:
  void Add(const TextProbe& probe) {
    heads_.resize(probe.heads.size());
    layers_.resize(probe.layers.size());
    for (std::size_t h = 0; h < heads_.size(); ++h) {
      heads_[h].entropy += probe.heads[h].entropy;
      heads_[h].largest_weight += probe.heads[h].largest_weight;
      heads_[h].sink += probe.heads[h].sink;
    }
    for (std::size_t l = 0; l < layers_.size(); ++l) layers_[l] += probe.layers[l].token_cosine;
    ++texts_;
    tokens_ += probe.tokens;
  }

  std::size_t tokens() const { return tokens_; }

  OrderedJson ToJson() const {
    const double n = std::max(1.0, static_cast<double>(texts_));
    OrderedJson heads = OrderedJson::array();
    for (const HeadProbe& head : heads_)
      heads.push_back({head.entropy / n, head.largest_weight / n, head.sink / n});
    OrderedJson layers = OrderedJson::array();
    for (const double cosine : layers_) layers.push_back(cosine / n);
    return {{"heads", heads}, {"token_cosine", layers}};
  }

 private:
  std::size_t texts_ = 0;
  std::size_t tokens_ = 0;
  std::vector<HeadProbe> heads_;
  std::vector<double> layers_;
};

// Texts to vectors with every probe on; what Embedder::Embed does for texts that are cut at the length in
// force.
ProbeMeans EmbedWithProbe(const Session& embedder, const std::vector<std::string>& texts) {
  std::vector<std::vector<std::int32_t>> sequences = embedder.Tokenize(texts);
  for (auto& sequence : sequences) sequence = embedder.WithSpecials(sequence, embedder.limits().in_force);
  std::vector<float> vectors(texts.size() * embedder.spec().hidden);
  ProbeMeans means;
  SequenceRun run;
  run.probe = true;
  embedder.EmbedSequences(sequences, run,
                          [&](std::size_t s, std::span<const float> vector, const TextProbe* probe) {
                            std::copy(vector.begin(), vector.end(), vectors.data() + s * vector.size());
                            means.Add(*probe);
                          });
  return means;
}

OrderedJson MeasureGroup(const Embedder& embedder, const std::vector<std::string>& texts, const Job& job,
                         ProbeMeans& means) {
  std::vector<double> seconds;
  std::vector<double> processor_seconds;
  std::size_t tokens = 0;
  for (std::size_t pass = 0; pass < job.warm_up + job.passes; ++pass) {
    const auto start = Clock::now();
    const double processor_start = ProcessorSeconds();
    if (job.probe) {
      means = EmbedWithProbe(SessionOf(embedder), texts);
      tokens = means.tokens();
    } else {
      const Embeddings rows = embedder.Embed(texts);
      tokens = 0;
      for (const TokenUse& use : rows.tokens) tokens += use.used;
    }
    if (pass < job.warm_up) continue;
    seconds.push_back(SecondsSince(start));
    processor_seconds.push_back(ProcessorSeconds() - processor_start);
  }
  return {{"texts", texts.size()},
          {"tokens", tokens},
          {"seconds", seconds},
          {"processor_seconds", processor_seconds}};
}

// One text at a time, over and over; the latency of each call in milliseconds.
std::vector<double> MeasureCalls(const Embedder& embedder, const std::vector<std::string>& texts,
                                 std::size_t calls) {
  std::vector<double> milliseconds;
  std::vector<std::string> one(1);
  const std::size_t warm_up = std::max<std::size_t>(50, calls / 10);
  for (std::size_t call = 0; call < warm_up + calls; ++call) {
    one[0] = texts[call % texts.size()];
    const auto start = Clock::now();
    const Embeddings row = embedder.Embed(one);
    if (call >= warm_up) milliseconds.push_back(SecondsSince(start) * 1e3);
  }
  return milliseconds;
}

void Run(const Job& job) {
  const auto start = Clock::now();
  EmbedderOptions options;
  options.max_length = job.max_length;
  options.threads = job.threads;
  options.precision = ParsePrecision(job.precision);
  const Embedder embedder(job.model, options);
  const double load = SecondsSince(start);

  std::vector<std::string> texts;
  std::vector<std::string> ids;
  for (const Document& document : ReadDocuments({.path = job.input})) {
    texts.push_back(EmbeddedText(document));
    ids.push_back(document.id);
  }
  OrderedJson result = {{"load_seconds", load}};
  if (job.first) {
    texts.resize(1);
    embedder.Embed(texts);
  } else if (job.calls > 0) {
    result["milliseconds"] = MeasureCalls(embedder, texts, job.calls);
  } else {
    // Groups of the same token count, or all texts as one.
    std::map<std::size_t, std::vector<std::string>> groups;
    if (job.by_length) {
      for (const std::string& text : texts) {
        const std::size_t tokens = SessionOf(embedder).Tokenize({&text, 1})[0].size();
        groups[std::min(tokens + SessionOf(embedder).special_tokens(), embedder.limits().in_force)].push_back(
            text);
      }
    } else {
      groups[0] = texts;
    }
    ProbeMeans means;
    for (const auto& [length, group] : groups) {
      OrderedJson measured = MeasureGroup(embedder, group, job, means);
      measured["length"] = length;
      result["groups"].push_back(std::move(measured));
    }
    if (job.probe) result["probe"] = means.ToJson();
  }
  result["peak_mb"] = PeakMegabytes();
  fmt::print("{}\n", result.dump());
  std::fflush(stdout);

  if (!job.vectors.empty()) {
    VectorWriter writer(job.vectors, embedder.dimension());
    writer.Append(ids, embedder.Embed(texts));
    writer.Commit();
  }
}

}  // namespace
}  // namespace lengthwise

int main(int argc, char** argv) {
  lengthwise::Job job;
  CLI::App app("Embeds a corpus again and again and prints the times as JSON");
  app.add_option("--model", job.model)->required();
  app.add_option("--input", job.input, "JSONL with text")->required();
  app.add_option("--max-length", job.max_length)->capture_default_str();
  app.add_option("--threads", job.threads)->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--precision", job.precision)->capture_default_str();
  app.add_option("--warm-up", job.warm_up, "Passes that are not timed")->capture_default_str();
  app.add_option("--passes", job.passes, "Passes that are")->capture_default_str();
  app.add_flag("--by-length", job.by_length, "Time texts of each token count apart");
  app.add_flag("--probe", job.probe, "With every probe on, and their means in the result");
  app.add_option("--calls", job.calls, "Instead: embed one text a call, so many times");
  app.add_flag("--first", job.first, "Instead: embed the first text and stop");
  app.add_option("--vectors", job.vectors, "Then write the vectors to this .npy");
  CLI11_PARSE(app, argc, argv);
  try {
    lengthwise::Run(job);
  } catch (const std::exception& error) {
    fmt::print(stderr, "embed_corpus: {}\n", error.what());
    return 1;
  }
  return 0;
}
