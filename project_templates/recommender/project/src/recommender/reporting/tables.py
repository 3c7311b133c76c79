"""The report's tables on held-out events: what was tried, how good it is, for whom it is not, and what it shows."""

from typing import Any

from recommender.config import PROJECT
from recommender.kit.blocks import interval, model_name, table
from recommender.reporting.rows import signed_three, three


def experiments(runs: list[dict[str, Any]]) -> str:
    """Every ranking with its search and the validation score of its best setting."""
    rows = [
        [run["name"], run["decision"], str(run["tried"]), _settings(run), three(run["validation_ndcg"])] for run in runs
    ]
    header = ["Ranking", "Decision it tests", "Settings tried", "Best setting", "nDCG in validation"]
    return (
        f"{table(header, rows)}\n\n"
        "Every setting that was tried is in `reports/runs/`, with its score: a ranking is not better because it was "
        "searched for longer. Validation is the second newest event of each user; the newest one is the test."
        f"{_at_the_edge(runs)}"
    )


def _at_the_edge(runs: list[dict[str, Any]]) -> str:
    """Which best values are the largest or smallest that was tried: further out, there may be better ones."""
    found = []
    for run in runs:
        for key, value in run["settings"].items():
            tried = sorted({trial["settings"][key] for trial in run["trials"]})
            if value and len(tried) > 2 and value in (tried[0], tried[-1]):  # there is nothing below zero
                found.append(f"{key.replace('_', ' ')} of {run['name']} ({value:g})")
    return f" At the edge of what was tried: {', '.join(found)}. There may be better ones beyond." if found else ""


def _settings(run: dict[str, Any]) -> str:
    chosen = ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in run["settings"].items())
    return chosen or "none to choose"


def results(measured: dict[str, Any]) -> str:
    """The main table, baselines first, and the paired differences."""
    rows = [row for row in measured["results"] if row["metric"] == "ndcg_at_10"]
    scores = [[model_name(row), row["split"], three(row["value"]), interval(row, three), str(row["n"])] for row in rows]
    differences = [
        [each["against"], each["split"], signed_three(each["difference"]), interval(each, signed_three)]
        for each in measured["comparisons"]
    ]
    lines = [
        table(["Ranking", "Held out", rows[0]["label"], "95% interval", "Users"], scores),
        "The row in italics is the same model for the same users, if the right one only had to beat a few others drawn "
        f"at random, as in many published tables. All other rows rank the whole catalogue.{_left_out(rows, measured)}",
        "How much higher EASE is, user by user, on the same events:",
        table(["Compared with", "Held out", "Difference", "95% interval"], differences),
        _recall(measured),
    ]
    if PROJECT.screenshot.is_file():  # else the first screen shows it
        lines.append("![Every ranking's score with its interval](reports/figures/results.png)")
    return "\n\n".join(lines)


def _left_out(rows: list[dict[str, Any]], measured: dict[str, Any]) -> str:
    if any(row["split"] == "after a cut in time" for row in rows):
        return ""
    survivors = measured["data"]["survivors"]
    return f" The cut in time leaves {survivors} users, too few to say anything: it is left out."


def _recall(measured: dict[str, Any]) -> str:
    recalls = [row for row in measured["results"] if row["metric"] == "recall_at_10"]
    shares = "; ".join(f"{row['model']} {three(row['value'])} {interval(row, three)}" for row in recalls)
    first = recalls[0]
    return f"The share of {first['split']}s among the first ten ({first['label']}): {shares}."


def errors(measured: dict[str, Any]) -> str:
    """For which items and which users the rankings do worse."""
    beyond, nouns = measured["beyond"], measured["data"]["nouns"]
    head, middle, tail = beyond["items"]
    new, others = (each["n"] for each in beyond["newcomers"][0]["slices"])
    lines = [
        f"The {head} most popular {nouns} make up a third of all events, the next {middle} another, and the other "
        f"{tail} the last. How often the held-out one is among the first ten, by the third it belongs to:",
        table(["Recall", "head", "middle", "tail"], _slices(beyond["popularity"], "strata")),
    ]
    if not new:
        return "\n\n".join(
            [*lines, f"Nobody has fewer than {beyond['fewest']} events, so nothing is known about newcomers."]
        )
    header = ["nDCG for users with", f"fewer than {beyond['fewest']} events", "more"]
    lines += [
        f"{new} of the {new + others} users are newcomers:",
        table(header, _slices(beyond["newcomers"], "slices")),
    ]
    return "\n\n".join(lines)


def _slices(rows: list[dict[str, Any]], key: str) -> list[list[str]]:
    return [[row["model"], *(f"{three(each['value'])} {interval(each, three)}" for each in row[key])] for row in rows]


def importance(measured: dict[str, Any]) -> str:
    """Which part of a history the lists rest on."""
    if not (found := measured.get("importance")):
        return "_Not measured yet: `python -m recommender evaluate`._"
    lines = [
        [each["name"], str(each["n"]), signed_three(each["value"]), interval(each, signed_three)] for each in found
    ]
    return "\n\n".join(
        [
            "Permutation importance: by how much the nDCG of EASE changes when a part of each user's history is "
            "swapped with the same part of another user's:",
            table(["Part of the history", "Users who have it", "nDCG changes by", "95% interval"], lines),
            "Parts that carry the same information stand in for each other, so that each of them can look unimportant "
            "while the whole is not; a swapped history is one that nobody has. EASE takes no notice of the order: the "
            "parts differ only in how many events they hold and how old these are.",
        ]
    )


def beyond(measured: dict[str, Any]) -> str:
    """How much of the catalogue the rankings show."""
    rows = [
        [each["model"], three(each["coverage"]), three(each["gini"]), f"{each['novelty']:.2f}"]
        for each in measured["beyond"]["spread"]
    ]
    nouns = measured["data"]["nouns"]
    return "\n\n".join(
        [
            table(["Ranking", "Coverage", "Gini", "Novelty"], rows),
            f"_Coverage_ is the share of the catalogue that anybody is shown. _Gini_ is zero where all {nouns} are "
            "shown equally often and one where a single one is. _Novelty_ is higher the fewer people chose what is "
            "shown.",
            "![Share of what is shown that falls to the most popular](reports/figures/long_tail.png)",
        ]
    )
