// What stands beside its final name until it is complete: F.partial-PID, of which nothing stays behind.
#pragma once

#include <filesystem>

namespace lengthwise {

// A file or a folder that is filled beside `target` and takes its name when it is complete; else it is
// removed. While it lives it is locked, so that another process can tell it from one whose process is dead.
class Partial {
 public:
  enum class Kind { kFile, kFolder };

  // Removes what dead processes have left beside the same target, and makes `target`.partial-PID. Throws kIo.
  Partial(const std::filesystem::path& target, Kind kind);
  ~Partial();
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Open on it, for reading and writing where it is a file; stays this object's.
  int descriptor() const { return descriptor_; }

  // Gives it its name. Throws kIo, after which it is removed as if this had not been called.
  void Publish();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool published_ = false;
};

// Removes every Partial, and every ParentFolder that is empty and not kept, of this process, which is about
// to end by a signal: whoever makes, publishes or removes one afterwards waits for ever.
void RemovePartialsForGood();

}  // namespace lengthwise
