"""The report's tables on held-out events: what was tried, how good it is, for whom it is not, and what it shows."""

from typing import Any

from recommender.blocks import table
from recommender.config import PICTURE
from recommender.measured import signed_three, three
from recommender.wording import interval, name


def experiments(runs: list[dict[str, Any]]) -> str:
    rows = [
        [run["name"], run["decision"], str(run["tried"]), _settings(run), three(run["validation_ndcg"])] for run in runs
    ]
    header = ["Ranking", "What it believes", "Settings tried", "The best of them", "nDCG in validation"]
    return "\n\n".join(
        [
            table(header, rows),
            "Every setting that was tried is in `reports/runs/`, with what it came to: a ranking that was searched for "
            "longer is not better for that. Validation is the newest event of each user but the one that tests.",
        ]
    )


def _settings(run: dict[str, Any]) -> str:
    told = ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in run["settings"].items())
    return told or "none to choose"


def results(measured: dict[str, Any]) -> str:
    rows = [row for row in measured["results"] if row["metric"] == "ndcg_at_10"]
    recalls = [row for row in measured["results"] if row["metric"] == "recall_at_10"]
    data = measured["data"]
    later = (
        ""
        if any(row["split"] == "after one moment" for row in rows)
        else f" The split at one moment leaves {data['survivors']} users, too few to say anything: it is left out."
    )
    lines = [
        table(
            ["Ranking", "Held out", rows[0]["label"], "95 % interval", "Users"],
            [[name(row), row["split"], three(row["value"]), interval(row, three), str(row["n"])] for row in rows],
        ),
        "The row in italics is the same model for the same users, had the right one only to beat a few others that are "
        f"drawn at random, as many tables have it. All other rows rank the whole catalogue.{later}",
        "How much higher EASE is, user by user, on the same events:",
        table(
            ["Compared with", "Held out", "Difference", "95 % interval"],
            [
                [each["against"], each["split"], signed_three(each["difference"]), interval(each, signed_three)]
                for each in measured["comparisons"]
            ],
        ),
        f"The share of {recalls[0]['split'].replace('the ', '')}s that are among the first ten "
        f"({recalls[0]['label']}): "
        + "; ".join(f"{row['model']} {three(row['value'])} {interval(row, three)}" for row in recalls)
        + ".",
    ]
    if PICTURE.is_file():  # else the first screen shows it
        lines.append("![Every ranking's score with its interval](reports/figures/results.png)")
    return "\n\n".join(lines)


def errors(measured: dict[str, Any]) -> str:
    found, noun = measured["beyond"], measured["data"]["noun"]
    head, middle, tail = found["films"]
    strata = [
        [row["model"], *(f"{three(each['value'])} {interval(each, three)}" for each in row["strata"])]
        for row in found["popularity"]
    ]
    slices = [
        [row["model"], *(f"{three(each['value'])} {interval(each, three)}" for each in row["slices"])]
        for row in found["newcomers"]
    ]
    new, others = (each["n"] for each in found["newcomers"][0]["slices"])
    few = (
        table(["nDCG for users with", f"fewer than {found['fewest']} events", "more"], slices)
        if new
        else f"Nobody has fewer than {found['fewest']} events, so nothing can be said of newcomers."
    )
    return "\n\n".join(
        [
            f"The {head} most watched {noun}s make up a third of all events, the next {middle} another, and the other "
            f"{tail} the last. How often the held-out one is among the first ten, by what it is:",
            table(["Recall", "head", "middle", "tail"], strata),
            *([f"{new} of the {new + others} users have little behind them:"] if new else []),
            few,
        ]
    )


def beyond(measured: dict[str, Any]) -> str:
    rows = [
        [each["model"], three(each["coverage"]), three(each["gini"]), f"{each['novelty']:.2f}"]
        for each in measured["beyond"]["spread"]
    ]
    noun = measured["data"]["noun"]
    return "\n\n".join(
        [
            table(["Ranking", "Coverage", "Gini", "Novelty"], rows),
            f"_Coverage_ is the share of the catalogue that anybody is shown. _Gini_ is nought where all {noun}s are "
            "shown alike and one where a single one is. _Novelty_ grows the fewer people watched what is shown.",
            "![How much of what is shown falls to the most popular](reports/figures/long_tail.png)",
        ]
    )
