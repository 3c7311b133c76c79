"""Who should get the offer, and what each answer is worth, by what happened in the experiment.

A rule that is found on some customers is valued on others: on those it was found on, it would look better than it is.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from churn_study.config import Config
from churn_study.data.study import CHURNED, TREATED, Columns
from churn_study.kit import intervals
from churn_study.kit.intervals import stream

NOBODY, EVERYBODY, RISKIEST, TARGETED = "nobody", "everybody", "the likeliest to churn", "who gains by it"
SMALLEST = 50  # customers of each arm in a cell; the effect on fewer is taken to be that on everybody


@dataclass(frozen=True)
class Costs:
    """What a customer who stays is worth, and what an offer costs, in dollars; without money, both count customers."""

    offer: float
    margin: float
    months: float
    has_money: bool

    def worth(self, money: np.ndarray) -> np.ndarray:
        """(N,) of what a customer who stays goes on to bring; 1 where nobody said what one pays."""
        return money * self.margin * self.months if self.has_money else np.ones(len(money))


@dataclass(frozen=True)
class Cell:
    """Customers who are alike in the plan's segments, and the effect on them."""

    levels: dict[str, str]  # column → word
    effect: float  # on the share that churns
    n: int

    @property
    def name(self) -> str:
        """For people."""
        return ", ".join(f"{column}: {level}" for column, level in self.levels.items()) or "everybody"


@dataclass(frozen=True)
class Rule:
    """Who gets the offer: wherever what it saves is worth more than it costs."""

    cells: list[Cell]
    overall: float  # effect on everybody

    def effect(self, customer: Mapping[str, Any]) -> float:
        """The effect on customers like this one."""
        return next(
            (each.effect for each in self.cells if all(customer[c] == v for c, v in each.levels.items())), self.overall
        )


def learn(rows: pd.DataFrame, segments: list[str]) -> Rule:
    """The effect in each cell of the segments."""
    overall = _effect(rows)
    cells = []
    for key, group in rows.groupby(segments) if segments else [((), rows)]:
        is_large = min(group[TREATED].sum(), (~group[TREATED]).sum()) >= SMALLEST
        levels = dict(zip(segments, map(str, key), strict=True))
        cells.append(Cell(levels, round(_effect(group) if is_large else overall, 4), len(group)))
    return Rule(cells, round(overall, 4))


def value(
    rows: pd.DataFrame, risks: np.ndarray | None, segments: list[str], columns: Columns, config: Config
) -> dict[str, Any]:
    """Every policy's gain over offering nothing, for a thousand customers, with its interval."""
    costs = Costs(config.offer_cost if columns.money else 0.0, config.margin, config.months_kept, bool(columns.money))
    money = rows[columns.money].to_numpy(dtype=float) if columns.money else np.zeros(len(rows))
    targeted = _targeted(rows, money, segments, costs, config)
    policies = {NOBODY: np.zeros(len(rows), bool), EVERYBODY: np.ones(len(rows), bool)}
    if segments or columns.money:
        if risks is not None:
            policies[RISKIEST] = np.argsort(np.argsort(-risks, kind="stable"), kind="stable") < targeted.sum()
        policies[TARGETED] = targeted
    trial = _Trial(rows[TREATED].to_numpy(), _profit(rows, money, costs), config)
    valued = {name: trial.gain(offered, policies[NOBODY]) for name, offered in policies.items()}
    rule = learn(rows, segments)
    main = TARGETED if TARGETED in policies else EVERYBODY if valued[EVERYBODY][0] > 0 else NOBODY
    against = {name: trial.gain(policies[main], offered) for name, offered in policies.items() if name != main}
    return {
        "costs": asdict(costs),
        "usual_worth": round(float(np.median(costs.worth(money))), 2),
        "policies": [
            {"name": name, "offers": round(float(policies[name].mean()), 4), "gain": gain, "ci95": ci95}
            for name, (gain, ci95) in valued.items()
        ],
        "main": main,
        "against": [{"name": name, "gain": gain, "ci95": ci95} for name, (gain, ci95) in against.items()],
        "rule": {"overall": rule.overall, "cells": [asdict(each) | {"name": each.name} for each in rule.cells]},
        "break_even": _break_even(
            rows, money, policies[TARGETED] if TARGETED in policies else policies[EVERYBODY], costs
        ),
    }


