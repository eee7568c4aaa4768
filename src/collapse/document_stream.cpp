#include "collapse/document_stream.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/random.h"

namespace lengthwise {
namespace {

// Documents tokenised together; the bytes bound what very long ones take.
constexpr std::size_t kTogether = 256;
constexpr std::size_t kBytesTogether = std::size_t{1} << 24;

struct Candidate {
  std::uint64_t key = 0;
  std::size_t place = 0;  // in the input
  Document document;
};

class TokenizingBuffer {
 public:
  TokenizingBuffer(const Session& embedder, const TokenizedCallback& callback)
      : embedder_(embedder), callback_(callback) {}

  void Add(Document&& document) {
    bytes_ += document.text.size();
    documents_.push_back(std::move(document));
    if (documents_.size() == kTogether || bytes_ >= kBytesTogether) Flush();
  }

  void Flush() {
    std::vector<TokenizedDocument> tokenized = TokenizeDocuments(embedder_, documents_);
    for (std::size_t d = 0; d < documents_.size(); ++d) callback_(documents_[d], std::move(tokenized[d]));
    documents_.clear();
    bytes_ = 0;
  }

 private:
  const Session& embedder_;
  const TokenizedCallback& callback_;
  std::vector<Document> documents_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::size_t ForEachTokenizedDocument(const Session& embedder, const DocumentSource& source,
                                     std::size_t sample, std::uint64_t seed,
                                     const TokenizedCallback& callback) {
  const std::uint64_t stream = Random(seed).Next();
  TokenizingBuffer buffer(embedder, callback);
  std::vector<Candidate> candidates;
  std::size_t read = 0;
  source([&](Document&& document) {
    const std::size_t place = read++;
    if (sample == 0) {
      buffer.Add(std::move(document));
      return;
    }
    const std::uint64_t key = DocumentKey(document) ^ stream;
    candidates.push_back({key, place, std::move(document)});
    KeepSample(candidates, sample, true);
  });
  KeepSample(candidates, sample, false);
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.place < b.place; });
  for (Candidate& candidate : candidates) buffer.Add(std::move(candidate.document));
  buffer.Flush();
  return read;
}

}  // namespace lengthwise
