"""How many customers an experiment needs: in closed form, and by simulating experiments."""

import numpy as np
from scipy.stats import norm

from churn_study.config import Config
from churn_study.kit.intervals import stream


def needed(baseline: float, effect: float, power: float, share: float, alpha: float) -> int:
    """Customers in the smaller arm, to see that change of a share in a two-sided test (Fleiss, without correction)."""
    other = baseline - effect if baseline > effect else baseline + effect
    spread = baseline * (1 - baseline) / (1 - share) + other * (1 - other) / share
    total = (norm.isf(alpha / 2) + norm.ppf(power)) ** 2 * spread / effect**2
    return int(np.ceil(total * min(share, 1 - share)))


def detectable(baseline: float, arms: tuple[int, int], power: float, alpha: float) -> float:
    """The smallest difference of shares that such (control, treated) arms show with that power."""
    spread = np.sqrt(baseline * (1 - baseline) * (1 / arms[0] + 1 / arms[1]))
    return float((norm.isf(alpha / 2) + norm.ppf(power)) * spread)


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
