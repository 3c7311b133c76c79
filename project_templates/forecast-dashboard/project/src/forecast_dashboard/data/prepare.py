"""Draws, fetches or reads demand, finds what is wrong with it, and stores it in one file for the other steps.

Run as: python -m forecast_dashboard data [--data sample | victoria | FILE --time COL --value COL --tz ZONE]
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from forecast_dashboard.config import PROJECT, Config
from forecast_dashboard.data import features, quality, sample, table, victoria, weather
from forecast_dashboard.data.features import View
from forecast_dashboard.data.quality import Finding
from forecast_dashboard.data.series import BadDataError, Series
from forecast_dashboard.data.table import Columns, Read
from forecast_dashboard.kit import provenance

STORE = PROJECT.data / "series.npz"
MANIFEST = PROJECT.data / "manifest.json"
FEWEST_DAYS = 140  # below which a test of half of them means nothing
SAMPLE = "sample"
OF_SAMPLE = Columns("time", "demand", sample.ZONE, weather="temperature", holiday="holiday", area="area")


@dataclass(frozen=True)
class Request:
    """Which data are wanted."""

    source: str = SAMPLE  # or the name of a public collection, or a path
    columns: Columns | None = None  # of a file
    mirror: str | None = None  # where a public collection is fetched instead
    unit: str | None = None  # that values are in
    noun: str | None = None  # what they are: demand, production, …


@dataclass(frozen=True, kw_only=True)
class Manifest(provenance.Manifest):
    """Where the data come from, and what is wrong with them."""

    first: str  # local date
    last: str
    unit: str  # that values are in
    noun: str  # what they are
    missing: int  # intervals without a value that can be believed
    findings: list[dict[str, object]]


def prepare(request: Request, config: Config) -> Manifest:
    """Bring the data here and store them for the other steps."""
    commit, dirty = provenance.version(PROJECT.root)  # first: what the run writes must not count
    name, licence, found = _source(request, config)
    _check_length(found.series)
    series, findings = quality.clean(found.series, config)
    _check_gaps(series)
    manifest = Manifest(
        source=name,
        licence=licence,
        synthetic=request.source == SAMPLE,
        unit=request.unit or ("MW" if request.source in (SAMPLE, victoria.NAME) else "units"),
        noun=request.noun or "demand",
        rows=found.rows,
        first=str(series.date(0)),
        last=str(series.date(series.days - 1)),
        missing=int(np.isnan(series.demand).sum()),
        findings=[asdict(each) for each in findings],
        sha256=found.sha256,
        commit=commit,
        dirty=dirty,
        seed=config.seed,
    )
    manifest.save(MANIFEST)
    arrays = {"times": series.times, "demand": series.demand, "holiday": series.holiday}
    if series.temperature is not None:
        arrays["temperature"] = series.temperature
    np.savez(STORE, allow_pickle=False, areas=np.array(series.areas), zone=np.array(series.zone), **arrays)
    return manifest


def describe(manifest: Manifest) -> str:
    """What was found, in a line for each kind."""
    lines = [f"{manifest.source}: {manifest.rows:,} rows, {manifest.first} to {manifest.last}"]
    for each in manifest.findings:
        found = Finding(**each)  # type: ignore[arg-type]
        place = f" in {found.area}" if found.area else ""
        size = found.detail or f"{found.intervals} intervals"
        lines.append(f"  {found.kind}{place}: {found.first}, {size}")
    return "\n".join(lines)


def load() -> tuple[Series, Manifest]:
    """What `prepare` stored."""
    if not STORE.is_file():
        raise BadDataError("there are no data yet: run `python -m forecast_dashboard data` first")
    manifest = Manifest.load(MANIFEST)
    with np.load(STORE) as file:
        stored = {key: file[key] for key in file.files}
    return Series(
        tuple(stored["areas"].tolist()),
        stored["times"],
        stored["demand"],
        stored.get("temperature"),
        stored["holiday"],
        str(stored["zone"]),
    ), manifest


def view(series: Series, config: Config) -> View:
    """The data as features see them, with the weather forecasts of the time."""
    if series.temperature is None:
        return View(series)
    measured = View(series)
    whole = Series(series.areas, series.times, series.demand, features.measured(measured), series.holiday, series.zone)
    return View(whole, weather.emulated(whole, config))


def _source(request: Request, config: Config) -> tuple[str, str, Read]:
    """(name, licence, what was read)."""
    match request.source:
        case "sample":
            path = PROJECT.data / SAMPLE / "demand.csv"
            sample.draw(path, config.seed)
            return SAMPLE, "CC0-1.0", table.read(path, OF_SAMPLE)
        case victoria.NAME:
            (PROJECT.data / "victoria").mkdir(parents=True, exist_ok=True)
            return victoria.NAME, victoria.LICENCE, victoria.fetch_demand(PROJECT.data / "victoria", request.mirror)
        case path:
            place = Path(path)
            if not place.is_file():
                raise BadDataError(
                    f"{path!r} is neither 'sample' nor '{victoria.NAME}', and no file of that name is there"
                )
            if request.columns is None:
                raise BadDataError(f"which columns of {place.name}? Say --time COL --value COL --tz ZONE")
            return place.stem, provenance.licence(place.resolve().parent), table.read(place, request.columns)


def _check_length(series: Series) -> None:
    if series.days < FEWEST_DAYS:
        raise BadDataError(f"there are {series.days} whole days, and {FEWEST_DAYS} are needed to learn and to test")


def _check_gaps(series: Series) -> None:
    share = np.isnan(series.demand).mean(axis=1)
    for name, each in zip(series.areas, share, strict=True):
        if each > 0.2:
            raise BadDataError(
                f"{each:.0%} of the values of {name!r} are missing or not to be believed: a fifth may be"
            )
