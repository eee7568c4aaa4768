// What attention did to one text: numbers per layer and head, gathered while the encoder runs.
#pragma once

#include <cstddef>
#include <vector>

namespace lengthwise {

// Means over the n query rows of one head. p_ij is the attention weight of query i on key j.
struct HeadProbe {
  double entropy = 0;         // mean_i of -sum_j p_ij ln p_ij, divided by that of uniform weights on the
                              // keys that i sees, ln n where it sees all: 1 is uniform. 1 where n = 1.
  double largest_weight = 0;  // mean_i of max_j p_ij
  double sink = 0;            // mean_i of p_i0: the mass on the first token
  double retention = 0;       // ||HC[A V]||_F / ||HC[V]||_F, HC[X] = X minus its mean row. 0 where HC[V] = 0.
};

// Of the token states [n x hidden] before the first layer (index 0) and after each layer.
struct LayerProbe {
  double token_cosine = 0;  // mean cosine over pairs of different tokens of the text; 1 where n = 1
  double hc_ratio = 0;      // ||HC[X]||_F / ||X||_F
};

// Places in a layer. Where it is observed, data are rows of all tokens of the batch, `hidden` floats each
// except where noted.
enum class LayerPlace {
  // Where the energy of the states is measured, in the order of the computation.
  kInput,                // X, the layer's input
  kAttention,            // A, what attention adds: seen as a difference, not by an observer
  kAttentionResidual,    // X + A
  kAttentionNorm,        // Y = LayerNorm(X + A)
  kFeedForward,          // F, what the feed-forward layer adds: seen as a difference too
  kFeedForwardResidual,  // Y + F
  kOutputNorm,           // Z = LayerNorm(Y + F), the layer's output
  // Within attention.
  kQkv,      // queries, keys and values, 3 hidden floats a row; see Encoder::HeadInput
  kContext,  // the heads' outputs side by side
};
inline constexpr std::size_t kEnergyPlaces = 7;  // those up to kOutputNorm

// Of states X [n x hidden], a token.
struct StateEnergy {
  double hc = 0;  // ||HC[X]||_F^2 / n
  double dc = 0;  // ||DC[X]||_F^2 / n, DC[X] = X - HC[X]
};

// Probes of one text of n tokens.
struct TextProbe {
  std::size_t tokens = 0;
  std::size_t head_count = 0;
  std::vector<HeadProbe> heads;    // [layer * head_count + head]
  std::vector<LayerProbe> layers;  // [layers + 1]
  // [layer * kEnergyPlaces + place]; empty unless asked for.
  std::vector<StateEnergy> energies;

  const HeadProbe& head(std::size_t layer, std::size_t h) const { return heads[layer * head_count + h]; }
};

}  // namespace lengthwise
