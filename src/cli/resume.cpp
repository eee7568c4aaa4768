#include "cli/resume.h"

#include "base/output_target.h"
#include "cli/console.h"
#include "embedding/vector_key.h"

namespace lengthwise {

std::unique_ptr<ResumeFile> OpenResumeFile(const std::string& output, const Session& embedder, Role role) {
  const OutputTarget target = FindOutputTarget(output);
  if (target.kind != OutputTarget::Kind::kFile) return nullptr;
  return std::make_unique<ResumeFile>(
      target.path.string() + ".resume", embedder.spec().hidden,
      [&embedder, role] { return VectorKeys(embedder, VectorForm::kText, role).Of(""); });
}

void SayResumed(std::size_t found, std::string_view what) {
  Say("{} {} were embedded already, by a run that was broken off\n", found, what);
}

}  // namespace lengthwise
