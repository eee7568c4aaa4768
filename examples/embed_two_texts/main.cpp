// Prints how alike two texts are: embed_two_texts MODEL_FOLDER TEXT TEXT
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "lengthwise/embedder.h"

int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  const lengthwise::Embedder embedder(argv[1]);
  const lengthwise::Embeddings vectors = embedder.Embed(std::vector<std::string>{argv[2], argv[3]});
  const auto a = vectors.row(0);
  const auto b = vectors.row(1);
  std::cout << std::inner_product(a.begin(), a.end(), b.begin(), 0.0) << '\n';
} catch (const lengthwise::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
