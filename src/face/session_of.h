#pragma once

#include <filesystem>
#include <memory>

#include "base/output_target.h"
#include "embedding/resume_file.h"
#include "embedding/session.h"
#include "embedding/vector_key.h"
#include "lengthwise/embedder.h"

namespace lengthwise {

inline const Session& SessionOf(const Embedder& embedder) {
  return embedder.impl();
}

inline std::unique_ptr<ResumeFile> OpenResumeFile(const std::filesystem::path& output, const Session& session,
                                                  Role role) {
  const OutputTarget target = FindOutputTarget(output);
  if (target.kind != OutputTarget::Kind::kFile) return nullptr;
  return std::make_unique<ResumeFile>(
      target.path.string() + ".resume", session.spec().hidden,
      [&session, role] { return VectorKeys(session, VectorForm::kText, role).Of(""); });
}

}  // namespace lengthwise
