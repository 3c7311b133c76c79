"""What is known of users: those of the service once it has some, else simulated ones, or the players of Cookie Cats."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from product_brief.brief.brief import OF_USERS, Brief
from product_brief.config import PROJECT, Config
from product_brief.data.articles import Case
from product_brief.kit.intervals import needed, ratio_p
from product_brief.models.assistant import Assistant
from product_brief.usage import cookie_cats, events, simulate
from product_brief.usage.events import ASSISTANT, LIST
from product_brief.usage.measures import Measure, Usage, difference, measure

EVENTS = PROJECT.root / "logs" / "events"  # of the service
REAL, SIMULATED = "real users", "simulated users"


def measure_all(files: Sequence[Path], brief: Brief, config: Config) -> dict[str, Any] | None:
    """Measures, the trial, and what goal and guardrails say; nothing where nobody was there."""
    found = measure(files, config)
    if found is None:
        return None
    kind = SIMULATED if found.is_simulated else REAL
    said = found.as_document()
    measures = [each | agreed(each["name"], brief) for each in said["measures"]]
    return {"kind": kind, **said, "measures": measures, "trial": trial(found, brief, config)}


def agreed(name: str, brief: Brief) -> dict[str, Any]:
    """What the brief promises of a measure, if it does."""
    limits = {each.measure: each.at_most for each in brief.guardrails} | {brief.goal.measure: brief.goal.at_least}
    return {"agreed": limits.get(name), "is_more_better": OF_USERS[name]}


def measure_now(assistant: Assistant, cases: Sequence[Case], brief: Brief, config: Config) -> dict[str, Any] | None:
    """Of the service's own users; of simulated ones until there are any."""
    real = measure_all(events.files(EVENTS), brief, config)
    if real is not None:
        return real
    simulate.draw(assistant, cases, brief.trial.share, config, simulate.FOLDER)
    return measure_all(events.files(simulate.FOLDER), brief, config)


def plan(brief: Brief, config: Config) -> dict[str, Any]:
    """How many users the trial needs, and how long that takes."""
    trial = brief.trial
    effect = trial.smallest_effect if OF_USERS[trial.measure] else -trial.smallest_effect
    number = needed(trial.baseline, effect, trial.power, trial.share, config.alpha)
    smaller = trial.users_per_week * min(trial.share, 1 - trial.share)
    return {"needed": number, "weeks": -(-number // max(1, int(smaller)))}


def trial(found: Usage, brief: Brief, config: Config) -> dict[str, Any]:
    """The arms against how they were drawn; and, where these fit, the difference."""
    p = ratio_p(found.arms[LIST], found.arms[ASSISTANT], brief.trial.share) if sum(found.arms.values()) else 1.0
    said: dict[str, Any] = {"ratio_p": p, "is_broken": p < config.ratio_alarm, **plan(brief, config)}
    arms: Mapping[str, Measure | None] = {
        arm: next((each for each in measures if each.name == brief.trial.measure), None)
        for arm, measures in found.by_arm.items()
    }
    one, other = arms.get(ASSISTANT), arms.get(LIST)
    if one and other and not said["is_broken"]:
        gap, ci95 = difference(one, other)
        said |= {"assistant": one.value, "list": other.value, "difference": gap, "ci95": ci95}
        said["has_enough"] = min(one.users, other.users) >= said["needed"]
    return said


def players(config: Config) -> dict[str, Any] | None:
    """Cookie Cats, where it was fetched."""
    return cookie_cats.measure(cookie_cats.FILE, config) if cookie_cats.FILE.is_file() else None


def shown(log_dir: Path, config: Config) -> str:
    """What users did, for a terminal."""
    found = measure(events.files(log_dir / "events"), config)
    if found is None:
        return f"no events of people in {log_dir / 'events'}"
    kind = SIMULATED if found.is_simulated else REAL
    left = ", ".join(f"{times} {why}" for why, times in found.left_out.items() if times) or "none"
    lines = [f"{found.users} {kind}, {found.events} events in {found.days} days; left out: {left}"]
    lines += [f"  {name:<22} {people:>6}" for name, people in found.funnel.items()]
    for each in found.measures:
        low, high = each.ci95
        lines.append(f"  {each.name:<22} {each.value:6.3f}  [{low:.3f}, {high:.3f}]  {each.users} users")
    return "\n".join(lines)
