"""A first look at the training customers, before anything is trained: reports/explore.md. The test plays no part in it.

Run as: python -m churn_study data
"""

import pandas as pd

from churn_study.config import EXPLORATION, Config
from churn_study.data import prepare
from churn_study.data.split import split
from churn_study.data.study import CHURNED
from churn_study.decision.words import code, many, percent, plain
from churn_study.kit.blocks import table

MOST = 8  # words of a column that are shown
QUARTERS = 4


def explore(config: Config) -> None:
    """Write reports/explore.md."""
    study, manifest = prepare.load()
    rows = split(study, config).train
    noun = many(plain(manifest.noun))
    lines = [
        f"# A first look at {len(rows):,} training rows",
        f"Source: {plain(manifest.title)}. {percent(rows[CHURNED].mean())} of these {noun} churned. Rows of the test "
        "are not looked at.",
        "## What is wrong with the data",
        "\n".join(f"- {each}" for each in manifest.found) or "Nothing was found.",
        "## Numbers",
        _numbers(rows, study.columns.numeric),
        "## Words",
        _words(rows, study.columns.categorical),
        "## Columns that no model may see",
        "\n".join(f"- {code(name)}: {why}" for name, why in study.columns.forbidden.items()) or "None.",
    ]
    EXPLORATION.parent.mkdir(parents=True, exist_ok=True)
    EXPLORATION.write_text("\n\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _numbers(rows: pd.DataFrame, names: list[str]) -> str:
    if not names:
        return "There is no column of numbers."
    found = []
    for name in names:
        values = rows[name]
        quarters = pd.qcut(values.rank(method="first"), QUARTERS, labels=False)
        shares = rows.groupby(quarters)[CHURNED].mean()
        range_of = [f"{values.quantile(q):,.4g}" for q in (0.05, 0.5, 0.95)]
        found.append(
            [
                code(name),
                percent(values.isna().mean()),
                *range_of,
                percent(shares.iloc[0]),
                percent(shares.iloc[-1]),
            ]
        )
    header = ["Column", "Missing", "5%", "Median", "95%", "Churned, lowest quarter", "Churned, highest quarter"]
    return table(header, found)


def _words(rows: pd.DataFrame, names: list[str]) -> str:
    found = []
    for name in names:
        for level, group in sorted(rows.groupby(name), key=lambda each: -len(each[1]))[:MOST]:
            found.append([code(name), plain(str(level), 40), f"{len(group)}", percent(group[CHURNED].mean())])
    return table(["Column", "Word", "Rows", "Churned"], found) if found else "There is no column of words."
