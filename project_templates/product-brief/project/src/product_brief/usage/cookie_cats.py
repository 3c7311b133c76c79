"""Cookie Cats: half of the new players of a game met a waiting gate at level 40 instead of level 30 (90,189 players).

A real log of engagement, to see the measures of this project on: who came back on the first day and on the seventh, by
arm, with the check of the arms that is usually left out. The file is passed around with commas or semicolons.
"""

import csv
from pathlib import Path
from typing import Any

from product_brief.config import PROJECT, Config
from product_brief.data.articles import BadDataError
from product_brief.data.licenses import COOKIE_CATS as LICENCE
from product_brief.kit import download
from product_brief.kit.intervals import Z, ratio_p, wilson

NAME = "cookie-cats"
URL = "https://raw.githubusercontent.com/Burak561/cookie-cats-ab-test/main/data/cookie_cats.csv"
ROWS, ARMS = 90_189, {"gate_30": 44_700, "gate_40": 45_489}
NEEDED = ("userid", "version", "sum_gamerounds", "retention_1", "retention_7")
FILE = PROJECT.data / NAME / "cookie_cats.csv"


def fetch(folder: Path, mirror: str | None) -> list[str]:
    """Bring the file here; returns what is wrong with it."""
    print(f"fetching Cookie Cats; license: {LICENCE}")
    path = folder / FILE.name
    download.fetch([download.Wanted(URL, path, _looks_whole)], "file", mirror)
    try:
        rows = _rows(path)
        arms = {arm: sum(row["version"] == arm for row in rows) for arm in ARMS}
        if len(rows) != ROWS or arms != ARMS or len({row["userid"] for row in rows}) != ROWS:
            raise BadDataError(
                f"{path.name} has {len(rows):,} players in arms of {tuple(arms.values())}, instead of {ROWS:,}"
            )
    except BadDataError:
        path.unlink()  # it is not what was published
        raise
    most = max(int(row["sum_gamerounds"]) for row in rows)
    return [f"the engagement is that of Cookie Cats: one player has {most:,} rounds, so no mean of rounds is compared"]


def measure(path: Path, config: Config) -> dict[str, Any]:
    """Retention on both days by arm, the difference with its interval, and the check of the arms."""
    rows = _rows(path)
    arms = {arm: [row for row in rows if row["version"] == arm] for arm in ARMS}
    control, treated = map(len, arms.values())
    p = ratio_p(control, treated, 0.5)
    measures = []
    for day in (1, 7):
        shares = [
            sum(row[f"retention_{day}"].casefold() == "true" for row in players) / len(players)
            for players in arms.values()
        ]
        error = (
            sum(share * (1 - share) / len(players) for share, players in zip(shares, arms.values(), strict=True)) ** 0.5
        )
        gap = shares[1] - shares[0]
        measures.append({
            "day": day,
            "shares": [round(share, 4) for share in shares],
            "intervals": [wilson(share, len(players)) for share, players in zip(shares, arms.values(), strict=True)],
            "difference": gap,
            "ci95": (gap - Z * error, gap + Z * error),
        })  # fmt: skip
    return {"players": len(rows), "arms": {arm: len(players) for arm, players in arms.items()}, "ratio_p": p,
            "is_doubtful": p < config.ratio_doubt, "measures": measures}  # fmt: skip


def _rows(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    rows = list(csv.DictReader(text.splitlines(), delimiter=max(",;\t", key=first.count)))
    if missing := [name for name in NEEDED if name not in (rows[0] if rows else {})]:
        raise BadDataError(f"{path.name} has no column {missing[0]!r}; its first line is: {first[:80]}")
    return rows


def _looks_whole(content: bytes) -> bool:
    """Two dialects are passed around, so no checksum fits both: its players and arms are counted once it is read."""
    return content[:3] != b"<!D" and content.count(b"\n") in (ROWS, ROWS + 1)
