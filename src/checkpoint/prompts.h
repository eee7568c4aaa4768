// What a model expects to stand before a text: config_sentence_transformers.json.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace lengthwise {

struct Prompts {
  std::map<std::string, std::string> texts;  // by name
  std::string default_name;                  // empty: none

  // Whether any of them is more than nothing.
  bool any() const;
  // As sentence-transformers' encode_query and encode_document choose: "query"; the first of "document",
  // "passage" and "corpus"; else the default one; else nothing.
  const std::string& OfQueries() const;
  const std::string& OfDocuments() const;
  // Throws kBadInput for a name that is not there, saying which are.
  const std::string& Named(const std::string& name) const;

 private:
  const std::string& FirstOf(std::initializer_list<std::string_view> names) const;
};

// None where the folder has no such file. Throws kBadCheckpoint for prompts that are no texts, and a default
// one that is not there.
Prompts ReadPrompts(const std::filesystem::path& folder);

}  // namespace lengthwise
