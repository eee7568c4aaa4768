#include "embedding/cache_database.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/fail.h"

namespace lengthwise {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// "LWvc", and the version of the tables below: tell our files from those of other programs and releases.
constexpr sqlite3_int64 kApplicationId = 0x4c577663;
constexpr sqlite3_int64 kFormatVersion = 2;

// For a lock. A writer holds it for some milliseconds a batch.
constexpr milliseconds kPatience{60'000};

// A rowid table with an index: vectors are appended, so that a batch of random keys touches pages of the
// index alone. A page holds ten vectors of 384 components, or five of 768.
constexpr const char* kPageSize = "PRAGMA page_size = 16384";
constexpr const char* kGiveBackPages = "PRAGMA auto_vacuum = INCREMENTAL";
constexpr const char* kVectorTable =
    "CREATE TABLE vectors(key BLOB NOT NULL PRIMARY KEY, rows BLOB NOT NULL, checksum INTEGER NOT NULL)";
// A batch is the rows from after the last of the batch before it to its own last. Vectors that were put
// together are used together, so a use is noted once for all of them: a page of this table stands for
// hundreds of megabytes of vectors.
constexpr const char* kBatchTable = "CREATE TABLE batches(last INTEGER PRIMARY KEY, used INTEGER NOT NULL)";
constexpr const char* kBatchesOfOldRows =
    "INSERT INTO batches(last, used) WITH RECURSIVE step(last) AS (SELECT 512 UNION ALL SELECT last + 512 "
    "FROM step WHERE last < (SELECT max(rowid) FROM vectors)) "
    "SELECT min(last, (SELECT max(rowid) FROM vectors)), 0 FROM step WHERE EXISTS (SELECT 1 FROM vectors)";

}  // namespace

void CacheDatabase::FailNow(const char* action) const {
  const int code = sqlite3_errcode(database_.get());
  const char* const message = sqlite3_errmsg(database_.get());
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR) {
    Fail(ErrorCode::kBadInput,
         "{} is damaged, or no cache of embeddings ({}); remove it, or keep the cache elsewhere",
         file_.string(), message);
  }
  if (code == SQLITE_BUSY) {
    Fail(ErrorCode::kIo,
         "cannot {} the cache of embeddings {}: another process has kept it locked for {} seconds", action,
         file_.string(), kPatience.count() / 1000);
  }
  const int reason = sqlite3_system_errno(database_.get());
  if (code == SQLITE_FULL || reason == ENOSPC || reason == EDQUOT) {
    Fail(ErrorCode::kIo,
         "cannot {} the cache of embeddings {}: the disk is full ({}); make room, keep it elsewhere, or do "
         "without",
         action, file_.string(), std::strerror(reason == 0 ? ENOSPC : reason));
  }
  Fail(ErrorCode::kIo, "cannot {} the cache of embeddings {}: {}{}; keep it elsewhere, or do without", action,
       file_.string(), message, reason == 0 ? "" : fmt::format(" ({})", std::strerror(reason)));
}

Statement CacheDatabase::Prepare(const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr);
  if (code != SQLITE_OK) FailNow("read");
  return Statement(statement);
}

bool CacheDatabase::Step(const Statement& statement, const char* action) const {
  const steady_clock::time_point give_up = steady_clock::now() + kPatience;
  int code = sqlite3_step(statement.get());
  // SQLite waits by itself, but for the few locks that it would rather not wait for, one of which is needed
  // to turn a new file into one with a log. No transaction is open then, so nothing is lost by another try.
  while (code == SQLITE_BUSY && sqlite3_get_autocommit(database_.get()) != 0 &&
         steady_clock::now() < give_up) {
    sqlite3_reset(statement.get());
    std::this_thread::sleep_for(milliseconds(5));
    code = sqlite3_step(statement.get());
  }
  if (code != SQLITE_ROW && code != SQLITE_DONE) FailNow(action);
  return code == SQLITE_ROW;
}

void CacheDatabase::Run(const Statement& statement, const char* action) const {
  const ResetAfterUse reset(statement);
  while (Step(statement, action)) {
  }
}

sqlite3_int64 CacheDatabase::Number(const char* sql) const {
  const Statement statement = Prepare(sql);
  return Step(statement, "read") ? sqlite3_column_int64(statement.get(), 0) : 0;
}

CacheDatabase::CacheDatabase(const std::filesystem::path& file) : file_(file) {
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  database_.reset(opened);
  if (code != SQLITE_OK) FailNow("open");
  sqlite3_busy_timeout(opened, static_cast<int>(kPatience.count()));
  if (sqlite3_db_readonly(opened, "main") != 0) {
    Fail(ErrorCode::kIo,
         "cannot write the cache of embeddings {}: it is read-only; keep it elsewhere, or do without",
         file_.string());
  }
  if (IsEmpty()) MakeTables();
  Migrate();
  CheckFormat();
  // A commit is in the log, and survives the process, before it is on the disk itself: what a power cut may
  // cost is the last batches, never the file.
  Run(Prepare("PRAGMA synchronous = NORMAL"), "open");
}

// New, or left by a process that was killed before it had made the tables.
bool CacheDatabase::IsEmpty() const {
  return Number("SELECT count(*) FROM sqlite_master") == 0 && Number("PRAGMA application_id") == 0 &&
         Number("PRAGMA user_version") == 0;
}

void CacheDatabase::MakeTables() {
  Run(Prepare(kPageSize), "write");
  Run(Prepare(kGiveBackPages), "write");
  Run(Prepare("PRAGMA journal_mode = WAL"), "write");
  const RollBackUnlessCommitted roll_back(get());
  Run(Prepare("BEGIN IMMEDIATE"), "write");
  // Another process may have been here first.
  if (IsEmpty()) {
    Run(Prepare(kVectorTable), "write");
    Run(Prepare(kBatchTable), "write");
    Run(Prepare(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str()), "write");
    Run(Prepare(fmt::format("PRAGMA user_version = {}", kFormatVersion).c_str()), "write");
  }
  Run(Prepare("COMMIT"), "write");
}

// Version 1 did not know of uses: what it holds was last used before anything else. Its file gives no pages
// back to the disk, but takes its own again.
void CacheDatabase::Migrate() {
  const auto is_old = [&] {
    return Number("PRAGMA application_id") == kApplicationId && Number("PRAGMA user_version") == 1;
  };
  if (!is_old()) return;
  const RollBackUnlessCommitted roll_back(get());
  Run(Prepare("BEGIN IMMEDIATE"), "write");
  if (is_old()) {
    Run(Prepare(kBatchTable), "write");
    Run(Prepare(kBatchesOfOldRows), "write");
    Run(Prepare(fmt::format("PRAGMA user_version = {}", kFormatVersion).c_str()), "write");
  }
  Run(Prepare("COMMIT"), "write");
}

void CacheDatabase::CheckFormat() const {
  if (Number("PRAGMA application_id") != kApplicationId) {
    Fail(ErrorCode::kBadInput,
         "{} is a database, but no cache of embeddings; move it away, or keep the cache elsewhere",
         file_.string());
  }
  if (const sqlite3_int64 version = Number("PRAGMA user_version"); version != kFormatVersion) {
    Fail(ErrorCode::kBadInput,
         "{} is a cache of embeddings of version {}, and this program keeps version {}; remove it, or keep "
         "the cache elsewhere",
         file_.string(), version, kFormatVersion);
  }
}

}  // namespace lengthwise
