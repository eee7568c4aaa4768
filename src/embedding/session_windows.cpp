// Texts cut into windows, and a text's vectors made of those of its windows.
#include <algorithm>
#include <utility>

#include "embedding/long_input.h"
#include "embedding/session.h"
#include "embedding/window_mix.h"
#include "math/thread_pool.h"
#include "text/icu_breaks.h"

namespace lengthwise {
namespace {

// Texts tokenised and embedded together; bounds the memory of Embed beside its result.
constexpr std::size_t kChunkTexts = 4096;

}  // namespace

Session::TextWindows Session::CutText(const LongInput& policy, std::string_view text,
                                      std::span<const std::int32_t> content, std::string_view title,
                                      std::size_t number, Role role) const {
  const std::size_t length = limits().in_force, specials = special_tokens(role);
  TextStructure structure;
  std::vector<std::int32_t> title_ids;
  if (policy.repeat_title) {
    tokenizer().EncodeIds(title, &title_ids);
    structure.title = RepeatedTitle(title_ids.size(), specials, length, policy);
    title_ids.resize(structure.title);
  }
  if (policy.window_ends == WindowEnds::kSentences)
    structure.sentence_ends = SentenceEndsInTokens(text, content.size(), prompt(role));
  const std::vector<Window> windows =
      MakeWindows(content.size(), specials, length, policy, number, structure);
  TextWindows cut;
  cut.dropped = static_cast<std::uint32_t>(content.size() - CoveredTokens(windows));
  const std::size_t before = tokenizer().prefix().size() + prompt(role).ids.size(), most = length - specials;
  for (std::size_t w = 0; w < windows.size();) {
    const std::size_t begin = windows[w].begin, first = w;
    std::vector<TokenRange>& ranges = cut.windows.emplace_back();
    do {
      ranges.push_back({before + windows[w].begin - begin, before + windows[w].end - begin});
      ++w;
    } while (policy.late_chunking && w < windows.size() && windows[w].end - begin <= most);
    const auto part = content.subspan(begin, windows[w - 1].end - begin);
    std::vector<std::int32_t> ids;
    if (first > 0) ids = title_ids;
    ids.insert(ids.end(), part.begin(), part.end());
    cut.sequences.push_back(WithSpecials(ids, ids.size() + specials, role));
    ranges.front().begin = 0;
    ranges.back().end = cut.sequences.back().size();
  }
  return cut;
}

std::vector<std::size_t> Session::SentenceEndsInTokens(std::string_view text, std::size_t tokens,
                                                       const Prompt& prompt) const {
  TokenSequence sequence;
  tokenizer().Encode(prompt.text + std::string(text), &sequence);
  // The content is what stands last.
  const std::size_t before = sequence.offsets.size() - tokens;
  std::vector<std::size_t> ends;
  std::size_t token = 0;
  for (const std::size_t end : SentenceEnds(text)) {
    while (token < tokens && sequence.offsets[before + token].begin < prompt.text.size() + end) ++token;
    if (token > 0 && (ends.empty() || ends.back() < token)) ends.push_back(token);
  }
  // Characters of which nothing is left, at the end of a text, are no sentence.
  if (tokens > 0 && (ends.empty() || ends.back() < tokens)) ends.push_back(tokens);
  return ends;
}

void Session::EmbedCut(std::vector<TextWindows> cut, const SequenceRun& how, bool late_chunking,
                       std::size_t first, const Progress& progress, WindowEmbeddings* result) const {
  const std::size_t hidden = dimension();
  std::vector<std::vector<std::int32_t>> sequences;
  std::vector<std::vector<TokenRange>> parts;
  std::vector<std::size_t> places;  // of the first value of each sequence
  for (std::size_t i = 0; i < cut.size(); ++i) {
    TokenUse& use = result->tokens[first + i];
    use.windows = 0;
    use.dropped = cut[i].dropped;
    for (std::size_t s = 0; s < cut[i].sequences.size(); ++s) {
      places.push_back(result->text.size() * hidden);
      for (const TokenRange& window : cut[i].windows[s]) {
        result->text.push_back(first + i);
        result->used.push_back(static_cast<std::uint32_t>(window.end - window.begin));
        ++use.windows;
      }
      use.used += static_cast<std::uint32_t>(cut[i].sequences[s].size());
      sequences.push_back(std::move(cut[i].sequences[s]));
      parts.push_back(std::move(cut[i].windows[s]));
    }
  }
  std::size_t done = 0;
  result->values.resize(result->text.size() * hidden);
  SequenceRun run = how;
  if (late_chunking) run.parts = parts;
  EmbedSequences(sequences, run, [&](std::size_t s, std::span<const float> vector, const TextProbe*) {
    std::copy(vector.begin(), vector.end(), result->values.begin() + static_cast<std::ptrdiff_t>(places[s]));
    ++done;
    if (progress) progress(first + done * cut.size() / sequences.size(), result->tokens.size());
  });
}

WindowEmbeddings Session::EmbedWindows(std::span<const std::string> texts, const Progress& progress,
                                       std::size_t first_text, Role role, bool post_process,
                                       std::span<const std::string> titles) const {
  const LongInput policy = LongInputOf(role);
  WindowEmbeddings result;
  result.dimension = dimension();
  result.tokens.resize(texts.size());
  SequenceRun run;
  run.role = role;
  run.post_process = post_process;
  for (std::size_t first = 0; first < texts.size(); first += kChunkTexts) {
    const auto chunk = texts.subspan(first, std::min(kChunkTexts, texts.size() - first));
    std::vector<std::vector<std::int32_t>> content = Tokenize(chunk, role);
    std::vector<TextWindows> cut(chunk.size());
    const auto cut_one = [&](std::size_t i, std::size_t) {
      const std::string_view title = titles.empty() ? std::string_view() : titles[first + i];
      cut[i] = CutText(policy, chunk[i], content[i], title, first_text + first + i, role);
      std::vector<std::int32_t>().swap(content[i]);
    };
    // Finding sentences is work; for the rest, what is refused is the first that is to be.
    if (policy.window_ends == WindowEnds::kSentences) {
      pool_->For(chunk.size(), cut_one);
    } else {
      for (std::size_t i = 0; i < chunk.size(); ++i) cut_one(i, 0);
    }
    EmbedCut(std::move(cut), run, policy.late_chunking, first, progress, &result);
  }
  return result;
}

WindowEmbeddings Session::EmbedContent(std::span<const std::vector<std::int32_t>> content,
                                       const Progress& progress, Role role) const {
  LongInput policy = LongInputOf(role);
  policy.window_ends = WindowEnds::kTokens;
  policy.repeat_title = false;
  WindowEmbeddings result;
  result.dimension = dimension();
  result.tokens.resize(content.size());
  std::vector<TextWindows> cut;
  for (std::size_t i = 0; i < content.size(); ++i)
    cut.push_back(CutText(policy, {}, content[i], {}, i, role));
  SequenceRun run;
  run.role = role;
  run.post_process = false;
  EmbedCut(std::move(cut), run, policy.late_chunking, 0, progress, &result);
  return result;
}

LongInput Session::LongInputOf(Role role) const {
  const bool whole = role == Role::kQuery && MixesUnitVectors(options_.long_input.kind);
  return whole ? LongInput{} : options_.long_input;
}

// Of windows of texts from `first` on.
void Session::AddSeveral(const WindowEmbeddings& windows, std::size_t first, Embeddings* result) const {
  const std::size_t texts = windows.tokens.size(), hidden = windows.dimension;
  std::vector<SeveralVectors> vectors(texts);
  pool_->For(texts, [&](std::size_t i, std::size_t) {
    const std::size_t begin = windows.begin(i), count = windows.begin(i + 1) - begin;
    vectors[i] = WindowVectors(options_.long_input,
                               std::span(windows.values).subspan(begin * hidden, count * hidden), hidden);
  });
  std::size_t window = 0;  // of all
  for (std::size_t i = 0; i < texts; ++i) {
    result->values.insert(result->values.end(), vectors[i].values.begin(), vectors[i].values.end());
    const std::size_t begin = window;
    for (const std::size_t count : vectors[i].windows) {
      result->parts.push_back({first + i, window - begin});
      TokenUse& use = result->tokens.emplace_back();
      use.windows = static_cast<std::uint32_t>(count);
      for (const std::size_t end = window + count; window < end; ++window) use.used += windows.used[window];
    }
  }
}

// Of windows of texts from `first` on, post-processed where each is to be.
void Session::Mix(const WindowEmbeddings& windows, std::size_t first, Role role, Embeddings* result) const {
  const std::size_t hidden = dimension(), texts = windows.tokens.size();
  const PostProcess& post = options_.post_process;
  const LongInput policy = LongInputOf(role);
  if (policy.kind == LongInputKind::kWindows) return AddSeveral(windows, first, result);
  result->values.resize((first + texts) * hidden);
  result->tokens.insert(result->tokens.end(), windows.tokens.begin(), windows.tokens.end());
  const bool unit_length = checkpoint().normalize || (post.each_window && !post.IsIdentity());
  // Summed in window order, so that the result does not depend on which thread was first.
  pool_->For(texts, [&](std::size_t i, std::size_t) {
    const std::span<float> row(result->values.data() + (first + i) * hidden, hidden);
    const std::size_t begin = windows.begin(i), count = windows.begin(i + 1) - begin;
    MixWindows(policy, std::span(windows.values).subspan(begin * hidden, count * hidden),
               std::span(windows.used).subspan(begin, count), unit_length, row);
    if (!post.each_window) ApplyPostProcess(post, role, row);
  });
}

Embeddings Session::Finish(WindowEmbeddings windows, Role role) const {
  const bool several = LongInputOf(role).kind == LongInputKind::kWindows;
  if (several || options_.post_process.each_window)
    ApplyPostProcess(options_.post_process, role, windows.values);
  Embeddings result;
  result.dimension = dimension();
  Mix(windows, 0, role, &result);
  return result;
}

Embeddings Session::Embed(std::span<const std::string> texts, const Progress& progress,
                          std::size_t first_text, Role role, std::span<const std::string> titles) const {
  const std::size_t hidden = dimension();
  const bool several = LongInputOf(role).kind == LongInputKind::kWindows;
  const bool each_window = options_.post_process.each_window || several;
  Embeddings result;
  result.dimension = hidden;
  if (!several) result.values.reserve(texts.size() * hidden);
  for (std::size_t first = 0; first < texts.size(); first += kChunkTexts) {
    const auto chunk = texts.subspan(first, std::min(kChunkTexts, texts.size() - first));
    const auto update = [&](std::size_t done, std::size_t) {
      if (progress) progress(first + done, texts.size());
    };
    const WindowEmbeddings windows =
        EmbedWindows(chunk, update, first_text + first, role, each_window,
                     titles.empty() ? titles : titles.subspan(first, chunk.size()));
    Mix(windows, first, role, &result);
  }
  return result;
}

}  // namespace lengthwise