def _targeted(rows: pd.DataFrame, money: np.ndarray, segments: list[str], costs: Costs, config: Config) -> np.ndarray:
    """(N,) whether the rule that was found on the other half would offer it."""
    half = stream(config.seed, "halves").permutation(np.arange(len(rows)) % 2)
    offered = np.zeros(len(rows), dtype=bool)
    worth = costs.worth(money)
    for side in (0, 1):
        rule, here = learn(rows[half != side], segments), np.flatnonzero(half == side)
        effects = np.array([rule.effect(each) for each in rows.iloc[here][segments].to_dict("records")])
        offered[here] = -effects * worth[here] > costs.offer
    return offered


@dataclass(frozen=True)
class _Trial:
    """(N,) arms and profits of an experiment."""

    treated: np.ndarray
    profit: np.ndarray
    config: Config

    @cached_property
    def counts(self) -> np.ndarray:
        """(1 + resamples, N): how often each customer counts; once in the first row, which is the experiment itself."""
        drawn = intervals.resample(np.zeros(len(self.profit)), self.config.resamples, self.config.seed)
        return np.concatenate([np.ones((1, len(self.profit))), drawn]).astype(np.float32)

    def gain(self, one: np.ndarray, two: np.ndarray) -> tuple[float, tuple[float, float]]:
        """Of a policy over another, for a thousand customers: the arms differ so much where only one of them offers."""
        totals = 1000 * (self._total(one & ~two) - self._total(two & ~one)) / len(one)
        low, high = intervals.interval(totals[1:])
        return round(float(totals[0]), 1), (round(low, 1), round(high, 1))

    def _total(self, here: np.ndarray) -> np.ndarray:
        """(1 + resamples,) difference of the mean profits of both arms among these, for each of them."""
        if min((here & self.treated).sum(), (here & ~self.treated).sum()) == 0:
            return np.zeros(len(self.counts))
        means = []
        for arm in (here & self.treated, here & ~self.treated):
            counts = self.counts[:, arm]
            means.append(counts @ self.profit[arm] / np.maximum(counts.sum(axis=1), 1))
        return (means[0] - means[1]) * self.counts[:, here].sum(axis=1)


def _profit(rows: pd.DataFrame, money: np.ndarray, costs: Costs) -> np.ndarray:
    """(N,) of what each customer of the experiment is worth afterwards, with the offer paid for."""
    stays = ~rows[CHURNED].to_numpy()
    return stays * costs.worth(money) - rows[TREATED].to_numpy() * costs.offer


def _effect(rows: pd.DataFrame) -> float:
    treated = rows[TREATED]
    return float(rows.loc[treated, CHURNED].mean() - rows.loc[~treated, CHURNED].mean())


def _break_even(rows: pd.DataFrame, money: np.ndarray, offered: np.ndarray, costs: Costs) -> dict[str, float] | None:
    """The cost of an offer, and the months that a kept customer stays, at which the offers bring nothing."""
    chosen = rows[offered]
    if not costs.has_money or min(chosen[TREATED].sum(), (~chosen[TREATED]).sum()) < SMALLEST:
        return None
    brought = (~chosen[CHURNED].to_numpy()) * costs.worth(money[offered])
    treated = chosen[TREATED].to_numpy()
    saved = float(brought[treated].mean() - brought[~treated].mean())
    months = costs.months * costs.offer / saved if saved > 0 else float("inf")
    return {"cost": round(saved, 2), "months": round(months, 1)} if saved > 0 else None
