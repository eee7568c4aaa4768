#include "base/file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "base/temporary_folder.h"

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

}  // namespace
}  // namespace lengthwise
