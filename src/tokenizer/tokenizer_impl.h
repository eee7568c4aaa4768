// What Tokenizer holds: a spec and a way to carry it out.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/tokenizer.h"
#include "tokenizer/tokenizer_json.h"

namespace lengthwise {

class TokenizerImpl {
 public:
  explicit TokenizerImpl(TokenizerSpec spec) : spec_(std::move(spec)) {}
  TokenizerImpl(const TokenizerImpl&) = delete;
  TokenizerImpl& operator=(const TokenizerImpl&) = delete;
  virtual ~TokenizerImpl() = default;

  const TokenizerSpec& spec() const { return spec_; }

  // The post-processor's tokens, which Encode does not know.
  void DropSpecials() {
    spec_.prefix.clear();
    spec_.suffix.clear();
  }

  // Appends the tokens of `text`, which is valid UTF-8; `offsets` is null where the caller wants ids alone.
  virtual void Encode(std::string_view text, std::vector<std::int32_t>* ids,
                      std::vector<TokenOffset>* offsets) const = 0;

 private:
  TokenizerSpec spec_;
};

}  // namespace lengthwise
