// What the readers of all formats share: the names of the fields, numbering, ids that stand for one document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "lengthwise/documents.h"
#include "text/byte_source.h"

namespace lengthwise {

// Of JSONL, JSON and tables together, ids are looked for among so many, by their hashes.
inline constexpr std::size_t kIdsKept = std::size_t{1} << 20;

// Numbers documents and passes them on. `unit` says what the numbers of places count, in messages: "on line",
// "in element". `id_name` is the field of the id.
class DocumentSink {
 public:
  DocumentSink(const DocumentCallback& callback, std::string_view unit, std::string id_name)
      : callback_(callback), unit_(unit), id_name_(std::move(id_name)) {}

  // `id` null: the number stands for it. `place` is the number in messages. Throws kBadInput where the id was
  // given already.
  void Add(const std::string* id, std::string&& title, std::string&& text, std::size_t number,
           std::size_t place, const std::string& where);

  std::size_t count() const { return count_; }

 private:
  const DocumentCallback& callback_;
  std::string_view unit_;
  std::string id_name_;
  std::size_t count_ = 0;
  // Places by the hash of the id. Bounded: an input may have more lines than memory has room for. Two ids
  // with one hash of 64 bits are not to be expected among so few.
  std::unordered_map<std::uint64_t, std::size_t> places_;
};

// The readers. Each gives the documents of `source` to the callback and returns how many there were; `name`
// names the source in messages. They throw kBadInput with the place of what is wrong, and kIo.

// One document a line; empty lines are empty documents.
std::size_t ReadPlainLines(ByteSource& source, const std::string& name, bool allow_nul,
                           const DocumentCallback& callback);
// One JSON object a line; lines of white space are skipped.
std::size_t ReadJsonLines(ByteSource& source, const std::string& name, const FieldNames& fields,
                          const DocumentCallback& callback);
// One JSON array of objects and strings, of which no more than an element is held.
std::size_t ReadJsonArray(ByteSource& source, const std::string& name, const FieldNames& fields,
                          const DocumentCallback& callback);
// A table with a header, as RFC 4180 has it, but for the separator: quoted fields may hold line ends.
std::size_t ReadTable(ByteSource& source, const std::string& name, char separator, const FieldNames& fields,
                      const DocumentCallback& callback);

}  // namespace lengthwise
