// Going on where a command was broken off.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "embedding/resume_file.h"
#include "embedding/session.h"

namespace lengthwise {

// OUTPUT.resume. Null where the output is no file: what was written through cannot be gone on with.
std::unique_ptr<ResumeFile> OpenResumeFile(const std::string& output, const Session& embedder, Role role);

// Tells how many `what` (texts, say) were found in it.
void SayResumed(std::size_t found, std::string_view what);

}  // namespace lengthwise
