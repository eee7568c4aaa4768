"""Fits the polynomials of src/math/simd_math-inl.h and prints their coefficients and errors.

fit_polynomials.py            (numpy and scipy; .cache/venv has them)

Minimax by Lawson's iteration: least squares whose weights grow where the error is large. Each printed polynomial is
then evaluated in float32, in the order in which the kernels do it, and compared with the exact function.
"""

import numpy
from numpy.polynomial import chebyshev
from scipy.special import erf

float32 = numpy.float32


def minimax(basis, values, weight, iterations=300):
    """Coefficients c that make max |(basis c - values) weight| small, and that maximum."""
    emphasis = numpy.full(len(values), 1 / len(values))
    for _ in range(iterations):
        scale = numpy.sqrt(emphasis) * weight
        coefficients, *_ = numpy.linalg.lstsq(basis * scale[:, None], values * scale, rcond=None)
        error = numpy.abs((basis @ coefficients - values) * weight)
        emphasis *= error
        emphasis /= emphasis.sum()
    return coefficients, error.max()


def fused_horner(coefficients, x):
    """From the lowest coefficient up, as float32 with one rounding a step: what a chain of FMAs gives."""
    result = numpy.full_like(x, float32(coefficients[-1]))
    for coefficient in coefficients[-2::-1]:
        result = (result.astype(float) * x + float(float32(coefficient))).astype(float32)
    return result


def show(name, coefficients, fit_error, float_error):
    print(f"{name}\n  error of the fit {fit_error:.2e}, in float32 {float_error:.2e}; highest power first:")
    for coefficient in coefficients[::-1]:
        print(f"  {coefficient:.9e}")


def fit_exp2(degree=5):
    """2^f on [-1/2, 1/2], relative error."""
    f = numpy.cos(numpy.linspace(0, numpy.pi, 4001)) / 2
    coefficients, fit_error = minimax(numpy.vander(f, degree + 1, increasing=True), 2**f, 2**-f)
    x = numpy.linspace(-0.5, 0.5, 1_000_001).astype(float32)
    exact = 2 ** x.astype(float)
    show(f"2^f, degree {degree}, relative", coefficients, fit_error,
         numpy.abs(fused_horner(coefficients, x) / exact - 1).max())


def fit_gelu(limit=5.2, degree=13):
    """gelu(x) = x (1/2 + x P(u)), u = 2 x^2 / limit^2 - 1 on [-limit, limit]; absolute error of gelu."""
    u = numpy.cos(numpy.linspace(0, numpy.pi, 6001))
    x = numpy.sqrt((u + 1) / 2) * limit
    # gelu(x) = x (1/2 + erf(x / sqrt 2) / 2); the quotient's limit at 0 is 1 / sqrt(2 pi). P's error counts x^2 times.
    small = x < 1e-9
    target = numpy.where(small, numpy.sqrt(2 / numpy.pi), erf(x / numpy.sqrt(2)) / numpy.where(small, 1, x)) / 2
    series, fit_error = minimax(chebyshev.chebvander(u, degree), target, numpy.maximum(x * x, 1e-2))
    coefficients = chebyshev.cheb2poly(series)

    x = numpy.linspace(-limit, limit, 2_000_001).astype(float32)
    scaled = (x * float32(2 / limit**2)).astype(float32)
    v = (scaled.astype(float) * x - 1).astype(float32)
    half = (x.astype(float) * fused_horner(coefficients, v) + 0.5).astype(float32)
    gelu = (x * half).astype(float32)
    wide = x.astype(float)
    exact = wide / 2 * (1 + erf(wide / numpy.sqrt(2)))
    show(f"GELU on [-{limit}, {limit}], degree {degree}, absolute", coefficients, fit_error,
         numpy.abs(gelu - exact).max())
    print(f"  beyond, max(x, 0) is off by at most {limit / 2 * (1 - erf(limit / numpy.sqrt(2))):.2e}")


fit_exp2()
fit_gelu()
