#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "base/hash.h"
#include "embedding/cache_database.h"
#include "lengthwise/cache.h"

namespace lengthwise {
namespace {

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

// Hours since 1970: a batch is written to at most once an hour, however often it is read.
sqlite3_int64 ThisHour() {
  return std::chrono::floor<std::chrono::hours>(std::chrono::system_clock::now()).time_since_epoch().count();
}

}  // namespace

struct VectorCache::Impl {
  Impl(const std::filesystem::path& file, std::uint64_t bytes)
      : database(file),
        most_bytes(bytes),
        find(database.Prepare("SELECT rows, checksum, rowid FROM vectors WHERE key = ?1")),
        put(database.Prepare("INSERT OR REPLACE INTO vectors(key, rows, checksum) VALUES (?1, ?2, ?3)")),
        batch_of(database.Prepare("SELECT last, used FROM batches WHERE last >= ?1 ORDER BY last LIMIT 1")),
        note_use(database.Prepare("INSERT INTO batches(last, used) VALUES (?1, ?2) ON CONFLICT(last) DO "
                                  "UPDATE SET used = max(used, excluded.used)")),
        begin(database.Prepare("BEGIN")),
        begin_writing(database.Prepare("BEGIN IMMEDIATE")),
        commit(database.Prepare("COMMIT")) {}

  CacheDatabase database;
  std::uint64_t most_bytes;
  CacheCounts counts;
  Statement find, put, batch_of, note_use, begin, begin_writing, commit;  // gone before the database is

  class Uses;

  void NoteUse(sqlite3_int64 last, sqlite3_int64 hour) const;
  void NoteUses(std::vector<sqlite3_int64> batches) const;
  std::uint64_t Bytes(bool with_free_pages) const;
  void Shrink() const;
};

// Gathers the batches of rows that are found, by their last rows, where this hour's use is not noted yet.
class VectorCache::Impl::Uses {
 public:
  explicit Uses(const Impl& impl) : impl_(impl), hour_(ThisHour()) {}

  void Add(sqlite3_int64 row) {
    // Mostly that of the row before.
    if (first_ <= row && row <= last_) return;
    const ResetAfterUse reset(impl_.batch_of);
    sqlite3_bind_int64(impl_.batch_of.get(), 1, row);
    if (!impl_.database.Step(impl_.batch_of, "read")) return;
    first_ = row;
    last_ = sqlite3_column_int64(impl_.batch_of.get(), 0);
    if (sqlite3_column_int64(impl_.batch_of.get(), 1) < hour_) batches_.push_back(last_);
  }

  std::vector<sqlite3_int64> Take() { return std::move(batches_); }

