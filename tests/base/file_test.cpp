#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>

#include "base/output_target.h"
#include "base/partial.h"
#include "base/temporary_folder.h"
#include "lengthwise/new_folder.h"

namespace lengthwise {
namespace {

using Names = std::vector<std::string>;

TEST(ReadFileTest, GivesEveryByte) {
  const TemporaryFolder folder;
  std::string bytes;
  for (int i = 0; i < 200000; ++i) bytes.push_back(static_cast<char>(i * 7));
  EXPECT_EQ(ReadFile(folder.Put("data", bytes)), bytes);
  EXPECT_EQ(ReadFile(folder.Put("empty", "")), "");
}

TEST(ReadFileTest, ReadsFilesWhoseSizeIsNotKnown) {
  // The kernel reports 0 bytes for files under /proc.
  EXPECT_NE(ReadFile("/proc/self/status").find("Name:"), std::string::npos);
}

TEST(ReadFileTest, NamesThePathAndTheReason) {
  const TemporaryFolder folder;
  ExpectError(ErrorOf([&] { ReadFile(folder.path() / "absent"); }), "io",
              "absent: No such file or directory");
  ExpectError(ErrorOf([&] { ReadFile(folder.path()); }), "io", folder.path().string() + ": Is a directory");
}

TEST(MappedFileTest, GivesEveryByteAndSurvivesMoving) {
  const TemporaryFolder folder;
  MappedFile first(folder.Put("data", "abc"));
  MappedFile second(std::move(first));
  ASSERT_EQ(second.bytes().size(), 3);
  EXPECT_EQ(std::memcmp(second.bytes().data(), "abc", 3), 0);
  MappedFile other(folder.Put("other", "defg"));
  other = std::move(second);
  EXPECT_EQ(std::memcmp(other.bytes().data(), "abc", 3), 0);
  EXPECT_EQ(other.path().filename(), "data");
}

TEST(MappedFileTest, AnEmptyFileHasNoBytes) {
  const TemporaryFolder folder;
  EXPECT_TRUE(MappedFile(folder.Put("empty", "")).bytes().empty());
}

TEST(MappedFileTest, ReleasedPagesAreReadAgain) {
  const TemporaryFolder folder;
  const std::string bytes(200000, 'x');
  const MappedFile file(folder.Put("data", bytes));
  file.Release(file.bytes());
  file.Release(file.bytes().subspan(5, 10));  // less than a page: nothing to do
  EXPECT_EQ(std::memcmp(file.bytes().data(), bytes.data(), bytes.size()), 0);
}

TEST(MappedFileTest, NamesThePathAndTheReason) {
  const TemporaryFolder folder;
  ExpectError(ErrorOf([&] { MappedFile file(folder.path() / "absent"); }), "io", "absent: No such file");
  ExpectError(ErrorOf([&] { MappedFile file(folder.path()); }), "io", "Is a directory");
}

TEST(AtomicFileTest, AppearsUnderItsNameOnlyWhenCommitted) {
  const TemporaryFolder folder;
  AtomicFile file(folder.path() / "out");
  file.Write("hello ");
  file.Write("world");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out"));
  file.Commit();
  EXPECT_EQ(folder.Get("out"), "hello world");
  EXPECT_EQ(folder.List(), Names{"out"});
}

TEST(AtomicFileTest, LeavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder.path() / "out");
    file.Write("half");
  }
  EXPECT_EQ(folder.List(), Names{});
}

TEST(AtomicFileTest, KeepsTheOldFileUntilTheNewOneIsWhole) {
  const TemporaryFolder folder;
  folder.Put("out", "old");
  {
    AtomicFile file(folder.path() / "out");
    file.Write("half");
  }
  EXPECT_EQ(folder.Get("out"), "old");
  WriteFile(folder.path() / "out", "new");
  EXPECT_EQ(folder.Get("out"), "new");
  EXPECT_EQ(folder.List(), Names{"out"});
}

