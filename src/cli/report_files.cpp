#include "cli/report_files.h"

#include "lengthwise/report.h"

namespace lengthwise {

ReportFiles::ReportFiles(const std::string& output, const std::string& html) : output_(output) {
  if (html.empty()) return;
  CheckReportPage();
  html_.emplace(html);
}

void ReportFiles::Write(std::string_view document) {
  output_.Write(document);
  if (html_) html_->Write(ReportPage(document));
}

void ReportFiles::Commit(AtomicFile* more) {
  CommitTogether({&output_, html_ ? &*html_ : nullptr, more});
}

}  // namespace lengthwise
