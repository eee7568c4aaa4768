// The files that a command writes its document to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lengthwise/atomic_file.h"

namespace lengthwise {

// A document, and if a path is given for it, its page. Made before the work, so that a place that cannot be
// written to costs no time; nothing stands under its name before Commit.
class ReportFiles {
 public:
  // `html` empty: no page.
  ReportFiles(const std::string& output, const std::string& html);

  // Throws kIo.
  void Write(std::string_view document);
  // With `more`, which may be null: none has its name before all are whole.
  void Commit(AtomicFile* more = nullptr);

 private:
  AtomicFile output_;
  std::optional<AtomicFile> html_;
};

}  // namespace lengthwise
