"""Cookie Cats: a mobile game in which half of the new players met a waiting gate at level 40 instead of level 30.

`retention_7` says whether a player came back a week after installing; who did not has churned here. The file is passed
around with commas or semicolons, and with True or TRUE.
"""

import hashlib
from pathlib import Path

import pandas as pd

from churn_study.data.licenses import NOT_STATED
from churn_study.data.study import CHURNED, CUSTOMER, TREATED, BadDataError, Columns, as_flags
from churn_study.kit import download

NAME, LICENCE = "cookie-cats", NOT_STATED
URL = "https://raw.githubusercontent.com/Burak561/cookie-cats-ab-test/main/data/cookie_cats.csv"
ROWS, ARMS = 90_189, (44_700, 45_489)
NEEDED = ["userid", "version", "sum_gamerounds", "retention_1", "retention_7"]
COLUMNS = Columns(
    numeric=[],
    categorical=["retention_1"],
    after=["retention_1"],
    forbidden={"sum_gamerounds": "it counts rounds of the first fourteen days, a week of them after the outcome"},
)


def fetch(folder: Path, mirror: str | None) -> tuple[pd.DataFrame, Columns, str, list[str]]:
    """(rows, columns, sha256, what was wrong with them)."""
    print(f"fetching Cookie Cats; license: {LICENCE}")
    path = folder / "cookie_cats.csv"
    download.fetch([download.Wanted(URL, path, _looks_whole)], "file", mirror)
    rows = _read(path)
    arms = tuple(int((rows["version"] == each).sum()) for each in ("gate_30", "gate_40"))
    if len(rows) != ROWS or arms != ARMS or rows["userid"].duplicated().any():
        path.unlink()  # it is not what was published
        raise BadDataError(f"{path.name} has {len(rows):,} players in arms of {arms}, instead of {ROWS:,} in {ARMS}")
    table = pd.DataFrame({CUSTOMER: rows["userid"].astype(str), TREATED: rows["version"] == "gate_40"})
    table[CHURNED] = ~as_flags(rows["retention_7"], "retention_7")
    table["retention_1"] = as_flags(rows["retention_1"], "retention_1").map({True: "yes", False: "no"})
    table["sum_gamerounds"] = rows["sum_gamerounds"].astype(float)
    most, never = int(rows["sum_gamerounds"].max()), int((rows["sum_gamerounds"] == 0).sum())
    found = [
        f"one player has {most:,} rounds: no mean of rounds is compared",
        f"{never:,} players never played a round",
    ]
    return table, COLUMNS, hashlib.sha256(path.read_bytes()).hexdigest(), found


def _read(path: Path) -> pd.DataFrame:
    first = path.read_text(encoding="utf-8-sig", errors="replace").partition("\n")[0]
    rows = pd.read_csv(path, sep=max(",;\t", key=first.count), encoding="utf-8-sig")
    if missing := [name for name in NEEDED if name not in rows]:
        path.unlink()
        raise BadDataError(f"{path.name} has no column {missing[0]!r}; its first line is: {first[:80]}")
    return rows


def _looks_whole(content: bytes) -> bool:
    """Two dialects are passed around, so no checksum fits both: its players and arms are counted once it is read."""
    return content[:3] != b"<!D" and content.count(b"\n") in (ROWS, ROWS + 1)
