"""The plan of the experiment: read, checked, and registered before the arms are compared.

Run as: python -m churn_study plan
"""

import hashlib
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from churn_study.config import PLAN, REGISTERED, Config
from churn_study.data.prepare import Manifest
from churn_study.data.study import CHURNED, DATE, EXPERIMENT, HISTORY, Study
from churn_study.experiment import power
from churn_study.kit import intervals, results
from churn_study.kit.project import ExplainedError

CAREFUL = 0.5  # the share that needs most customers, assumed where no earlier one is known


@dataclass(frozen=True)
class Plan:
    """What was decided beforehand."""

    question: str
    metric: str
    smallest_effect: float
    power: float
    share: float  # that is treated
    stopping: str
    secondary: list[str]
    segments: list[str]


@dataclass(frozen=True)
class Registered:
    """The plan's hash, and when it was registered for which data."""

    sha256: str
    data_sha256: str
    at: str
    baseline: float  # share that churns, known or assumed beforehand
    needed: int  # customers an arm, in closed form
    simulated_power: float  # with so many, as simulated
    outcomes_read: str = ""  # when, if they were
    first_sha256: str = ""  # of the plan that was there when they were first read

    @property
    def is_first(self) -> bool:
        """Whether the plan is still the one from before the outcomes."""
        return self.first_sha256 in ("", self.sha256)


def read() -> Plan:
    """plan.yaml; ExplainedError naming the field that is missing or impossible."""
    import yaml

    try:
        given = yaml.safe_load(PLAN.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ExplainedError(f"{PLAN.name} cannot be read: {str(error).splitlines()[0]}") from error
    names = [each.name for each in fields(Plan)]
    if not isinstance(given, dict) or set(names) != set(map(str, given)):
        raise ExplainedError(f"{PLAN.name} has to have exactly: {', '.join(names)}{_differing(given, names)}")
    for name, low, high in (("smallest_effect", 0, 1), ("power", 0.5, 1), ("share", 0, 1)):
        if not isinstance(given[name], int | float) or not low < given[name] < high:
            raise ExplainedError(f"{PLAN.name}: {name} is {given[name]!r}, and not a number between {low} and {high}")
    for name in ("secondary", "segments"):
        if not isinstance(given[name], list) or not all(isinstance(each, str) for each in given[name]):
            raise ExplainedError(f"{PLAN.name}: {name} is not a list of names")
    for name in ("question", "metric", "stopping"):
        if not isinstance(given[name], str) or not given[name].strip():
            raise ExplainedError(f"{PLAN.name}: {name} is empty")
    return Plan(**given)


def baseline(study: Study) -> float | None:
    """The share that churned before the experiment, of which no outcome is read; none where nothing is earlier."""
    history, trial = study.part(HISTORY), study.part(EXPERIMENT)
    if len(trial) == 0:
        return float(history[CHURNED].mean())
    earlier = history[history[DATE] < trial[DATE].min()]
    return float(earlier[CHURNED].mean()) if len(earlier) else None


def register(study: Study, manifest: Manifest, config: Config) -> Registered:
    """Store the hash of the plan for these customers, with the number it needs; a hash that is there keeps its date."""
    plan, now = read(), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    known = baseline(study)
    share = CAREFUL if known is None else round(known, 4)
    fall = -plan.smallest_effect if share > plan.smallest_effect else plan.smallest_effect
    needed = intervals.needed(share, fall, plan.power, plan.share, config.alpha)
    reached = power.simulated(share, plan.smallest_effect, needed, plan.share, config)
    found = registered()
    same = found is not None and found.data_sha256 == manifest.sha256
    kept = {"outcomes_read": found.outcomes_read, "first_sha256": found.first_sha256} if found and same else {}
    is_known = found is not None and same and found.sha256 == _hash()
    at = found.at if found and is_known else now
    return _write(Registered(_hash(), manifest.sha256, at, share, needed, round(reached, 4), **kept))


def open_outcomes(manifest: Manifest) -> Registered:
    """Note that outcomes are read from now on; refused where no plan was registered for these data."""
    found = registered()
    if found is None or found.data_sha256 != manifest.sha256:
        raise ExplainedError("no plan is registered for these customers: run `python -m churn_study plan` first")
    if found.sha256 != _hash():
        raise ExplainedError(f"{PLAN.name} is not the plan that was registered: run `python -m churn_study plan` first")
    if found.outcomes_read:
        return found
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _write(Registered(**{**asdict(found), "outcomes_read": now, "first_sha256": found.sha256}))


def registered() -> Registered | None:
    """What was registered, if anything was."""
    return Registered(**results.read(REGISTERED)) if REGISTERED.is_file() else None


def _write(found: Registered) -> Registered:
    results.write(REGISTERED, asdict(found))
    return found


def _hash() -> str:
    """Of the plan's content, so that a comment may be added."""
    return hashlib.sha256(repr(sorted(asdict(read()).items())).encode()).hexdigest()


def _differing(given: Any, names: list[str]) -> str:
    if not isinstance(given, dict):
        return ""
    lacking = [each for each in names if each not in given]
    return (
        f"; {lacking[0]!r} is missing"
        if lacking
        else f"; {next(str(e) for e in given if e not in names)!r} is not known"
    )
