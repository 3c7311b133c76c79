"""Draws, fetches or reads customers, checks what is wrong with them, and stores them for the other steps.

Run as: python -m churn_study data [--data sample | telco | cookie-cats | FILE.csv --id ID --churned COLUMN …]
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from churn_study.config import PROJECT, Config
from churn_study.data import cookie_cats, own, sample, store, telco
from churn_study.data.own import Named
from churn_study.data.study import (
    CHURNED,
    CUSTOMER,
    DATE,
    EXPERIMENT,
    HISTORY,
    OBSERVED,
    PART,
    TREATED,
    BadDataError,
    Columns,
    Study,
)  # fmt: skip
from churn_study.decision.words import many
from churn_study.kit import provenance

MANIFEST = PROJECT.data / "manifest.json"
SAMPLE = "sample"
PUBLISHED = {telco.NAME: telco, cookie_cats.NAME: cookie_cats}
SQL = Path(__file__).parents[1] / "sql"
MOST_NOISE = 10  # of either outcome in an arm, below which nothing is compared
RANDOMIZED, BY_CHOICE = "randomized", "observed"  # how a treatment came to those who got it
NOUNS = {cookie_cats.NAME: "player"}
OFFERS = {SAMPLE: "the retention offer", cookie_cats.NAME: "a gate at level 40 instead of 30"}
OF_SAMPLE = Columns(
    numeric=["price", "tenure", "sessions", "sessions_change", "features_used", "hours_to_solve"],
    categorical=["contract", "tickets", "plan", "channel"],
    forbidden={
        "retention_call": "it is filled in when somebody cancels",
        "revenue": "it counts the 60 days in which the outcome happens",
        "sessions_after": "it counts the 60 days in which the outcome happens",
        "days_after": "it counts the 60 days in which the outcome happens",
        "revenue_before": "it is the price, twice; kept for the experiment",
    },
    money="price",
    placebo="late_payments",
    before={"revenue": "revenue_before"},
    ratios={"sessions_per_day": ("sessions_after", "days_after")},
)


@dataclass(frozen=True)
class Request:
    """Which customers are wanted."""

    source: str = SAMPLE  # or the name of a public data set, or a path
    mirror: str | None = None  # where a public data set is fetched instead
    noun: str | None = None  # what one of them is
    offer: str | None = None  # what those who were treated got
    assigned: str = BY_CHOICE
    named: Named = field(default_factory=Named)


@dataclass(frozen=True, kw_only=True)
class Manifest(provenance.Manifest):
    """Where the customers came from; `rows` counts them at all moments."""

    noun: str
    offer: str  # what those who were treated got; empty where nobody was
    customers: int
    churned: float  # share of all rows
    columns: dict[str, Any]
    parts: dict[str, int]  # rows for each use
    found: list[str]  # what is wrong with the data

    @property
    def described(self) -> Columns:
        """What the columns are for."""
        given = dict(self.columns)
        return Columns(**{**given, "ratios": {name: (a, b) for name, (a, b) in given["ratios"].items()}})


def prepare(request: Request, config: Config) -> Manifest:
    """Bring the customers here and store them for the other steps."""
    commit, dirty = provenance.version(PROJECT.root)  # first: what the run writes must not count
    name, licence, tables, rows, columns, sha256, found = _source(request, config)
    rows = in_parts(rows, request)
    check(rows, request, config, found)
    has_effect = bool(rows[TREATED].any())
    manifest = Manifest(
        source=name,
        licence=licence,
        synthetic=request.source == SAMPLE,
        rows=len(rows),
        sha256=sha256,
        commit=commit,
        dirty=dirty,
        seed=config.seed,
        noun=request.noun or NOUNS.get(request.source, "customer"),
        offer=request.offer or OFFERS.get(request.source, request.named.treated or "") if has_effect else "",
        customers=int(rows[CUSTOMER].nunique()),
        churned=round(float(rows[CHURNED].mean()), 4),
        columns=asdict(columns),
        parts=rows[PART].value_counts().sort_index().to_dict(),
        found=found,
    )
    store.write({**tables, "snapshots": rows})
    if request.source == SAMPLE:
        store.add({"regions": store.query((SQL / "regions.sql").read_text(encoding="utf-8"))})
    manifest.save(MANIFEST)
    return manifest


def describe(manifest: Manifest) -> str:
    """What was found, in a few lines."""
    parts = ", ".join(f"{number:,} {part}" for part, number in manifest.parts.items())
    said = (
        f"{manifest.source}: {manifest.customers:,} {many(manifest.noun)}, {100 * manifest.churned:.2f}% churned; "
        f"rows: {parts}"
    )
    return "\n".join([said, *(f"found: {each}" for each in manifest.found)])


def load() -> tuple[Study, Manifest]:
    """What `prepare` stored."""
    if not (store.DATABASE.is_file() and MANIFEST.is_file()):
        raise BadDataError("there are no customers yet: run `python -m churn_study data` first")
    manifest = Manifest.load(MANIFEST)
    rows = store.query("SELECT * FROM snapshots")
    return Study(rows, manifest.described), manifest


def _source(
    request: Request, config: Config
) -> tuple[str, str, Mapping[str, pd.DataFrame], pd.DataFrame, Columns, str, list[str]]:
    """(name, license, tables beside the rows, rows, columns, sha256, what is wrong with them)."""
    if request.source == SAMPLE:
        tables = sample.draw(config.seed, config.customers)
        store.write(tables)
        rows = store.query((SQL / "features.sql").read_text(encoding="utf-8"))
        digest = hashlib.sha256(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()).hexdigest()
        return SAMPLE, "CC0-1.0", tables, with_offers(rows, tables), OF_SAMPLE, digest, _of_sample(tables)
    if request.source in PUBLISHED:
        module, folder = PUBLISHED[request.source], PROJECT.data / request.source
        folder.mkdir(parents=True, exist_ok=True)
        rows, columns, digest, found = module.fetch(folder, request.mirror)
        return request.source, module.LICENCE, {}, rows, columns, digest, found
    path = Path(request.source).resolve()
    if not path.is_file():
        known = ", ".join(repr(each) for each in (SAMPLE, *PUBLISHED))
        raise BadDataError(f"{request.source!r} is none of {known}, and no file of that name is there")
    rows, columns, digest, found = own.read(path, request.named)
    return path.stem, provenance.licence(path.parent), {}, rows, columns, digest, found


def with_offers(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Who had got the offer by then, from the log of offers and from that of the experiment."""
    exposed = tables["exposures"]
    lot = exposed[(exposed["experiment"] == "retention offer") & (exposed["arm"] == "treatment")]
    given = pd.concat([tables["offers"][["customer", "date"]], lot[["customer", "date"]]]).assign(treated=True)
    merged = rows.merge(given, how="left", on=["customer", "date"])
    return merged.assign(treated=merged[TREATED].fillna(False).astype(bool))


