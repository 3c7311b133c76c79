"""Holds goal, guardrails and kill criterion against what users did, and the questions against those of the evaluation.

Run as: python -m product_brief monitor [--log-dir DIR] [--accept]; exit code 1 when an alarm is raised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from product_brief.config import Config
from product_brief.kit import drift
from product_brief.kit.drift import Check, Watched
from product_brief.kit.project import ExplainedError
from product_brief.models import saved
from product_brief.models.saved import Card
from product_brief.usage import events
from product_brief.usage.measures import Measure, Usage, measure

PATH = "/ask"
KILLED, UNLIKELY = "KILL CRITERION MET", "kill criterion"


def monitor(log_dir: Path, config: Config, is_accepted: bool = False) -> Watched:
    """Every check of the newest answers, and of all users who agreed to be counted."""
    card = saved.load(config).card
    entries = drift.read_log(log_dir)
    answered = [each for each in entries if each.get("model_version") == card.version and "signals" in each]
    if is_accepted:
        return _accepted(answered, card, config)
    newest = answered[-config.window :]
    usage = measure(events.files(log_dir / "events"), config)
    summary = f"{len(entries)} requests in {log_dir}, {len(newest)} of the newest answers, {_of_users(usage)}"
    if len(newest) < drift.FEWEST:
        summary += f"\ntoo few to judge drift: at least {drift.FEWEST} answers are needed"
    drifted = drift.checks(drift.signals([each["signals"] for each in newest]), card.reference)
    errors = drift.error_check(entries, PATH, config.window, config.error_share)
    promises = promised(usage, card.goal) if usage else []
    if killed := next((each for each in promises if each.name == KILLED), None):
        summary += f"\n{KILLED}: {killed.value:.3f} of the limit is missing. {card.goal['kill']['then']}"
    return Watched(summary, len(newest), [*drifted, *errors, *promises])


def promised(usage: Usage, goal: Mapping[str, Any]) -> list[Check]:
    """How far users surely fall short of the goal, or exceed a guardrail; and whether it is to be stopped.

    An alarm is raised where the whole 95% interval is on the wrong side: chance alone does not end a pilot.
    """
    measures = {each.name: each for each in usage.measures}
    found = []
    if (reached := measures.get(goal["goal"]["measure"])) is not None:
        short = round(goal["goal"]["at_least"] - reached.ci95[1], 4)
        found.append(Check(f"{reached.name} below its goal by", short, 0.0))
    for each in goal["guardrails"]:
        if (reached := measures.get(each["measure"])) is not None:
            found.append(
                Check(f"{reached.name} above its guardrail by", round(reached.ci95[0] - each["at_most"], 4), 0.0)
            )
    return [*found, *_killed(measures, goal["kill"])]


def _killed(measures: Mapping[str, Measure], kill: Mapping[str, Any]) -> list[Check]:
    reached = measures.get(kill["measure"])
    if reached is None or reached.users < kill["after_users"]:
        return []
    missing = round(kill["below"] - reached.ci95[1], 4)
    return [Check(KILLED if missing > 0 else UNLIKELY, missing, 0.0)]


def _of_users(usage: Usage | None) -> str:
    if usage is None:
        return "no events of users"
    kind = "SIMULATED users" if usage.is_simulated else "users"
    left = sum(usage.left_out.values())
    return f"{usage.users} {kind} ({left} events of programs, the team or twice left out)"


def _accepted(answered: Sequence[Mapping[str, Any]], card: Card, config: Config) -> Watched:
    if len(answered) < config.window:
        raise ExplainedError(f"{len(answered)} answers are too few to compare with: {config.window} are needed")
    values = drift.signals([each["signals"] for each in answered])
    settings = (min(config.window, len(answered)), config.drift_alarms, config.drift_resamples, config.seed)
    reference = drift.reference(values, np.arange(len(answered)), *settings)
    saved.save_card(replace(card, reference=reference))
    summary = f"accepted {len(answered)} answers: {saved.CARD.name} now compares with them; commit it"
    return Watched(summary, len(answered), [])
