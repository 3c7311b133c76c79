"""Whether an experiment of that size sees the effect: by simulating thousands of them."""

import numpy as np
from scipy.stats import norm

from churn_study.config import Config
from churn_study.kit.intervals import stream


def simulated(baseline: float, effect: float, smaller: int, share: float, config: Config) -> float:
    """The share of simulated experiments of that size in which the test sees that effect."""
    rng, times = stream(config.seed, "power"), config.simulations
    other = baseline - effect if baseline > effect else baseline + effect
    treated = round(smaller if share <= 0.5 else smaller * share / (1 - share))
    control = round(smaller if share > 0.5 else smaller * (1 - share) / share)
    shares = [rng.binomial(number, rate, times) / number for number, rate in ((control, baseline), (treated, other))]
    pooled = (shares[0] * control + shares[1] * treated) / (control + treated)
    errors = np.sqrt(np.maximum(pooled * (1 - pooled), 1e-12) * (1 / control + 1 / treated))
    return float((np.abs(shares[1] - shares[0]) / errors > norm.isf(config.alpha / 2)).mean())
