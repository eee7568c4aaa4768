#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "embedding/resume_file.h"
#include "embedding/session.h"
#include "lengthwise/vectors.h"
#include "text/documents.h"

namespace lengthwise {
namespace {

// Documents embedded between two writes, at most, and bytes of them that are held.
constexpr std::size_t kMostDocuments = 4096;
constexpr std::size_t kMostHeldBytes = std::size_t{64} << 20;

// From documents that are pushed, one at a time, to rows in a file.
class DocumentEmbedder {
 public:
  DocumentEmbedder(const Session& session, const std::filesystem::path& output, const EmbedOptions& options,
                   const Progress& progress)
      : session_(session), options_(options), progress_(progress), writer_(output, session.dimension()) {
    if (options_.resume) resume_ = OpenResumeFile(output, session, options_.role);
  }

  // How many there will be.
  void Expect(std::size_t documents) { total_ = documents; }

  void Add(Document&& document) {
    texts_.push_back(EmbeddedText(document));
    titles_.push_back(std::move(document.title));
    ids_.push_back(std::move(document.id));
    Drain(false);
  }

  // After the last document.
  EmbedSummary Finish() {
    Drain(true);
    writer_.Commit();
    if (resume_ != nullptr) resume_->Remove();
    return summary_;
  }

 private:
  // Writes what can be written without waiting for another document.
  void Drain(bool ended) {
    while (resume_ != nullptr && resume_->waiting() > 0) {
      if (!ended && texts_.size() < resume_->waiting()) return;
      const std::optional<Embeddings> rows =
          resume_->Next(texts_.size(), [&](std::size_t i) { return Resumed(i); });
      if (!rows) break;
      Write(*rows);
      Drop(rows->texts());
    }
    if (!embedding_) {
      embedding_ = true;
      summary_.found = summary_.texts;
      progress_(summary_.found, total_);
    }
    while (const std::size_t count = NextBlock(ended)) EmbedBlock(count);
  }

  // What vectors depend on of a text that waits.
  std::string Resumed(std::size_t i) const {
    return session_.options().long_input.repeat_title ? titles_[i] + '\0' + texts_[i] : texts_[i];
  }

  // How many of the texts that wait make a block; 0: another document is needed to tell, or there is none.
  std::size_t NextBlock(bool ended) {
    const auto full = [&] {
      return counted_ == kMostDocuments || bytes_ >= kMostHeldBytes ||
             (resume_ != nullptr && work_ >= resume_->work());
    };
    for (; counted_ < texts_.size() && !full(); ++counted_) {
      bytes_ += texts_[counted_].size();
      work_ += WorkOf(texts_[counted_]);
    }
    return ended || full() ? counted_ : 0;
  }

  std::size_t WorkOf(const std::string& text) const {
    const bool whole = HasWindows(session_.options().long_input.kind);
    const std::size_t most = ResumeFile::kBytesPerToken * session_.limits().in_force;
    return (whole ? text.size() : std::min(text.size(), most)) + ResumeFile::kBytesPerToken;
  }

  void EmbedBlock(std::size_t count) {
    const std::span<const std::string> block = std::span(texts_).first(count);
    const std::size_t first = summary_.texts;
    const auto update = [&](std::size_t done, std::size_t) { progress_(first + done, total_); };
    const Embeddings rows =
        session_.Embed(block, update, first, options_.role, std::span(titles_).first(count));
    Write(rows);
    if (resume_ != nullptr)
      resume_->Add(
          count, [&](std::size_t i) { return Resumed(i); }, rows, work_);
    Drop(count);
    counted_ = bytes_ = work_ = 0;
  }

  // Of the first texts that wait.
  void Write(const Embeddings& rows) {
    writer_.Append(std::span(ids_).first(rows.texts()), rows);
    summary_.texts += rows.texts();
    summary_.rows += rows.rows();
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      const TokenUse& use = rows.tokens[i];
      summary_.tokens += use.used;
      summary_.dropped_tokens += use.dropped;
      summary_.cut_texts += use.dropped > 0 ? 1 : 0;
      summary_.split_texts += SplitsText(rows, i) ? 1 : 0;
    }
  }

  // Whether the row is the first of a text that has several windows.
  static bool SplitsText(const Embeddings& rows, std::size_t row) {
    if (rows.parts.empty()) return rows.tokens[row].windows > 1;
    const bool has_next = row + 1 < rows.rows() && rows.parts[row + 1].window > 0;
    return rows.parts[row].window == 0 && (has_next || rows.tokens[row].windows > 1);
  }

  void Drop(std::size_t count) {
    ids_.erase(ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>(count));
    texts_.erase(texts_.begin(), texts_.begin() + static_cast<std::ptrdiff_t>(count));
    titles_.erase(titles_.begin(), titles_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  const Session& session_;
  const EmbedOptions& options_;
  const Progress& progress_;
  std::size_t total_ = 0;
  VectorWriter writer_;
  std::unique_ptr<ResumeFile> resume_;
  // Of the documents that were read and are not yet written.
  std::vector<std::string> ids_;
  std::vector<std::string> texts_;
  std::vector<std::string> titles_;
  // Of the block that is being gathered from them.
  std::size_t counted_ = 0;
  std::size_t bytes_ = 0;
  std::size_t work_ = 0;
  bool embedding_ = false;  // nothing more was found
  EmbedSummary summary_;
};

}  // namespace

EmbedSummary EmbedDocuments(const Embedder& embedder, const InputOptions& input,
                            const std::filesystem::path& output, const EmbedOptions& options,
                            const Progress& progress) {
  const Session& session = SessionOf(embedder);
  DocumentEmbedder documents(session, output, options, progress);
  const auto tell = [&](const InputFindings& findings) {
    if (options.on_findings) options.on_findings(findings);
  };
  const std::optional<InputSurvey> survey = SurveyDocuments(input);
  if (survey) {
    documents.Expect(survey->documents);
    tell(survey->findings);
  }
  InputFindings findings =
      ForEachDocument(input, [&](Document&& document) { documents.Add(std::move(document)); });
  if (!survey) tell(findings);
  EmbedSummary summary = documents.Finish();
  summary.findings = std::move(findings);
  if (auto warning = session.unknown_tokens().Warning())
    summary.token_warnings.push_back(std::move(*warning));
  return summary;
}

}  // namespace lengthwise
