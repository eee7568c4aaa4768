// What needle tasks hide in their documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lengthwise {

enum class NeedleKind {
  kPasskey,  // "The pass key for the lantern is 48213. ...": a word and a number, no matter what they mean
  kFact,     // a fact of general knowledge, asked for in other words
};

// What is hidden, and the query that asks for it.
struct Needle {
  std::string statement;
  std::string question;
};

// How many different needles of a kind there are.
std::size_t NeedleCount(NeedleKind kind);

// `count` different ones, at most NeedleCount; a larger count only adds to a smaller one's.
std::vector<Needle> DrawNeedles(NeedleKind kind, std::size_t count, std::uint64_t seed);

}  // namespace lengthwise