def _of_sample(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    arms = tables["exposures"].groupby(["experiment", "arm"]).size()
    tour = arms["product tour"]
    return [
        "`retention_call` is filled in after a cancellation: it knows the outcome, and no model may see it",
        "`hours_to_solve` is missing for whoever had no ticket: that is no mistake, and no zero",
        f"the experiment “product tour” has arms of {tour['control']:,} and {tour['treatment']:,}: records were lost",
        "account managers wrote down whom they gave the offer to, and not why",
    ]


def in_parts(rows: pd.DataFrame, request: Request) -> pd.DataFrame:
    """With all columns that every row has: a history of those who got nothing, and those with whom it was tried."""
    if PART in rows:
        return rows
    rows = rows.assign(**{DATE: rows.get(DATE, pd.NaT)})
    if TREATED not in rows or rows[TREATED].nunique() < 2:
        return rows.assign(**{PART: HISTORY, TREATED: False})
    is_lot = request.source == cookie_cats.NAME or request.assigned == RANDOMIZED
    tried = rows.assign(**{PART: EXPERIMENT if is_lot else OBSERVED})
    return pd.concat([rows[~rows[TREATED]].assign(**{PART: HISTORY}), tried], ignore_index=True)


def check(rows: pd.DataFrame, request: Request, config: Config, found: list[str]) -> None:
    """What nothing could be said of is refused."""
    churned, number = int(rows[CHURNED].sum()), len(rows)
    if churned in (0, number):
        raise BadDataError(
            f"{'nobody' if not churned else 'everybody'} churned: there is nothing to compare or to learn"
        )
    history = rows[rows[PART] == HISTORY][CHURNED]
    least = min(int(history.sum()), int((~history).sum()))
    if least < config.fewest:
        raise BadDataError(
            f"{len(history):,} rows without a treatment, {int(history.sum()):,} of them churned, are too few: at "
            f"least {config.fewest} who churned and {config.fewest} who stayed are needed to say anything"
        )
    tried = rows[rows[PART].isin((OBSERVED, EXPERIMENT))]
    fewest = tried.groupby(TREATED)[CHURNED].agg(["sum", "size"]) if len(tried) else None
    if fewest is not None and min(fewest["sum"].min(), (fewest["size"] - fewest["sum"]).min()) < MOST_NOISE:
        raise BadDataError(f"one arm has fewer than {MOST_NOISE} who churned or who stayed: no effect can be estimated")
    if request.named.treated and not rows[TREATED].any():
        found.append(f"`{request.named.treated}` has one value: of its effect, nothing can be said")
