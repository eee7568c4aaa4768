#include "embedding/vector_cache.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "base/fail.h"
#include "base/hash.h"

namespace lengthwise {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// "LWvc", and the version of the table below: tell our files from those of other programs and releases.
constexpr sqlite3_int64 kApplicationId = 0x4c577663;
constexpr sqlite3_int64 kFormatVersion = 1;

// For a lock. A writer holds it for some milliseconds a batch.
constexpr milliseconds kPatience{60'000};

// A rowid table with an index: vectors are appended, so that a batch of random keys touches pages of the
// index alone. A page holds ten vectors of 384 components, or five of 768.
constexpr const char* kPageSize = "PRAGMA page_size = 16384";
constexpr const char* kTable =
    "CREATE TABLE vectors(key BLOB NOT NULL PRIMARY KEY, rows BLOB NOT NULL, checksum INTEGER NOT NULL)";

using KeyBytes = std::array<std::byte, 16>;

KeyBytes BytesOf(const VectorKey& key) {
  KeyBytes bytes;
  std::memcpy(bytes.data(), &key.high, sizeof(key.high));
  std::memcpy(bytes.data() + sizeof(key.high), &key.low, sizeof(key.low));
  return bytes;
}

// Of the key too, so that vectors which have come under another key are known for damaged.
sqlite3_int64 Checksum(std::span<const std::byte> key, std::span<const std::byte> rows) {
  Hasher hasher;
  hasher.Add(key);
  hasher.Add(rows);
  return std::bit_cast<sqlite3_int64>(hasher.Value().first);
}

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Makes a statement ready for its next use, however the scope is left.
class ResetAfterUse {
 public:
  explicit ResetAfterUse(const Statement& statement) : statement_(statement.get()) {}
  ~ResetAfterUse() { sqlite3_reset(statement_); }
  ResetAfterUse(const ResetAfterUse&) = delete;
  ResetAfterUse& operator=(const ResetAfterUse&) = delete;

 private:
  sqlite3_stmt* statement_;
};

// Takes back what a failed transaction has begun.
class RollBackUnlessCommitted {
 public:
  explicit RollBackUnlessCommitted(sqlite3* database) : database_(database) {}
  ~RollBackUnlessCommitted() {
    if (sqlite3_get_autocommit(database_) == 0) {
      sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
  }
  RollBackUnlessCommitted(const RollBackUnlessCommitted&) = delete;
  RollBackUnlessCommitted& operator=(const RollBackUnlessCommitted&) = delete;

 private:
  sqlite3* database_;
};

}  // namespace

struct VectorCache::Impl {
  std::filesystem::path file;
  CacheCounts counts;
  std::unique_ptr<sqlite3, CloseDatabase> database;
  Statement find, put, begin, begin_writing, commit;  // gone before the database is

  // Why the last call on the database did not succeed.
  [[noreturn]] void FailNow(const char* action) const;
  Statement Prepare(const char* sql) const;
  // Whether there is a row, in the statement's columns until it is reset.
  bool Step(const Statement& statement, const char* action) const;
  void Run(const Statement& statement, const char* action) const;
  sqlite3_int64 Number(const char* sql) const;

  void Open();
  bool IsEmpty() const;
  void MakeTable();
  void CheckFormat() const;
};

void VectorCache::Impl::FailNow(const char* action) const {
  const int code = sqlite3_errcode(database.get());
  const char* const message = sqlite3_errmsg(database.get());
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR) {
    Fail(ErrorCode::kBadInput,
         "{} is damaged, or no cache of embeddings ({}); remove it, or keep the cache elsewhere",
         file.string(), message);
  }
  if (code == SQLITE_BUSY) {
    Fail(ErrorCode::kIo,
         "cannot {} the cache of embeddings {}: another process has kept it locked for {} seconds", action,
         file.string(), kPatience.count() / 1000);
  }
  const int reason = sqlite3_system_errno(database.get());
  if (code == SQLITE_FULL || reason == ENOSPC || reason == EDQUOT) {
    Fail(ErrorCode::kIo,
         "cannot {} the cache of embeddings {}: the disk is full ({}); make room, keep it elsewhere, or do "
         "without",
         action, file.string(), std::strerror(reason == 0 ? ENOSPC : reason));
  }
  Fail(ErrorCode::kIo, "cannot {} the cache of embeddings {}: {}{}; keep it elsewhere, or do without", action,
       file.string(), message, reason == 0 ? "" : fmt::format(" ({})", std::strerror(reason)));
}

Statement VectorCache::Impl::Prepare(const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database.get(), sql, -1, &statement, nullptr);
  if (code != SQLITE_OK) FailNow("read");
  return Statement(statement);
}

bool VectorCache::Impl::Step(const Statement& statement, const char* action) const {
  const steady_clock::time_point give_up = steady_clock::now() + kPatience;
  int code = sqlite3_step(statement.get());
  // SQLite waits by itself, but for the few locks that it would rather not wait for, one of which is needed
  // to turn a new file into one with a log. No transaction is open then, so nothing is lost by another try.
  while (code == SQLITE_BUSY && sqlite3_get_autocommit(database.get()) != 0 &&
         steady_clock::now() < give_up) {
    sqlite3_reset(statement.get());
    std::this_thread::sleep_for(milliseconds(5));
    code = sqlite3_step(statement.get());
  }
  if (code != SQLITE_ROW && code != SQLITE_DONE) FailNow(action);
  return code == SQLITE_ROW;
}