TEST(AtomicFileTest, WritesAtAnOffsetAndGoesOnAtTheEnd) {
  const TemporaryFolder folder;
  AtomicFile file(folder.path() / "out");
  file.Write("....rest");
  file.WriteAt(0, "head");
  file.Write("!");
  file.Commit();
  EXPECT_EQ(folder.Get("out"), "headrest!");
}

TEST(AtomicFileTest, RefusesAFolderThatIsNotThere) {
  const TemporaryFolder folder;
  ExpectError(ErrorOf([&] { AtomicFile file(folder.path() / "absent" / "out"); }), "io",
              "absent/out: No such file or directory");
}

TEST(AtomicFileTest, RefusesAFolderAsItsName) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "out");
  folder.Put("out/kept", "");
  ExpectError(ErrorOf([&] { WriteFile(folder.path() / "out", "text"); }), "io", "out: Is a directory");
  EXPECT_EQ(folder.List(), Names{"out"});
}

// A limit on the size of files stands in for a full disk: writes fail the same way, with another reason. In a
// process of its own, since the limit cannot be raised again.
TEST(AtomicFileTest, LeavesNothingWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  folder.Put("out", "old");
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {100000, 100000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string message = ErrorOf([&] { WriteFile(folder.path() / "out", std::string(1000000, 'x')); });
    const bool right = message.starts_with("io: cannot write ") && message.ends_with("out: File too large");
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(folder.Get("out"), "old");
  EXPECT_EQ(folder.List(), Names{"out"});
}

// Small writes stay in the buffer until Commit, which must then be the one to fail.
TEST(AtomicFileTest, LeavesNothingWhenTheLastFlushFails) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {10, 10};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string message = ErrorOf([&] { WriteFile(folder.path() / "out", std::string(100, 'x')); });
    ::_exit(message.ends_with("out: File too large") ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(folder.List(), Names{});
}

TEST(AtomicFileTest, ALinkStaysAndWhatItNamesIsReplaced) {
  const TemporaryFolder folder;
  folder.Put("target", "old");
  std::filesystem::create_symlink("target", folder.path() / "link");
  std::filesystem::create_symlink("new", folder.path() / "to-nowhere");
  WriteFile(folder.path() / "link", "text");
  WriteFile(folder.path() / "to-nowhere", "more");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "link"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "to-nowhere"));
  EXPECT_EQ(folder.Get("target"), "text");
  EXPECT_EQ(folder.Get("new"), "more");
}

TEST(AtomicFileTest, ADeviceIsWrittenThrough) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/null", folder.path() / "null");
  std::filesystem::create_symlink("/dev/full", folder.path() / "full");
  WriteFile(folder.path() / "null", "text");
  ExpectError(ErrorOf([&] { WriteFile(folder.path() / "full", "text"); }), "io", "the disk is full");
  EXPECT_EQ(folder.List(), (Names{"full", "null"}));
}

TEST(AtomicFileTest, WhatIsOpenIsWrittenFromWhereItStands) {
  const TemporaryFolder folder;
  const int descriptor = ::open(folder.Put("log", "kept ").c_str(), O_WRONLY | O_APPEND);
  ASSERT_GE(descriptor, 0);
  WriteFile("/dev/fd/" + std::to_string(descriptor), "text");
  ::close(descriptor);
  EXPECT_EQ(folder.Get("log"), "kept text");
  ExpectError(ErrorOf([&] { WriteFile("/dev/fd/" + std::to_string(descriptor), "text"); }), "io",
              "Bad file descriptor");
}

TEST(AtomicFileTest, WhoMayReadItStays) {
  const TemporaryFolder folder;
  const auto file = folder.Put("out", "old");
  constexpr auto kOwner = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  std::filesystem::permissions(file, kOwner);
  WriteFile(file, "new");
  EXPECT_EQ(std::filesystem::status(file).permissions(), kOwner);
}

TEST(AtomicFileTest, FilesCommittedTogetherAreAllThereOrNone) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full", folder.path() / "full");
  {
    AtomicFile first(folder.path() / "out"), second(folder.path() / "full");
    first.Write("text");
    second.Write("text");
    ExpectError(ErrorOf([&] { CommitTogether({&first, nullptr, &second}); }), "io", "the disk is full");
  }
  EXPECT_EQ(folder.List(), Names{"full"});
}

