// What was measured: the model and the data, as the report names them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "collapse/arms.h"
#include "embedding/embedder_impl.h"
#include "text/documents.h"

namespace lengthwise {

// Tokens a document, whole, special tokens included; quantiles by nearest rank.
struct LengthQuantiles {
  std::size_t min = 0, p10 = 0, p25 = 0, p50 = 0, p75 = 0, p90 = 0, max = 0;
};

struct DataDescription {
  std::string fingerprint;  // of the ids and texts measured, in order
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
  std::size_t hidden = 0;
  std::string pooling;
  bool normalize = false;
  std::string precision;
  LengthLimits limits;
  AttentionPolicy attention;
  std::string post_process = "none";  // as FormatPostProcessSpec writes it
};

// `read`: documents of the input, of which `documents` were measured. Not empty.
DataDescription DescribeData(std::span<const Document> documents,
                             std::span<const TokenizedDocument> tokenized, std::size_t read,
                             std::size_t length_in_force);

ModelDescription DescribeModel(const EmbedderImpl& embedder);

}  // namespace lengthwise