void VectorCache::Impl::Run(const Statement& statement, const char* action) const {
  const ResetAfterUse reset(statement);
  while (Step(statement, action)) {
  }
}

sqlite3_int64 VectorCache::Impl::Number(const char* sql) const {
  const Statement statement = Prepare(sql);
  return Step(statement, "read") ? sqlite3_column_int64(statement.get(), 0) : 0;
}

void VectorCache::Impl::Open() {
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  database.reset(opened);
  if (code != SQLITE_OK) FailNow("open");
  sqlite3_busy_timeout(opened, static_cast<int>(kPatience.count()));
  if (sqlite3_db_readonly(opened, "main") != 0) {
    Fail(ErrorCode::kIo,
         "cannot write the cache of embeddings {}: it is read-only; keep it elsewhere, or do without",
         file.string());
  }
  if (IsEmpty()) MakeTable();
  CheckFormat();
  // A commit is in the log, and survives the process, before it is on the disk itself: what a power cut may
  // cost is the last batches, never the file.
  Run(Prepare("PRAGMA synchronous = NORMAL"), "open");
  find = Prepare("SELECT rows, checksum FROM vectors WHERE key = ?1");
  put = Prepare("INSERT OR REPLACE INTO vectors(key, rows, checksum) VALUES (?1, ?2, ?3)");
  begin = Prepare("BEGIN");
  begin_writing = Prepare("BEGIN IMMEDIATE");
  commit = Prepare("COMMIT");
}

// New, or left by a process that was killed before it had made the table.
bool VectorCache::Impl::IsEmpty() const {
  return Number("SELECT count(*) FROM sqlite_master") == 0 && Number("PRAGMA application_id") == 0 &&
         Number("PRAGMA user_version") == 0;
}

void VectorCache::Impl::MakeTable() {
  Run(Prepare(kPageSize), "write");
  Run(Prepare("PRAGMA journal_mode = WAL"), "write");
  const RollBackUnlessCommitted roll_back(database.get());
  Run(Prepare("BEGIN IMMEDIATE"), "write");
  // Another process may have been here first.
  if (IsEmpty()) {
    Run(Prepare(kTable), "write");
    Run(Prepare(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str()), "write");
    Run(Prepare(fmt::format("PRAGMA user_version = {}", kFormatVersion).c_str()), "write");
  }
  Run(Prepare("COMMIT"), "write");
}

void VectorCache::Impl::CheckFormat() const {
  if (Number("PRAGMA application_id") != kApplicationId) {
    Fail(ErrorCode::kBadInput,
         "{} is a database, but no cache of embeddings; move it away, or keep the cache elsewhere",
         file.string());
  }
  if (const sqlite3_int64 version = Number("PRAGMA user_version"); version != kFormatVersion) {
    Fail(ErrorCode::kBadInput,
         "{} is a cache of embeddings of version {}, and this program keeps version {}; remove it, or keep "
         "the cache elsewhere",
         file.string(), version, kFormatVersion);
  }
}

VectorCache::VectorCache(const std::filesystem::path& file) : impl_(std::make_unique<Impl>()) {
  impl_->file = file;
  impl_->Open();
}

VectorCache::~VectorCache() = default;

const std::filesystem::path& VectorCache::file() const {
  return impl_->file;
}

const CacheCounts& VectorCache::counts() const {
  return impl_->counts;
}

void VectorCache::Find(std::span<const VectorKey> keys, std::size_t dimension, const Found& found) {
  // One transaction, so that the lock is taken once.
  const RollBackUnlessCommitted roll_back(impl_->database.get());
  impl_->Run(impl_->begin, "read");
  impl_->counts.asked += keys.size();
  std::vector<float> rows;
  sqlite3_stmt* const find = impl_->find.get();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const ResetAfterUse reset(impl_->find);
    const KeyBytes key = BytesOf(keys[i]);
    sqlite3_bind_blob(find, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    if (!impl_->Step(impl_->find, "read")) continue;
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(find, 0));
    if (size == 0 || size % (dimension * sizeof(float)) != 0) continue;
    rows.resize(size / sizeof(float));
    std::memcpy(rows.data(), sqlite3_column_blob(find, 0), size);
    if (sqlite3_column_int64(find, 1) != Checksum(key, std::as_bytes(std::span(rows)))) continue;
    ++impl_->counts.found;
    found(i, rows);
  }
  impl_->Run(impl_->commit, "read");
}

void VectorCache::Put(std::span<const Entry> entries) {
  // The lock is taken at once: one that is asked for after reading may be refused without waiting.
  const RollBackUnlessCommitted roll_back(impl_->database.get());
  impl_->Run(impl_->begin_writing, "write");
  sqlite3_stmt* const put = impl_->put.get();
  for (const Entry& entry : entries) {
    const KeyBytes key = BytesOf(entry.key);
    sqlite3_bind_blob(put, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    sqlite3_bind_blob64(put, 2, entry.rows.data(), entry.rows.size_bytes(), SQLITE_STATIC);
    sqlite3_bind_int64(put, 3, Checksum(key, std::as_bytes(entry.rows)));
    impl_->Run(impl_->put, "write");
  }
  impl_->Run(impl_->commit, "write");
}

}  // namespace lengthwise
