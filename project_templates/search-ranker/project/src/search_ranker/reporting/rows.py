"""Which of the measured rows is which."""

from collections.abc import Sequence
from typing import Any

from search_ranker.evaluation.answering import ANSWERED, INVENTED, SERVED, WRONG
from search_ranker.kit import results
from search_ranker.kit.blocks import signed

UNMEASURED = "_Not measured: too few questions say which passages answer them._"


def is_measured(measured: dict[str, Any]) -> bool:
    """Whether there were enough judged questions for any number."""
    return bool(measured["results"])


def main(measured: dict[str, Any]) -> dict[str, Any]:
    """The result that the project is judged by."""
    return results.find(measured, role="model", metric="ndcg_at_10")


def baselines(measured: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of what the served ranking is compared with, by the same measure."""
    compared = {row["against"] for row in measured["comparisons"]}
    return [row for row in measured["results"] if row["metric"] == "ndcg_at_10" and row["model"] in compared]


def answers(measured: dict[str, Any], model: str = SERVED) -> dict[str, dict[str, Any]]:
    """What answering came to, by measure; the rate on unanswerable questions is there if any was asked."""
    rows = by_metric([row for row in measured["results"] if row["model"] == model])
    return {metric: row for metric, row in rows.items() if metric in (ANSWERED, WRONG, INVENTED)}


def by_metric(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows of one model by what they measure."""
    return {row["metric"]: row for row in rows}


def against(measured: dict[str, Any], baseline: str) -> dict[str, Any]:
    """The paired difference of what is served to a baseline, with its test."""
    compared = next(row for row in measured["comparisons"] if row["against"] == baseline)
    duel = next(row for row in measured["duels"] if row["against"] == baseline)
    return {**compared, **duel}


def decides(difference: dict[str, Any], level: float = 0.05) -> str:
    """What a difference says of the first against the second, by its interval and its corrected test."""
    low, high = difference["ci95"]
    if low == high == 0:
        return "the same for every question as"
    if difference["p_holm"] >= level or low <= 0 <= high:
        return "not clearly better than"
    return "better than" if low > 0 else "worse than"


def plain(text: str, longest: int = 110) -> str:
    """Somebody's text in a page of ours: on one line, cut, and nothing in it is markup."""
    flat = " ".join(text.split())
    cut = flat if len(flat) <= longest else f"{flat[:longest].rstrip()}…"
    for letter in "\\`*_[]":
        cut = cut.replace(letter, f"\\{letter}")
    return cut.replace("<", "&lt;").replace(">", "&gt;")


def number_of(count: int, noun: str) -> str:
    """A count with its noun: 1 passage, 2 passages."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def three(value: float) -> str:
    """With three digits: scores of rankings differ in the second."""
    return f"{value:.3f}"


def signed_three(value: float) -> str:
    """The same with its sign."""
    return signed(value, digits=3)


def percent(value: float) -> str:
    """A share, without digits that so few questions do not have."""
    return f"{100 * value:.1f}%" if 0 < value < 0.1 else f"{100 * value:.0f}%"
