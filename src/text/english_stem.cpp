#include "text/english_stem.h"

#include <libstemmer.h>

#include <memory>

#include "base/fail.h"

namespace lengthwise {
namespace {

struct StemmerCloser {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

// One a thread: a stemmer is changed by use.
sb_stemmer* EnglishStemmer() {
  thread_local const std::unique_ptr<sb_stemmer, StemmerCloser> stemmer(sb_stemmer_new("english", "UTF_8"));
  if (stemmer == nullptr) Fail(ErrorCode::kInternal, "libstemmer has no English stemmer");
  return stemmer.get();
}

}  // namespace

std::string EnglishStem(std::string_view word) {
  sb_stemmer* const stemmer = EnglishStemmer();
  const sb_symbol* const stem = sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(word.data()),
                                                static_cast<int>(word.size()));
  if (stem == nullptr) return std::string(word);
  return {reinterpret_cast<const char*>(stem), static_cast<std::size_t>(sb_stemmer_length(stemmer))};
}

}  // namespace lengthwise
