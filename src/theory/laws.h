// Closed forms for the filter rate of softmax attention: sigma_a, the largest singular value of (I - 11^T/n)
// A, where A is the row-stochastic attention matrix of n tokens. Scores have standard deviation sigma_s (row
// by row, after division by the root of the head size); d is the head size. Every function throws kBadInput
// outside its domain and never returns a value that is not finite.
#pragma once

namespace lengthwise {

// Largest score standard deviation that the laws take: beyond it e^{sigma_s^2} leaves the range of double.
inline constexpr double kLargestSigma = 26;
// Far beyond any head, and far from where the laws' squares overflow.
inline constexpr double kLargestHeadSize = 1e12;

// The source's upper bound, sqrt(n / (2 sqrt(1 + e^{-2 sigma_s^2}) (n-1)^{3/2} + 1)) (arXiv 2410.24200, for
// Gaussian queries and keys). 0 <= sigma_s <= kLargestSigma, n >= 2.
double PaperBound(double sigma_s, double n);

// Flat attention of independent Gaussian scores: the edge of the singular values of a matrix of independent
// log-normal entries, 2 sqrt((e^{sigma_s^2} - 1) / n). 0 <= sigma_s <= kLargestSigma, n >= 2.
double FlatLaw(double sigma_s, double n);

// Where sigma_a levels off as n grows, sigma_s / sqrt(d): flat attention averages over the distribution of
// the tokens, through scores of rank d. 0 <= sigma_s <= kLargestSigma, 1 <= d <= kLargestHeadSize.
double HeadSizeFloor(double sigma_s, double head_size);

struct LawRange {
  double low = 0;
  double high = 0;
};

// At a finite n the floor is multiplied by a factor between 1 + sqrt(d/n) and its square: the singular values
// of queries and of keys stretch by up to the first, and their product by up to the second where both align.
// Domain as above, n >= 2.
LawRange HeadSizeRange(double sigma_s, double head_size, double n);

// Gaussian queries and keys, flat attention, any n: the edge of the singular values of the two parts that add
// up to (I - 11^T/n) A. One is linear in the scores, sigma_s q k^T / (sqrt(d) n), of rank d; its edge is that
// of a product of two Gaussian matrices (free multiplicative convolution of two Marchenko-Pastur laws, c =
// d/n):
//   z(w) = sigma_s / sqrt(d) sqrt((1 + w) (1 + c w)^2 / w),  least at 2 c w^2 + c w = 1.
// The rest of the exponential, of variance v = (e^{sigma_s^2} - 1 - sigma_s^2) / n, acts as independent
// noise, which free addition of a semicircle brings in: min over w of z(w) + v (1 + c w) / z(w), up to that
// same w. Joins the two laws above: it tends to the flat law for d -> infinity, to the floor for n ->
// infinity. The noise is taken as independent, which asks for n well below d^2 / 2; edges lie a few percent
// above small matrices. 0 <= sigma_s <= kLargestSigma, 1 <= d <= kLargestHeadSize, n >= 2.
double HeadSizeLaw(double sigma_s, double head_size, double n);

// Softmax over n keys is flat (many keys share the weight) for sigma_s well below this line, sqrt(2 ln n),
// and rests on a few keys above it: there the largest of n Gaussian scores outweighs the sum of the others
// (freezing of the random energy model, Derrida 1981). n >= 2.
double RegimeLine(double n);

}  // namespace lengthwise
