// The SQLite file below a cache of embeddings: its tables, its statements, and what is said where it fails.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>

namespace lengthwise {

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

// Two tables: `vectors`, of which rows are only ever appended, and `batches`, which says of runs of them when
// they were last used.
class CacheDatabase {
 public:
  // Makes the file if there is none, and brings one of an older format to this one. Throws as VectorCache.
  explicit CacheDatabase(const std::filesystem::path& file);

  const std::filesystem::path& file() const { return file_; }
  sqlite3* get() const { return database_.get(); }

  // Why the last call on the database did not succeed.
  [[noreturn]] void FailNow(const char* action) const;
  Statement Prepare(const char* sql) const;
  // Whether there is a row, in the statement's columns until it is reset.
  bool Step(const Statement& statement, const char* action) const;
  void Run(const Statement& statement, const char* action) const;
  // The first column of the first row; 0 where there is none.
  sqlite3_int64 Number(const char* sql) const;

 private:
  struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };

  bool IsEmpty() const;
  void MakeTables();
  void Migrate();
  void CheckFormat() const;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, CloseDatabase> database_;
};

}  // namespace lengthwise
