"""Makes the figures on criteria and knee intervals in measures.md: numpy alone, about two minutes.

Curves of known shape get an irregularity and sampling errors as measured on 100 scientific papers read by
all-MiniLM-L6-v2: the level at 512 tokens is known to 0.0088, and each step to a shorter length adds an error of its own.
"""

import numpy as np

LENGTHS = np.array([16, 24, 32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512], float)
STEPS = np.array([0.0107, 0.0084, 0.0082, 0.0058, 0.0046, 0.0040, 0.0057, 0.0035, 0.0044, 0.0033, 0.0022, 0.0025])
LEVEL = 0.0088
SHAPES = {"linear": 2, "logarithmic": 2, "saturating": 3, "broken": 4}  # parameters
OCTAVES = np.log2(LENGTHS)
TRUTHS = [
    ("linear", 0.25 + 0.00055 * LENGTHS),
    ("logarithmic", 0.1 + 0.05 * OCTAVES),
    ("saturating", 0.55 - 0.32 * np.exp(-LENGTHS / 120)),
    ("saturating", 0.55 - 0.2 * np.exp(-LENGTHS / 300)),
    ("broken", 0.3 + 0.012 * np.minimum(OCTAVES - 8, 0) + 0.12 * np.maximum(OCTAVES - 8, 0)),
    ("broken", 0.3 + 0.03 * np.minimum(OCTAVES - 7, 0) + 0.09 * np.maximum(OCTAVES - 7, 0)),
    ("broken", 0.26 - 0.01 * np.minimum(OCTAVES - 8, 0) + 0.12 * np.maximum(OCTAVES - 8, 0)),
]
IRREGULARITIES = np.r_[1e-6, 1e-4 * 10 ** (np.arange(29) / 8)]


def sampling_covariance():
    m = len(LENGTHS)
    covariance = np.full((m, m), LEVEL**2)
    for step, size in enumerate(STEPS):
        covariance[: step + 1, : step + 1] += size**2
    return covariance


def designs(shape, lengths):
    """The non-linear parameter and the columns of each design of a shape."""
    one = np.ones_like(lengths)
    if shape == "linear":
        return [(0, np.c_[one, lengths])]
    if shape == "logarithmic":
        return [(0, np.c_[one, np.log2(lengths)])]
    if shape == "saturating":
        return [(c, np.c_[one, -np.exp(-lengths / c)]) for c in np.geomspace(lengths[0] / 4, lengths[-1] * 8, 81)]
    knees = np.geomspace(LENGTHS[1], LENGTHS[-2], 204)
    return [(k, np.c_[one, np.minimum(np.log2(lengths / k), 0), np.maximum(np.log2(lengths / k), 0)]) for k in knees]


class Likelihood:
    """Best -2 ln L of each shape under errors N(0, covariance + s^2 I), s in `irregularities`."""

    def __init__(self, covariance, irregularities):
        self.whiteners = []
        for s in irregularities:
            factor = np.linalg.cholesky(covariance + s**2 * np.eye(len(LENGTHS)))
            inverse = np.linalg.inv(factor)
            bases = {}
            for shape in SHAPES:
                found = designs(shape, LENGTHS)
                stack = np.concatenate([np.linalg.qr(inverse @ columns)[0].T for _, columns in found])
                bases[shape] = ([p for p, _ in found], stack, found[0][1].shape[1])
            constant = 2 * np.log(np.diag(factor)).sum() + len(LENGTHS) * np.log(2 * np.pi)
            self.whiteners.append((inverse, constant, bases))

    def fit(self, curve):
        best = {shape: (np.inf, 0) for shape in SHAPES}
        for inverse, constant, bases in self.whiteners:
            white = inverse @ curve
            for shape, (parameters, stack, width) in bases.items():
                explained = ((stack @ white).reshape(-1, width) ** 2).sum(1)
                d = explained.argmax()
                deviance = max(0.0, white @ white - explained[d]) + constant
                if deviance < best[shape][0]:
                    best[shape] = (deviance, parameters[d])
        return best


def corrected(p):
    return 2 * p + 2 * p * (p + 1) / (len(LENGTHS) - p - 1)


def leave_one_out(curve):
    errors = {}
    for shape in SHAPES:
        total = 0
        for i in range(len(LENGTHS)):
            rest = np.arange(len(LENGTHS)) != i
            best = (np.inf, 0)
            for _, columns in designs(shape, LENGTHS):
                beta, *_ = np.linalg.lstsq(columns[rest], curve[rest], rcond=None)
                squares = ((columns[rest] @ beta - curve[rest]) ** 2).sum()
                best = min(best, (squares, columns[i] @ beta))
            total += (best[1] - curve[i]) ** 2
        errors[shape] = total
    return errors


def preferred(curve, full, without, plain):
    scores = {}
    fits = full.fit(curve)
    scores["AICc with irregularity"] = {s: fits[s][0] + corrected(SHAPES[s] + 1) for s in SHAPES}
    fits = without.fit(curve)
    scores["AIC without irregularity"] = {s: fits[s][0] + 2 * SHAPES[s] for s in SHAPES}
    fits = plain.fit(curve)
    scores["AICc of ordinary least squares"] = {s: fits[s][0] + corrected(SHAPES[s] + 1) for s in SHAPES}
    scores["leave one length out"] = leave_one_out(curve)
    return {name: min(score, key=score.get) for name, score in scores.items()}


def main():
    random = np.random.default_rng(1)
    covariance = sampling_covariance()
    factor = np.linalg.cholesky(covariance)
    draw = lambda: factor @ random.normal(size=len(LENGTHS))
    full = Likelihood(covariance, IRREGULARITIES)
    without = Likelihood(covariance, [1e-6])
    plain = Likelihood(np.zeros_like(covariance), IRREGULARITIES)
    for irregularity in (0, 0.003, 0.006):
        right = {}
        for shape, truth in TRUTHS:
            for _ in range(25):
                curve = truth + draw() + irregularity * random.normal(size=len(LENGTHS))
                for name, choice in preferred(curve, full, without, plain).items():
                    right.setdefault(name, []).append(choice == shape)
        print(f"irregularity {irregularity}:", {name: f"{100 * np.mean(r):.0f} %" for name, r in right.items()}, flush=True)
    for knee, truth in ((256, TRUTHS[4][1]), (128, TRUTHS[5][1])):
        for irregularity in (0, 0.003):
            held = 0
            for _ in range(100):
                curve = truth + draw() + irregularity * random.normal(size=len(LENGTHS))
                knees = [full.fit(curve + draw())["broken"][1] for _ in range(100)]
                low, high = np.percentile(knees, [2.5, 97.5])
                held += low <= knee <= high
            print(f"knee {knee}, irregularity {irregularity}: {held} of 100 intervals hold it", flush=True)


if __name__ == "__main__":
    main()