// The number of a process that has ended.
pid_t DeadProcess() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

TEST(PartialTest, WhatADeadProcessLeftIsRemoved) {
  const TemporaryFolder folder;
  const std::string left = "out.partial-" + std::to_string(DeadProcess());
  const std::string own = "out.partial-" + std::to_string(::getpid());
  folder.Put(left, "half");
  folder.Put(own, "of one with this number");
  WriteFile(folder.path() / "out", "text");
  EXPECT_EQ(folder.List(), Names{"out"});
}

TEST(PartialTest, WhatMayBelongToALivingProcessStays) {
  const TemporaryFolder folder;
  const std::string of_living = "out.partial-" + std::to_string(::getppid());
  const std::string locked = "out.partial-" + std::to_string(DeadProcess());
  folder.Put(of_living, "half");
  const int lock = ::open(folder.Put(locked, "half").c_str(), O_RDONLY);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  WriteFile(folder.path() / "out", "text");
  ::close(lock);
  Names names = {"out", of_living, locked};
  std::sort(names.begin(), names.end());
  EXPECT_EQ(folder.List(), names);
}

TEST(PartialTest, ANumberThatHasGoneToAnotherProcessProtectsNothing) {
  const TemporaryFolder folder;
  const auto left = folder.Put("out.partial-" + std::to_string(::getppid()), "half");
  std::filesystem::last_write_time(
      left, std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 3650));
  WriteFile(folder.path() / "out", "text");
  EXPECT_EQ(folder.List(), Names{"out"});
}

TEST(PartialTest, OnlyItsOwnNamesAreRemoved) {
  const TemporaryFolder folder;
  const std::string dead = std::to_string(DeadProcess());
  Names names = {"out",
                 "out.partial-0" + dead,
                 "out.partial-" + dead + "x",
                 "out.partial-",
                 "out.partial+" + dead,
                 "xout.partial-" + dead,
                 "out.partial--" + dead,
                 "out2.partial-" + dead};
  for (const std::string& name : names) folder.Put(name, "");
  WriteFile(folder.path() / "out", "text");
  std::sort(names.begin(), names.end());
  EXPECT_EQ(folder.List(), names);
}

TEST(PartialTest, TwoOfOneProcessDoNotMeet) {
  const TemporaryFolder folder;
  AtomicFile first(folder.path() / "out");
  ExpectError(ErrorOf([&] { AtomicFile second(folder.path() / "out"); }), "io",
              "another process may be writing");
  first.Write("text");
  first.Commit();
  EXPECT_EQ(folder.Get("out"), "text");
}

// In a process of its own, which can make no more of them afterwards.
TEST(PartialTest, AllAreRemovedBeforeASignalEndsTheProcess) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    AtomicFile file(folder.path() / "out");
    ParentFolder parent(folder.path() / "parent"), kept(folder.path() / "kept");
    Partial inner(folder.path() / "parent" / "inner", Partial::Kind::kFolder);
    kept.Keep();
    RemovePartialsForGood();
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(folder.List(), Names{"kept"});
}

TEST(ParentFolderTest, GoesUnlessItIsKeptOrWasThere) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "there");
  { const ParentFolder made(folder.path() / "made"), there(folder.path() / "there"); }
  EXPECT_EQ(folder.List(), Names{"there"});
  {
    ParentFolder made(folder.path() / "made");
    made.Keep();
  }
  EXPECT_EQ(folder.List(), (Names{"made", "there"}));
}

TEST(OutputTargetTest, RefusesWhatCannotBeWritten) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("b", folder.path() / "a");
  std::filesystem::create_symlink("a", folder.path() / "b");
  ExpectError(ErrorOf([&] { FindOutputTarget(folder.path() / "a"); }), "io",
              "Too many levels of symbolic links");
  ExpectError(ErrorOf([&] { FindOutputTarget(folder.path()); }), "io", "Is a directory");
  ExpectError(ErrorOf([&] { FindOutputTarget(""); }), "io", "without a name");
}

}  // namespace
}  // namespace lengthwise
