#include "cli/report_files.h"

#include "report/html_page.h"

namespace lengthwise {

ReportFiles::ReportFiles(const std::string& output, const std::string& html) : output_(output) {
  if (html.empty()) return;
  CheckPage();
  html_.emplace(html);
}

void ReportFiles::Write(const OrderedJson& document, std::string_view text) {
  output_.Write(text);
  if (html_) html_->Write(HtmlPage(document));
}

void ReportFiles::Commit(AtomicFile* more) {
  CommitTogether({&output_, html_ ? &*html_ : nullptr, more});
}

}  // namespace lengthwise
