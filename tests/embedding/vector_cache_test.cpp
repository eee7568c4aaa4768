#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/temporary_folder.h"
#include "lengthwise/cache.h"

namespace lengthwise {
namespace {

constexpr std::size_t kDimension = 96;
using Rows = std::vector<float>;

// Of 1 to 3 vectors, by the key.
Rows RowsOf(std::uint64_t key) {
  Random random(key);
  Rows rows((1 + key % 3) * kDimension);
  for (float& value : rows) value = static_cast<float>(random.Normal());
  return rows;
}

std::vector<VectorKey> Keys(std::uint64_t first, std::uint64_t count) {
  std::vector<VectorKey> keys;
  for (std::uint64_t i = first; i < first + count; ++i) keys.push_back({i * 0x9e3779b97f4a7c15, i});
  return keys;
}

void PutKeys(VectorCache& cache, std::span<const VectorKey> keys) {
  std::vector<Rows> rows;
  for (const VectorKey& key : keys) rows.push_back(RowsOf(key.low));
  std::vector<VectorCache::Entry> entries;
  for (std::size_t i = 0; i < keys.size(); ++i) entries.push_back({keys[i], rows[i]});
  cache.Put(entries);
}

std::map<std::size_t, Rows> FindKeys(VectorCache& cache, std::span<const VectorKey> keys) {
  std::map<std::size_t, Rows> found;
  cache.Find(keys, kDimension,
             [&](std::size_t i, std::span<const float> rows) { found[i].assign(rows.begin(), rows.end()); });
  return found;
}

// How many of the keys are there; each with its own vectors.
std::size_t CountWhole(VectorCache& cache, std::span<const VectorKey> keys) {
  const std::map<std::size_t, Rows> found = FindKeys(cache, keys);
  for (const auto& [i, rows] : found) EXPECT_EQ(rows, RowsOf(keys[i].low));
  return found.size();
}

// Runs SQL on the file behind the cache's back; gives the first column of the first row.
std::string Sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  sqlite3_open(file.c_str(), &database);
  std::string answer;
  const auto first = [](void* into, int, char** columns, char**) {
    if (columns[0] != nullptr) *static_cast<std::string*>(into) = columns[0];
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), first, &answer, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
  return answer;
}

// A process that runs `work`; it fails if that throws.
template <typename Work>
pid_t Fork(const Work& work) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

int StatusOf(pid_t child) {
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

class VectorCacheTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "vectors.sqlite";
};

TEST_F(VectorCacheTest, GivesBackWhatWasPutInBitForBit) {
  const std::vector<VectorKey> keys = Keys(1, 50);
  {
    VectorCache cache(file_);
    EXPECT_EQ(CountWhole(cache, keys), 0U);
    PutKeys(cache, std::span(keys).first(20));
    EXPECT_EQ(CountWhole(cache, keys), 20U);
  }
  VectorCache again(file_);
  EXPECT_EQ(CountWhole(again, keys), 20U);
  EXPECT_EQ(again.counts().asked, 50U);
  EXPECT_EQ(again.counts().found, 20U);
}

TEST_F(VectorCacheTest, RowsOfAnotherDimensionAreNotThere) {
  VectorCache cache(file_);
  PutKeys(cache, Keys(1, 1));
  std::size_t found = 0;
  cache.Find(Keys(1, 1), kDimension - 1, [&](std::size_t, std::span<const float>) { ++found; });
  EXPECT_EQ(found, 0U);
}

TEST_F(VectorCacheTest, ADamagedRowIsNotThereUntilItIsPutInAgain) {
  const std::vector<VectorKey> keys = Keys(1, 4);
  VectorCache cache(file_);
  PutKeys(cache, keys);
  // One bit of a vector, and vectors that have come under another key with their checksum.
  Sql(file_, "UPDATE vectors SET rows = CAST(X'00' || substr(rows, 2) AS BLOB) WHERE rowid = 1");
  Sql(file_,
      "UPDATE vectors SET (rows, checksum) = (SELECT rows, checksum FROM vectors WHERE rowid = 3) "
      "WHERE rowid = 2");
  const std::map<std::size_t, Rows> found = FindKeys(cache, keys);
  EXPECT_EQ(found.size(), 2U);
  EXPECT_TRUE(found.contains(2) && found.contains(3));
  PutKeys(cache, keys);
  EXPECT_EQ(CountWhole(cache, keys), 4U);
}

TEST_F(VectorCacheTest, AFileThatIsSomethingElseIsRefusedByName) {
  const auto refusal = [&](const std::string& file) { return ErrorOf([&] { VectorCache cache(file); }); };
  ExpectError(refusal(folder_.Put("text.sqlite", std::string(5000, 'x'))), "bad_input", "text.sqlite");
  ExpectError(refusal(folder_.Put("short.sqlite", "a few words")), "bad_input", "short.sqlite");
  Sql(folder_.path() / "other.sqlite", "CREATE TABLE songs(name TEXT)");
  ExpectError(refusal(folder_.path() / "other.sqlite"), "bad_input",
              "other.sqlite is a database, but no cache");
  VectorCache{file_};
  Sql(file_, "PRAGMA user_version = 99");
  ExpectError(refusal(file_), "bad_input", "version 99");
  Sql(file_, "PRAGMA user_version = 2; DROP TABLE vectors");
  ExpectError(refusal(file_), "bad_input", "remove it");
  ExpectError(refusal(folder_.path() / "nowhere/vectors.sqlite"), "io", "nowhere/vectors.sqlite");
  ExpectError(refusal(folder_.path()), "io", folder_.path());
}

TEST_F(VectorCacheTest, AFileCutShortIsAnErrorOrLessNeverAWrongVector) {
  const std::vector<VectorKey> keys = Keys(1, 500);
  {
    VectorCache cache(file_);
    PutKeys(cache, keys);
  }
  const auto size = std::filesystem::file_size(file_);
  for (const std::uintmax_t left : {size * 3 / 4, size / 2, size / 4, std::uintmax_t{17000}}) {
    std::filesystem::resize_file(file_, left);
    const std::string error = ErrorOf([&] {
      VectorCache cache(file_);
      CountWhole(cache, keys);
    });
    EXPECT_TRUE(error.empty() || error.find("vectors.sqlite") != std::string::npos) << error;
  }
}

// The work of a process that was killed before the table was there.
TEST_F(VectorCacheTest, AnEmptyFileBecomesACache) {
  folder_.Put("vectors.sqlite", "");
  VectorCache cache(file_);
  PutKeys(cache, Keys(1, 3));
  EXPECT_EQ(CountWhole(cache, Keys(1, 3)), 3U);
}

TEST_F(VectorCacheTest, AFullDiskIsAnErrorAndCostsNothingThatWasThere) {
  PutKeys(*std::make_unique<VectorCache>(file_), Keys(1, 10));
  const int status = StatusOf(Fork([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    VectorCache cache(file_);
    const rlimit limit{.rlim_cur = 1 << 18, .rlim_max = 1 << 18};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ExpectError(ErrorOf([&] { PutKeys(cache, Keys(100, 3000)); }), "io",
                "cannot write the cache of embeddings");
    EXPECT_EQ(CountWhole(cache, Keys(1, 10)), 10U);
    if (testing::Test::HasFailure()) ::_exit(2);
  }));
  EXPECT_EQ(status, 0);
  VectorCache cache(file_);
  EXPECT_EQ(CountWhole(cache, Keys(1, 10)), 10U);
  EXPECT_EQ(CountWhole(cache, Keys(100, 3000)), 0U);
}

// Each makes the file if it comes first; their keys overlap by half.
TEST_F(VectorCacheTest, ProcessesMayWriteAtOnce) {
  for (int round = 0; round < 5; ++round) {
    for (const std::string& name : folder_.List()) std::filesystem::remove(folder_.path() / name);
    std::vector<pid_t> children;
    for (std::uint64_t process = 0; process < 4; ++process) {
      children.push_back(Fork([&] {
        VectorCache cache(file_);
        for (std::uint64_t batch = 0; batch < 10; ++batch) {
          const std::vector<VectorKey> keys = Keys(process * 50 + batch * 10, 10);
          CountWhole(cache, keys);
          PutKeys(cache, keys);
          if (CountWhole(cache, keys) != 10) ::_exit(2);
        }
      }));
    }
    for (const pid_t child : children) EXPECT_EQ(StatusOf(child), 0);
    VectorCache cache(file_);
    EXPECT_EQ(CountWhole(cache, Keys(0, 250)), 250U);
    EXPECT_EQ(Sql(file_, "SELECT count(*) FROM vectors"), "250");
    EXPECT_EQ(Sql(file_, "PRAGMA integrity_check"), "ok");
  }
}

// A user who makes room removes the file alone; what a killed process left beside it is of another file.
TEST_F(VectorCacheTest, ALogLeftBesideARemovedFileIsForgotten) {
  const pid_t child = Fork([&] {
    VectorCache cache(file_);
    PutKeys(cache, Keys(1, 100));
    ::raise(SIGKILL);
  });
  EXPECT_EQ(WTERMSIG(StatusOf(child)), SIGKILL);
  ASSERT_TRUE(std::filesystem::exists(folder_.path() / "vectors.sqlite-wal"));
  std::filesystem::remove(file_);
  VectorCache cache(file_);
  EXPECT_EQ(CountWhole(cache, Keys(1, 100)), 0U);
  PutKeys(cache, Keys(50, 100));
  EXPECT_EQ(CountWhole(cache, Keys(1, 200)), 100U);
  EXPECT_EQ(Sql(file_, "PRAGMA integrity_check"), "ok");
}

TEST_F(VectorCacheTest, AKilledProcessLeavesWholeBatches) {
  constexpr std::uint64_t kBatch = 40;
  std::uint64_t expected = 0;
  for (int round = 0; round < 5; ++round) {
    const pid_t child = Fork([&] {
      VectorCache cache(file_);
      for (std::uint64_t batch = expected;; ++batch) PutKeys(cache, Keys(batch * kBatch, kBatch));
    });
    {
      VectorCache watching(file_);
      while (CountWhole(watching, Keys((expected + 2) * kBatch, kBatch)) < kBatch) ::usleep(200);
    }
    ::kill(child, SIGKILL);
    EXPECT_EQ(WTERMSIG(StatusOf(child)), SIGKILL);
    VectorCache cache(file_);
    while (true) {
      const std::size_t found = CountWhole(cache, Keys(expected * kBatch, kBatch));
      EXPECT_TRUE(found == 0 || found == kBatch) << found;
      if (found == 0) break;
      ++expected;
    }
    EXPECT_EQ(Sql(file_, "SELECT count(*) FROM vectors"), std::to_string(expected * kBatch));
    EXPECT_EQ(Sql(file_, "PRAGMA integrity_check"), "ok");
  }
  EXPECT_GE(expected, 15U);
}

// Rows of the file that are in no batch, and so would never be thrown out.
std::string RowsWithoutBatch(const std::filesystem::path& file) {
  return Sql(file, "SELECT count(*) FROM vectors WHERE rowid > (SELECT coalesce(max(last), 0) FROM batches)");
}

// As if so many hours had gone by since the last use of everything.
void LetTimePass(const std::filesystem::path& file, int hours) {
  Sql(file, "UPDATE batches SET used = used - " + std::to_string(hours));
}

constexpr std::uint64_t kSmallCache = 2'000'000;
// Of the largest batch of these tests, and SQLite's pages around it.
constexpr std::uint64_t kBatchRoom = 300'000;

// Twenty batches are about as much as a small cache holds.
std::vector<VectorKey> Batch(std::uint64_t number) {
  return Keys(number * 125, 125);
}

TEST_F(VectorCacheTest, WhatWasUsedLongestAgoMakesRoom) {
  VectorCache cache(file_, kSmallCache);
  PutKeys(cache, Batch(0));
  PutKeys(cache, Batch(1));
  std::uint64_t last = 2;
  // Until the second has gone, for which nobody asks, as somebody does for the first every few hours.
  while (Sql(file_, "SELECT count(*) FROM batches WHERE last = 250") == "1") {
    LetTimePass(file_, 3);
    EXPECT_EQ(CountWhole(cache, Batch(0)), 125U);
    PutKeys(cache, Batch(last++));
    ASSERT_LT(last, 100U);
  }
  EXPECT_GT(last, 12U);
  EXPECT_EQ(CountWhole(cache, Batch(1)), 0U);
  EXPECT_EQ(CountWhole(cache, Batch(0)), 125U);
  EXPECT_EQ(CountWhole(cache, Batch(last - 1)), 125U);
  for (std::uint64_t i = 0; i < 100; ++i) {
    PutKeys(cache, Batch(last++));
    EXPECT_EQ(CountWhole(cache, Batch(last - 1)), 125U);
    EXPECT_LE(std::filesystem::file_size(file_), kSmallCache + kBatchRoom);
  }
  EXPECT_EQ(RowsWithoutBatch(file_), "0");
  EXPECT_EQ(Sql(file_, "PRAGMA integrity_check"), "ok");
}

// Reading within the hour does not write: neither the file nor its log changes.
TEST_F(VectorCacheTest, AUseIsNotedOnceAnHourForAllThatWasPutTogether) {
  VectorCache cache(file_);
  PutKeys(cache, Batch(0));
  PutKeys(cache, Batch(1));
  LetTimePass(file_, 1);
  EXPECT_EQ(CountWhole(cache, Keys(0, 1)), 1U);
  EXPECT_EQ(Sql(file_, "SELECT max(used) - min(used) FROM batches"), "1");
  const std::string before = folder_.Get("vectors.sqlite") + folder_.Get("vectors.sqlite-wal");
  EXPECT_EQ(CountWhole(cache, Batch(0)), 125U);
  EXPECT_EQ(folder_.Get("vectors.sqlite") + folder_.Get("vectors.sqlite-wal"), before);
}

TEST_F(VectorCacheTest, ALowerLimitShrinksTheFileWhenItIsOpened) {
  {
    VectorCache cache(file_);
    for (std::uint64_t i = 0; i < 40; ++i) PutKeys(cache, Batch(i));
  }
  ASSERT_GT(std::filesystem::file_size(file_), kSmallCache);
  { VectorCache cache(file_, kSmallCache); }
  EXPECT_LE(std::filesystem::file_size(file_), kSmallCache);
  VectorCache cache(file_, kSmallCache);
  EXPECT_EQ(CountWhole(cache, Batch(0)), 0U);
  EXPECT_EQ(CountWhole(cache, Batch(39)), 125U);
  EXPECT_EQ(Sql(file_, "PRAGMA integrity_check"), "ok");
}

TEST_F(VectorCacheTest, WhatIsPutInStaysHoweverLowTheLimit) {
  VectorCache cache(file_, 1);
  for (std::uint64_t i = 0; i < 5; ++i) {
    PutKeys(cache, Batch(i));
    EXPECT_EQ(CountWhole(cache, Batch(i)), 125U);
    EXPECT_EQ(CountWhole(cache, Keys(0, i * 125)), 0U);
  }
}

// Made by the statements of the release that had that version.
TEST_F(VectorCacheTest, AFileOfVersionOneKeepsItsVectorsAndLosesThemFirst) {
  Sql(file_,
      "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; CREATE TABLE vectors(key BLOB NOT NULL PRIMARY "
      "KEY, rows BLOB NOT NULL, checksum INTEGER NOT NULL); PRAGMA application_id = 1280800355; PRAGMA "
      "user_version = 1");
  const std::filesystem::path present = folder_.path() / "present.sqlite";
  {
    VectorCache cache(present);
    for (std::uint64_t i = 0; i < 10; ++i) PutKeys(cache, Batch(i));
  }
  Sql(file_,
      "ATTACH '" + present.string() + "' AS present; INSERT INTO vectors SELECT * FROM present.vectors");
  VectorCache cache(file_, kSmallCache);
  EXPECT_EQ(Sql(file_, "PRAGMA user_version"), "2");
  EXPECT_EQ(RowsWithoutBatch(file_), "0");
  std::uint64_t last = 10;
  for (; last < 20; ++last) PutKeys(cache, Batch(last));
  while (Sql(file_, "SELECT count(*) FROM batches WHERE used = 0") != "0") {
    PutKeys(cache, Batch(last++));
    ASSERT_LT(last, 60U);
  }
  EXPECT_EQ(CountWhole(cache, Keys(0, 1250)), 0U);
  EXPECT_EQ(CountWhole(cache, Batch(10)), 125U);
  EXPECT_EQ(Sql(file_, "PRAGMA integrity_check"), "ok");
}

// One throws out while the other reads and writes: what is found is whole, and the file stays within its
// limit.
TEST_F(VectorCacheTest, ProcessesMayMakeRoomAtOnce) {
  std::vector<pid_t> children;
  for (std::uint64_t process = 0; process < 2; ++process) {
    children.push_back(Fork([&] {
      VectorCache cache(file_, kSmallCache);
      for (std::uint64_t i = 0; i < 60; ++i) {
        PutKeys(cache, Batch(2 * i + process));
        // Of the other process, and what may have been thrown out.
        CountWhole(cache, Batch(2 * i + 1 - process));
        CountWhole(cache, Batch(i));
        if (testing::Test::HasFailure()) ::_exit(2);
      }
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(StatusOf(child), 0);
  VectorCache cache(file_, kSmallCache);
  EXPECT_LE(std::filesystem::file_size(file_), kSmallCache + kBatchRoom);
  const std::size_t left = CountWhole(cache, Keys(0, 120 * 125));
  EXPECT_EQ(Sql(file_, "SELECT count(*) FROM vectors"), std::to_string(left));
  EXPECT_GT(left, 1000U);
  EXPECT_EQ(RowsWithoutBatch(file_), "0");
  EXPECT_EQ(Sql(file_, "PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace lengthwise