 private:
  const Impl& impl_;
  sqlite3_int64 hour_;
  sqlite3_int64 first_ = 0, last_ = -1;
  std::vector<sqlite3_int64> batches_;
};

void VectorCache::Impl::NoteUse(sqlite3_int64 last, sqlite3_int64 hour) const {
  sqlite3_bind_int64(note_use.get(), 1, last);
  sqlite3_bind_int64(note_use.get(), 2, hour);
  database.Run(note_use, "write");
}

// A use that cannot be noted, for want of room say, costs an earlier eviction, and no result.
void VectorCache::Impl::NoteUses(std::vector<sqlite3_int64> batches) const {
  if (batches.empty()) return;
  std::sort(batches.begin(), batches.end());
  batches.erase(std::unique(batches.begin(), batches.end()), batches.end());
  try {
    const RollBackUnlessCommitted roll_back(database.get());
    database.Run(begin_writing, "write");
    for (const sqlite3_int64 last : batches) NoteUse(last, ThisHour());
    database.Run(commit, "write");
  } catch (const Error&) {
  }
}

std::uint64_t VectorCache::Impl::Bytes(bool with_free_pages) const {
  const sqlite3_int64 free = with_free_pages ? 0 : database.Number("PRAGMA freelist_count");
  return static_cast<std::uint64_t>((database.Number("PRAGMA page_count") - free) *
                                    database.Number("PRAGMA page_size"));
}

// Within a transaction. Throws out the batches that were used longest ago, but for the last one, to a little
// below the limit, so that not every batch has to.
void VectorCache::Impl::Shrink() const {
  if (Bytes(false) > most_bytes) {
    const Statement oldest = database.Prepare(
        "SELECT last, coalesce((SELECT max(last) FROM batches AS earlier WHERE earlier.last < batches.last), "
        "0) "
        "FROM batches WHERE last < (SELECT max(last) FROM batches) ORDER BY used, last LIMIT 1");
    const Statement empty = database.Prepare("DELETE FROM vectors WHERE rowid > ?1 AND rowid <= ?2");
    const Statement forget = database.Prepare("DELETE FROM batches WHERE last = ?1");
    while (Bytes(false) > most_bytes - most_bytes / 20) {
      const ResetAfterUse reset(oldest);
      if (!database.Step(oldest, "write")) break;
      const sqlite3_int64 last = sqlite3_column_int64(oldest.get(), 0);
      sqlite3_bind_int64(empty.get(), 1, sqlite3_column_int64(oldest.get(), 1));
      sqlite3_bind_int64(empty.get(), 2, last);
      sqlite3_bind_int64(forget.get(), 1, last);
      sqlite3_reset(oldest.get());
      database.Run(empty, "write");
      database.Run(forget, "write");
    }
  }
  // Free pages are for the next batches, where they are within the limit.
  if (const std::uint64_t bytes = Bytes(true); bytes > most_bytes) {
    const std::uint64_t pages = (bytes - most_bytes) / database.Number("PRAGMA page_size") + 1;
    database.Run(database.Prepare(fmt::format("PRAGMA incremental_vacuum({})", pages).c_str()), "write");
  }
}

VectorCache::VectorCache(const std::filesystem::path& file, std::uint64_t most_bytes)
    : impl_(std::make_unique<Impl>(file, most_bytes)) {
  // Of one that had a higher limit, or none.
  if (impl_->Bytes(false) <= most_bytes) return;
  const RollBackUnlessCommitted roll_back(impl_->database.get());
  impl_->database.Run(impl_->begin_writing, "write");
  impl_->Shrink();
  impl_->database.Run(impl_->commit, "write");
}

VectorCache::~VectorCache() = default;

const std::filesystem::path& VectorCache::file() const {
  return impl_->database.file();
}

const CacheCounts& VectorCache::counts() const {
  return impl_->counts;
}

void VectorCache::Find(std::span<const VectorKey> keys, std::size_t dimension, const Found& found) {
  Impl::Uses uses(*impl_);
  const CacheDatabase& database = impl_->database;
  {
    // One transaction, so that the lock is taken once.
    const RollBackUnlessCommitted roll_back(database.get());
    database.Run(impl_->begin, "read");
    impl_->counts.asked += keys.size();
    std::vector<float> rows;
    sqlite3_stmt* const find = impl_->find.get();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const ResetAfterUse reset(impl_->find);
      const KeyBytes key = BytesOf(keys[i]);
      sqlite3_bind_blob(find, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
      if (!database.Step(impl_->find, "read")) continue;
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(find, 0));
      if (size == 0 || size % (dimension * sizeof(float)) != 0) continue;
      rows.resize(size / sizeof(float));
      std::memcpy(rows.data(), sqlite3_column_blob(find, 0), size);
      if (sqlite3_column_int64(find, 1) != Checksum(key, std::as_bytes(std::span(rows)))) continue;
      uses.Add(sqlite3_column_int64(find, 2));
      ++impl_->counts.found;
      found(i, rows);
    }
    database.Run(impl_->commit, "read");
  }
  impl_->NoteUses(uses.Take());
}

void VectorCache::Put(std::span<const Entry> entries) {
  if (entries.empty()) return;
  const CacheDatabase& database = impl_->database;
  // The lock is taken at once: one that is asked for after reading may be refused without waiting.
  const RollBackUnlessCommitted roll_back(database.get());
  database.Run(impl_->begin_writing, "write");
  sqlite3_stmt* const put = impl_->put.get();
  for (const Entry& entry : entries) {
    const KeyBytes key = BytesOf(entry.key);
    sqlite3_bind_blob(put, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    sqlite3_bind_blob64(put, 2, entry.rows.data(), entry.rows.size_bytes(), SQLITE_STATIC);
    sqlite3_bind_int64(put, 3, Checksum(key, std::as_bytes(entry.rows)));
    database.Run(impl_->put, "write");
  }
  impl_->NoteUse(sqlite3_last_insert_rowid(database.get()), ThisHour());
  impl_->Shrink();
  database.Run(impl_->commit, "write");
}

}  // namespace lengthwise
