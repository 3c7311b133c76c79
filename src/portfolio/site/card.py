"""One project as a recruiter sees it: what was measured, how surely, and what its author would do next."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portfolio.audit import deadline, engine
from portfolio.audit.pictures import SUFFIXES, Picture
from portfolio.audit.project import open_project
from portfolio.create import templates
from portfolio.errors import PortfolioError
from portfolio.site.author import Words, is_address
from portfolio.terminal import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.engine import Audit, Part
    from portfolio.audit.project import Project

MOST_ROWS, MOST_ITEMS, MOST_SKILLS = 40, 6, 10
LONGEST = 600  # characters of a paragraph
LONGEST_NAME = 120
LARGEST_PICTURE = 5_000_000  # bytes
UNTRUE = ("EVL402", "EVL403")  # the README's numbers are not those of the run, or of another one
DEMO = ("demo", "live demo", "app")
CODE = ("repository", "source", "source code", "code", "homepage")


class NotShown(PortfolioError):
    """A project that does not come onto the page."""


@dataclass(frozen=True)
class Row:
    """One measured number."""

    model: str
    split: str
    label: str
    value: float
    low: float
    high: float
    number: int  # of cases
    role: str
    more_is_better: bool

    def written(self, value: float) -> str:
        """A value with the digits of this row."""
        return number(value, like=max(abs(self.value), abs(self.high)))


@dataclass(frozen=True)
class Card:
    """Everything that is shown of one project."""

    name: str  # of its folder
    title: str
    summary: str
    role: str
    skills: tuple[str, ...]
    demo: str
    code: str
    picture: str  # its path in the project; empty without one
    picture_says: str
    main: Row
    baseline: Row | None
    is_clear: bool | None  # whether the interval of the difference leaves zero out; None where none is recorded
    is_synthetic: bool
    rows: tuple[Row, ...]  # of the main measure
    problem: str
    limitations: tuple[str, ...]
    next_steps: tuple[str, ...]
    checklist: tuple[Part, ...]

    @property
    def result(self) -> str:
        """The one sentence, with its interval."""
        main = self.main
        where = main.split.replace(" (", ", ").replace(")", "")
        said = (
            f"{main.label} {main.written(main.value)}, 95% interval {main.written(main.low)} to "
            f"{main.written(main.high)}, on {main.number:,} cases ({where})"
        )
        if self.baseline is None:
            return f"{said}."
        of_rival = f"the strongest other model, {self.baseline.model}, has {main.written(self.baseline.value)}"
        return f"{said}; {of_rival}{self._how_it_compares}."

    @property
    def _how_it_compares(self) -> str:
        """What the numbers alone do not say: that chance could explain it, or that the other is better."""
        if self.is_clear is False:
            return ", and chance could explain the difference"
        rival = self.baseline.value if self.baseline else self.main.value
        is_worse = rival > self.main.value if self.main.more_is_better else rival < self.main.value
        return ", which is better" if is_worse else ""


def of(path: Path, words: dict[str, Words]) -> tuple[Project, Card]:
    """The project and its card; NotShown where nothing is recorded, or where its README says something else."""
    try:
        with deadline.of():
            return _of(path, words)
    except deadline.TooSlow:
        said = f"{path} could not be read within {deadline.SECONDS:.0f} seconds"
        raise NotShown(said, "keep large files out of the repository") from None


def _of(path: Path, words: dict[str, Words]) -> tuple[Project, Card]:
    project = open_project(path)
    name = project.folder.name
    if project.results is None:
        raise NotShown(f"{name} has no recorded results", "run it, or name its results file in [tool.portfolio.audit]")
    rows = tuple(_rows(project.results.document))
    main = _main(rows, project.results.document)
    if main is None:
        hint = "each result needs model, role, metric, label, value, ci95 and n, as a generated project records them"
        raise NotShown(f"{name} records no result with an interval", hint)
    found = engine.audit(project, str(path))
    untrue = [each for each in found.results if each.is_finding and each.rule.code in UNTRUE]
    if untrue:
        raise NotShown(f"{name}: its README disagrees with its run: {untrue[0].message}", f"portfolio audit {path}")
    return project, _card(project, found, rows, main, words.get(name, Words()))


def _card(project: Project, found: Audit, rows: tuple[Row, ...], main: Row, words: Words) -> Card:
    same = tuple(row for row in rows if row.label == main.label)
    rivals = [row for row in same if row.role == "baseline" and row.split == main.split]
    baseline = (max if main.more_is_better else min)(rivals, key=lambda row: row.value, default=None)
    template = next((each for each in templates.all() if project.record and each.name == project.record.template), None)
    picture, says = next(_pictures(project), ("", ""))
    document: dict[str, Any] = project.results.document if project.results else {}
    name = project.folder.name
    return Card(
        name=name,
        title=words.title or (project.reading.title.title[:LONGEST_NAME] if project.reading.title else name),
        summary=words.summary,
        role=words.role or (template.role if template else ""),
        skills=words.skills or (template.skills if template else ())[:MOST_SKILLS],
        demo=words.demo or _address(project, DEMO),
        code=words.code or _address(project, CODE),
        picture=picture,
        picture_says=says,
        main=main,
        baseline=baseline,
        is_clear=_is_clear(document, main, baseline),
        is_synthetic=isinstance(data := document.get("data"), dict) and data.get("synthetic") is True,
        rows=same[:MOST_ROWS],
        problem=" ".join(_said(project, "problem"))[:LONGEST],
        limitations=tuple(_said(project, "limitations")),
        next_steps=tuple(_said(project, "next_steps")),
        checklist=found.checklist,
    )


def _rows(document: dict[str, Any]) -> Iterator[Row]:
    results = document.get("results")
    for row in results if isinstance(results, list) else ():
        match row:
            case {
                "model": str(model),
                "label": str(label),
                "value": Decimal() as value,
                "ci95": [Decimal() as low, Decimal() as high],
                "n": Decimal() as cases,
                **rest,
            }:
                yield Row(
                    model=model[:LONGEST_NAME],
                    split=str(rest.get("split") or "test")[:LONGEST_NAME],
                    label=label[:LONGEST_NAME],
                    value=float(value),
                    low=float(low),
                    high=float(high),
                    number=int(cases),
                    role=str(rest.get("role", "")),
                    more_is_better=rest.get("higher_is_better") is not False,
                )


def _main(rows: tuple[Row, ...], document: dict[str, Any]) -> Row | None:
    """The first result of the model that is served, else of any model."""
    data = document.get("data")
    served = data.get("served") if isinstance(data, dict) else None
    models = [row for row in rows if row.role == "model"]
    return next((row for row in models if row.model == served), models[0] if models else None)


def _is_clear(document: dict[str, Any], main: Row, baseline: Row | None) -> bool | None:
    compared = document.get("comparisons")
    if baseline is None or not isinstance(compared, list):
        return None
    for each in compared:
        match each:
            case {
                "of": main.model,
                "against": baseline.model,
                "split": main.split,
                "ci95": [Decimal() as low, Decimal() as high],
            }:
                return low > 0 or high < 0
    return None


def _said(project: Project, topic: str) -> Iterator[str]:
    """The items, or paragraphs, of a part of the README, each within bounds; where there are any, those by hand."""
    items = project.reading.about(topic).items
    by_hand = [each for each in items if not any(each.line in block for block in project.report_blocks)]
    for passage in (by_hand or items)[:MOST_ITEMS]:
        yield passage.text if len(passage.text) <= LONGEST else f"{passage.text[:LONGEST]}…"


def _pictures(project: Project) -> Iterator[tuple[str, str]]:
    """(path, what it shows) of the README's pictures that lie in the project and can be opened."""
    home = Path(project.readme_path or "").parent
    for image in project.readme.images:
        path = (home / image.target).as_posix()
        if Path(path).suffix.lower() in SUFFIXES and project.file(path):
            file, shown = project.file(path), project.picture(path)
            if file and isinstance(shown, Picture) and not shown.is_flat and file.stat().st_size <= LARGEST_PICTURE:
                yield path, image.alt or "A picture of the project"


def _address(project: Project, names: tuple[str, ...]) -> str:
    """What `[project.urls]` calls by one of these names, if a page may link to it."""
    match project.pyproject:
        case {"project": {"urls": dict(urls)}}:
            named = {name.casefold(): address for name, address in urls.items() if isinstance(address, str)}
            return next((named[name] for name in names if is_address(named.get(name, ""))), "")
        case _:
            return ""
