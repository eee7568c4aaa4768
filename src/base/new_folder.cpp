#include "lengthwise/new_folder.h"

#include <algorithm>
#include <system_error>

#include "base/fail.h"
#include "base/output_target.h"
#include "base/partial.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

bool LiesInside(const fs::path& inner, const fs::path& outer) {
  const auto [end, ignored] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return end == outer.end();
}

// Removes a trailing separator, after which the name of a folder would be empty.
fs::path WithName(fs::path path) {
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

NewFolder::NewFolder(const fs::path& output, const fs::path& source) {
  std::error_code error;
  if (fs::exists(output, error) && !(fs::is_directory(output, error) && fs::is_empty(output, error))) {
    Fail(ErrorCode::kBadInput, "{} exists and is not an empty folder; choose another name", output.string());
  }
  // Through links, so that a link stays and the folder that it names is filled.
  const fs::path target = FollowLinks(WithName(output));
  if (!source.empty() &&
      LiesInside(fs::weakly_canonical(target, error), fs::weakly_canonical(WithName(source), error))) {
    Fail(ErrorCode::kBadInput, "{} lies inside the folder that is to be copied, {}; choose another place",
         output.string(), source.string());
  }
  partial_ = std::make_unique<Partial>(target, Partial::Kind::kFolder);
}

NewFolder::~NewFolder() = default;

const fs::path& NewFolder::path() const {
  return partial_->path();
}

void NewFolder::Commit() {
  partial_->Publish();
}

}  // namespace lengthwise
