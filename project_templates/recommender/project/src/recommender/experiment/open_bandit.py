"""The estimators on real logs: 10,000 rows each of two policies that chose clothes for the front page of a shop.

Run as: python -m recommender ope --data open-bandit [--mirror URL]

Open Bandit Dataset, small version (Saito, Aihara, Matsutani and Narita 2021, arXiv 2008.07146). The log of a Bernoulli
Thompson sampler is asked what a uniform policy would have earned; the log of the uniform policy knows.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from recommender.config import PROJECT, Config
from recommender.data.interactions import BadDataError
from recommender.experiment import inference, off_policy
from recommender.experiment.off_policy import Logged, Policy
from recommender.kit import results
from recommender.kit.download import Wanted, fetch

LICENCE = "CC BY 4.0, ZOZO, Inc."
ADDRESS = "https://raw.githubusercontent.com/st-tech/zr-obp/master/obd/{policy}/men/men.csv"
ROWS, ITEMS = 10_000, 34


@dataclass(frozen=True)
class File:
    """One of both logs."""

    policy: str
    sha256: str
    clicks: int


THOMPSON = File("bts", "db6d1f7ed2d591ba521533e45286d4c1fba7fe57a8ad2e80342210335f43c527", 69)
RANDOM = File("random", "ede6d08c6877f99cd3770f7d09e26c738e6aa6de4445ccccfb1356ba5d06b1eb", 46)


def check(config: Config, mirror: str | None = None, folder: str | None = None) -> str:
    """Compare both policies and estimate one from the other; adds it to reports/metrics.json, and says it in lines."""
    place = Path(folder) if folder else PROJECT.data / "open-bandit"
    if folder is None:
        print(f"Open Bandit Dataset: from github.com/st-tech/zr-obp, licence {LICENCE}", flush=True)
        wanted = [
            Wanted(ADDRESS.format(policy=each.policy), _path(place, each), partial(_is_published, each))
            for each in (THOMPSON, RANDOM)
        ]
        fetch(wanted, "logs", mirror)
    thompson, uniform = read(place, THOMPSON), read(place, RANDOM)
    evenly = np.full((ROWS, ITEMS), 1 / ITEMS)
    row = off_policy.evaluate(thompson, Policy("uniform", evenly[:, 0], evenly), float(uniform.rewards.mean()), config)
    rewards = np.concatenate([thompson.rewards, uniform.rewards])
    apart = inference.running(rewards, np.arange(2 * ROWS) < ROWS)
    found: dict[str, Any] = {
        "licence": LICENCE,
        "rows": ROWS,
        "clicks": {"bts": int(thompson.rewards.sum()), "random": int(uniform.rewards.sum())},
        "rates": {"bts": round(float(thompson.rewards.mean()), 5), "random": round(float(uniform.rewards.mean()), 5)},
        "difference": round(float(apart.value[0]), 5),
        "ci95": [round(each, 5) for each in apart.once()[0].tolist()],
        "policy": row,
    }
    if PROJECT.metrics.is_file():
        results.write(PROJECT.metrics, {**results.read(PROJECT.metrics), "open_bandit": found})
    return "\n".join(
        [
            f"clicks of {ROWS:,}: Thompson sampling {found['clicks']['bts']}, uniform {found['clicks']['random']}",
            f"difference {apart.value[0]:+.4f} [{found['ci95'][0]:+.4f}, {found['ci95'][1]:+.4f}]",
            f"{off_policy.describe(row)}; the uniform log itself says {row['truth']:.4f}",
        ]
    )


def read(folder: Path, file: File) -> Logged:
    """One log; the rows carry no visitor, so each counts as one of its own."""
    path = _path(folder, file)
    if not path.is_file():
        raise BadDataError(f"there is no {path.relative_to(folder)} in {folder}")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    try:
        logged = Logged(
            actions=np.array([int(row["item_id"]) for row in rows]),
            rewards=np.array([float(row["click"]) for row in rows]),
            propensities=np.array([float(row["propensity_score"]) for row in rows]),
            visitors=np.arange(len(rows)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadDataError(f"{path.name} of {file.policy}: a row lacks a proper {error}") from error
    if (len(rows), int(logged.rewards.sum())) != (ROWS, file.clicks):
        raise BadDataError(
            f"{path.name} of {file.policy} has {len(rows):,} rows and {int(logged.rewards.sum())} clicks instead of "
            f"{ROWS:,} and {file.clicks}"
        )
    return logged


def _path(folder: Path, file: File) -> Path:
    return folder / file.policy / "men" / "men.csv"


def _is_published(file: File, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == file.sha256
