// What was measured: the model and the data, as the report names them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "collapse/document_sample.h"
#include "embedding/session.h"
#include "text/documents.h"

namespace lengthwise {

// Tokens a document, whole, special tokens included; quantiles by nearest rank.
struct LengthQuantiles {
  std::size_t min = 0, p10 = 0, p25 = 0, p50 = 0, p75 = 0, p90 = 0, max = 0;
};

struct DataDescription {
  std::string fingerprint;  // of the ids and texts measured, in any order
  std::size_t read = 0;
  std::size_t documents = 0;
  std::size_t tokens = 0;
  std::size_t over_limit = 0;  // longer than the length in force
  LengthQuantiles length_quantiles;
};

struct ModelDescription {
  std::string name;  // of the folder
  std::string architecture;
  std::string fingerprint;
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t hidden = 0;     // components of a token's state
  std::size_t dimension = 0;  // of a vector
  std::string pooling;
  bool normalize = false;
  std::string precision;
  std::string document_prompt, query_prompt;  // empty: none
  LengthLimits limits;
  AttentionPolicy attention;
  std::string positions = "none";     // as FormatPositionMap writes it; a table with the hash of its numbers
  std::string post_process = "none";  // as FormatPostProcessSpec writes it
  std::string post_process_fingerprint;  // of what it was fitted to; empty: none
};

// What a DataDescription is made from. Can be merged, in any order with the same result.
struct DataSums {
  std::uint64_t read = 0;
  std::uint64_t documents = 0;
  std::uint64_t tokens = 0;
  std::uint64_t over_limit = 0;
  // Documents of each length. The longest of N different lengths have N^2 / 2 tokens together, so this grows
  // with the square root of the text at most.
  std::map<std::size_t, std::uint64_t> lengths;
  // Sum, modulo 2^128, of the hashes of ids and texts: high and low 64 bits.
  std::uint64_t fingerprint_high = 0;
  std::uint64_t fingerprint_low = 0;
  // Of the same hashes. Blank lines, which any two texts may share, are left out.
  DocumentSample sample;

  // `tokens`: of the whole document. `read` is the caller's to count.
  void Add(const Document& document, std::size_t tokens_of_document, std::size_t length_in_force);
  void Merge(const DataSums& other);

 private:
  void AddFingerprint(std::uint64_t high, std::uint64_t low);
};

// Of one document or more.
DataDescription DescribeData(const DataSums& sums);

ModelDescription DescribeModel(const Session& embedder);

}  // namespace lengthwise
