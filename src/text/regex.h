// Regular expressions over characters, by ICU.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct URegularExpression;

namespace lengthwise {

class Regex {
 public:
  // `pattern` in ICU's syntax, but for \s and \S, which are Unicode's white space and all else, as they are
  // elsewhere. Throws kUnsupported, with ICU's reason, for one that ICU does not read.
  explicit Regex(std::u32string_view pattern);

  // The matches within `text`, [begin, end) in characters, in order; empty ones are left out. From any
  // thread. Throws kBadInput for a text on which the pattern takes too long, or of more than 2^31 units.
  std::vector<std::pair<std::size_t, std::size_t>> Matches(std::u32string_view text) const;

 private:
  std::shared_ptr<const URegularExpression> compiled_;
};

}  // namespace lengthwise
