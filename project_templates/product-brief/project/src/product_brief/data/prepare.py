"""Draws, fetches or reads articles and cases, checks them, and stores them for the other steps.

Run as: python -m product_brief data [--data sample | usajobs | stackfaq | cookie-cats | FOLDER | FILE.csv]
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from product_brief.config import CASES, PROJECT, Config
from product_brief.data import cases as case_files
from product_brief.data import drafts, licenses, own, sample, stackfaq, usajobs
from product_brief.data.articles import Article, BadDataError, Case, Faq, collect, is_tested
from product_brief.kit import provenance, results
from product_brief.kit.intervals import Z
from product_brief.usage import cookie_cats

MANIFEST, ARTICLES = PROJECT.data / "manifest.json", PROJECT.data / "articles.json"
DRAWN = PROJECT.reports / "cases.json"  # hashes of what `data` wrote: whether somebody has edited it since
HIDDEN = PROJECT.data / "cases.csv"  # where the cases are kept whose license forbids to publish them
SAMPLE = "sample"
SIMULATED, PLAYERS = "simulated users", cookie_cats.NAME  # where the measures of users come from
FEWEST = 10  # tested cases, below which no share means anything


@dataclass(frozen=True, kw_only=True)
class Manifest(provenance.Manifest):
    """Where the articles came from; `rows` counts them."""

    usage: str  # whose events are measured until the service has some
    cases: int
    found: list[str]  # what is wrong with the data


def prepare(source: str, mirror: str | None, config: Config) -> Manifest:
    """Bring the articles and their cases here."""
    commit, dirty = provenance.version(PROJECT.root)  # first: what the run writes must not count
    articles, drawn, name, licence, found = _source(source, mirror, config)
    faq, problems = collect(articles)
    drafted = drawn is None
    cases = drafts.draft(faq) if drawn is None else drawn
    path = cases_path(licence)
    cases, kept = _written(path, cases, faq)
    found += [*problems, *kept, *_of_cases(cases, drafted and not kept, config)]
    manifest = Manifest(
        source=name,
        licence=licence,
        synthetic=source in (SAMPLE, cookie_cats.NAME),
        rows=len(faq.articles),
        sha256=faq.sha256,
        commit=commit,
        dirty=dirty,
        seed=config.seed,
        usage=PLAYERS if source == cookie_cats.NAME else SIMULATED,
        cases=len(cases),
        found=found,
    )
    results.write(ARTICLES, {"articles": [asdict(each) for each in faq.articles]})
    manifest.save(MANIFEST)
    return manifest


def describe(manifest: Manifest) -> str:
    """What was found, in a few lines."""
    said = f"{manifest.source}: {manifest.rows:,} articles, {manifest.cases:,} cases"
    return "\n".join([said, *(f"found: {each}" for each in manifest.found)])


def load(config: Config) -> tuple[Faq, list[Case], Manifest]:
    """What `prepare` stored, with the cases as they stand in their file now."""
    if not (ARTICLES.is_file() and MANIFEST.is_file()):
        raise BadDataError("there are no articles yet: run `python -m product_brief data` first")
    manifest = Manifest.load(MANIFEST)
    faq = Faq(tuple(Article(**each) for each in json.loads(ARTICLES.read_text(encoding="utf-8"))["articles"]))
    cases = case_files.read(cases_path(manifest.licence), faq)
    tested = sum(is_tested(case, config.test_share) for case in cases)
    if min(tested, len(cases) - tested) < FEWEST:
        raise BadDataError(
            f"{len(cases)} cases are too few: {tested} of them are tested, and the others have to choose"
        )
    return faq, cases, manifest


def cases_path(licence: str) -> Path:
    """Where the evaluation set is."""
    return CASES if licenses.cases_may_be_shown(licence) else HIDDEN


def needed_cases(config: Config) -> int:
    """How many tested cases give an interval of the half width that is asked for, whatever the share."""
    return math.ceil((Z / config.half_width) ** 2 / 4)


def _source(
    source: str, mirror: str | None, config: Config
) -> tuple[list[Article], list[Case] | None, str, str, list[str]]:
    """(articles, cases if they are known, name, license, what is wrong with them)."""
    folder = PROJECT.data / source if source in (usajobs.NAME, stackfaq.NAME, cookie_cats.NAME) else PROJECT.data
    folder.mkdir(parents=True, exist_ok=True)
    if source in (SAMPLE, cookie_cats.NAME):
        found = cookie_cats.fetch(folder, mirror) if source == cookie_cats.NAME else []
        return *sample.draw(config.seed), SAMPLE, "CC0-1.0", found
    if source == usajobs.NAME:
        return usajobs.fetch(folder, mirror), None, source, licenses.USAJOBS, []
    if source == stackfaq.NAME:
        return *stackfaq.fetch(folder, mirror), source, licenses.STACKFAQ, []
    path = Path(source).resolve()
    if not path.exists():
        known = ", ".join(map(repr, (SAMPLE, usajobs.NAME, stackfaq.NAME, cookie_cats.NAME)))
        raise BadDataError(f"{source!r} is none of {known}, and no file or folder of that name is there")
    beside = (path if path.is_dir() else path.parent) / "cases.csv"
    articles = own.read(path)
    cases = case_files.read(beside, collect(articles)[0]) if beside.is_file() and beside != CASES else None
    return articles, cases, path.stem, provenance.licence(path if path.is_dir() else path.parent), []


def _written(path: Path, cases: Sequence[Case], faq: Faq) -> tuple[list[Case], list[str]]:
    """The cases as they are in the file now, and whether it is one that somebody has edited: then it stays."""
    text = case_files.as_text(cases)
    if _is_edited(path) and path.read_text(encoding="utf-8-sig") != text:
        try:
            return case_files.read(path, faq), [f"{path.name} has been edited, and is kept as it is"]
        except BadDataError as error:
            told = f"{error}. It was edited for other articles: move it away, and new cases are written"
            raise BadDataError(told) from error
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    results.write(DRAWN, {**_drawn(), path.parent.name: _hash(text)})
    if path == HIDDEN and not _is_edited(CASES):
        CASES.unlink(missing_ok=True)  # cases of other articles, which are not those that are measured
    return case_files.read(path, faq), []


def _is_edited(path: Path) -> bool:
    """Whether a file of cases is not as `data` wrote it."""
    return path.is_file() and _hash(path.read_text(encoding="utf-8-sig")) != _drawn().get(path.parent.name)


def _drawn() -> dict[str, str]:
    """Folder of a file of cases → SHA-256 of what `data` wrote there."""
    return results.read(DRAWN) if DRAWN.is_file() else {}


def _of_cases(cases: Sequence[Case], drafted: bool, config: Config) -> list[str]:
    found = []
    if drafted:
        found.append("nobody wrote cases: titles of articles stand in, so no launch can be advised")
    if (tested := sum(is_tested(case, config.test_share) for case in cases)) < config.fewest_cases:
        found.append(f"{tested} tested cases are few: {config.fewest_cases} are asked for before a launch")
    return found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
