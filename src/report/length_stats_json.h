// LengthStats and probes as JSON, for the file of statistics.
#pragma once

#include <string>

#include "base/json.h"
#include "collapse/length_stats.h"

namespace lengthwise {

OrderedJson BucketStatsJson(const BucketStats& bucket);

// Throws kBadInput, naming `where`, for what contradicts itself or the dimension.
BucketStats ParseBucketStats(const Json& json, std::size_t dimension, std::size_t capacity,
                             const std::string& where);

// What the probes of a text hold.
struct ProbeShape {
  std::size_t layers = 0;
  std::size_t heads = 0;
  bool probe = false;  // heads and layers
  bool gains = false;  // energies
};

// The probes of one text.
OrderedJson TextProbeJson(const TextProbe& probe);
TextProbe ParseTextProbe(const Json& json, std::size_t tokens, const ProbeShape& shape,
                         const std::string& where);

}  // namespace lengthwise
