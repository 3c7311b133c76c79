"""Project: lazy, read-only facts about one folder, or about a README alone. Nothing in it is ever run."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portfolio import history, phrases, readme
from portfolio.errors import PortfolioError, WrongUse
from portfolio.readme import Readme
from portfolio.topics import Reading

if TYPE_CHECKING:
    from portfolio.history import History
    from portfolio.ledger import Ledger
    from portfolio.record import Record

RECORD = ".portfolio.json"
RESULTS = "reports/metrics.json"
RUNS = "reports/runs/"
LARGEST = 2_000_000  # bytes of a text file that are read
MOST_FILES = 50_000
SHORT = 80  # words, of which one that speaks of machine learning is enough
NOT_OURS = frozenset(
    {".git", ".venv", "venv", "env", "node_modules", "__pycache__", ".tox", ".mypy_cache", ".ruff_cache"}
)
ORDER = (".md", ".markdown", ".mdown", ".rst", ".txt", "")
CODE = (".py", ".ipynb", ".r", ".jl", ".scala", ".js", ".ts", ".java", ".go", ".rs", ".cpp", ".c", ".cs", ".rb")
OF_TEMPLATE = {"image-api": "image", "recommender": "recommender", "forecast-dashboard": "forecast"}
COLLECTIONS = re.compile(
    r"\b(awesome|portfolios?|projects|collection|curated|resources|courses?|lectures?|tutorials?|curriculum|bootcamp"
    r"|notes|homeworks?|assignments|exercises|cheat ?sheets?|roadmap|study|learning path|algorithms|examples|books)\b"
)
PLURAL = re.compile(
    r"\b(projects|curated list|list of|collection of|my portfolio|portfolio of|awesome"
    r"|portfolio (?:demonstrat|showcas)\w+)\b"
)


class NothingToAudit(PortfolioError):
    """The folder is there, and nothing is in it."""

    exit_code = 3


@dataclass(frozen=True)
class Project:
    """A folder to audit."""

    folder: Path
    only_readme: Path | None = None  # when a file was named, and nothing beside it is looked at

    @cached_property
    def files(self) -> frozenset[str]:
        """Relative paths, with `/`, of what is tracked or would be; without git, of what is there."""
        if self.only_readme:
            return frozenset({self.only_readme.name})
        known = history.files(self.folder)
        if known:
            return frozenset(each for each in known[:MOST_FILES] if os.path.lexists(self.folder / each))
        return frozenset(self._walk())

    def _walk(self) -> list[str]:
        found: list[str] = []
        for at, folders, names in os.walk(self.folder):
            folders[:] = sorted(each for each in folders if each not in NOT_OURS)
            found += [Path(at, name).relative_to(self.folder).as_posix() for name in sorted(names)]
            if len(found) > MOST_FILES:
                break
        return found[:MOST_FILES]

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders that hold a file."""
        return frozenset(parent.as_posix() for each in self.files for parent in Path(each).parents)

    @cached_property
    def readme_path(self) -> str | None:
        """The README's path, in any case and of any kind; None without one."""
        names = [each for each in self.files if Path(each).stem.lower() == "readme" and each.count("/") < 2]
        known = [each for each in names if Path(each).suffix.lower() in ORDER]
        if self.only_readme:
            return self.only_readme.name
        at_home = [each for each in known if Path(each).parent.as_posix() in (".", ".github", "docs")]
        return min(
            at_home, key=lambda each: (each.count("/"), ORDER.index(Path(each).suffix.lower()), each), default=None
        )

    @cached_property
    def is_alone(self) -> bool:
        """Whether there is a README and nothing else to judge it by."""
        return not self.files - {self.readme_path, ".git"}

    @cached_property
    def readme_text(self) -> str:
        """Its text, whatever its bytes; empty without one."""
        return self.read(self.readme_path) if self.readme_path else ""

    @cached_property
    def readme(self) -> Readme:
        """Its README, parsed; without one, an empty one."""
        if self.readme_path and self.readme_path.lower().endswith(".rst"):
            from portfolio import restructured

            return restructured.parse(self.readme_text)
        return readme.parse(self.readme_text)

    @cached_property
    def reading(self) -> Reading:
        """Its README, understood."""
        return Reading(self.readme)

    def read(self, path: str) -> str:
        """A file's text with bad bytes replaced; empty if it cannot be read or lies outside the folder."""
        try:
            full = (self.folder / path).resolve()
            if not full.is_relative_to(self.folder.resolve()) or not full.is_file():
                return ""
            with full.open("rb") as file:
                content = file.read(LARGEST)
        except (OSError, ValueError):
            return ""
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16", errors="replace")
        return content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")

    def has(self, path: str) -> bool:
        """Whether a file or folder of that very name is there, from the top."""
        parts: list[str] = []
        for part in path.replace("\\", "/").split("/"):
            if part == ".." and parts:
                parts.pop()
            elif part == "..":
                return False
            elif part not in ("", "."):
                parts.append(part)
        clean = "/".join(parts)
        return not clean or clean in self.files or clean in self.folders

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The paths in which a regular expression is found, sorted."""
        return tuple(sorted(filter(re.compile(pattern).search, self.files)))

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        """Its pyproject.toml; empty if there is none or it is not TOML."""
        if "pyproject.toml" not in self.files:
            return {}
        import tomllib

        try:
            return tomllib.loads(self.read("pyproject.toml"))
        except (tomllib.TOMLDecodeError, RecursionError):
            return {}

    @cached_property
    def settings(self) -> dict[str, Any]:
        """`[tool.portfolio.audit]`; WrongUse if it is not what it should be."""
        match self.pyproject:
            case {"tool": {"portfolio": {"audit": settings}}}:
                return _checked(settings)
            case _:
                return {}

    @cached_property
    def record(self) -> Record | None:
        """What it was made of, if `portfolio new` made it."""
        if RECORD not in self.files:
            return None
        from portfolio import record

        try:
            return record.from_text(self.read(RECORD))
        except (ValueError, RecursionError):
            return None

    @property
    def results_path(self) -> str | None:
        """The declared results file, whether it is there or not; for a project of ours `reports/metrics.json`."""
        declared = self.settings.get("results")
        if declared:
            return str(declared)
        return RESULTS if self.record or RESULTS in self.files else None

    @cached_property
    def ledger(self) -> Ledger | None:
        """What its runs recorded; None if nothing is there or it cannot be read."""
        path = self.results_path
        if not path or not (self.folder / path).is_file():
            return None
        from portfolio import ledger

        try:
            found = ledger.read(self.read(path))
            runs: list[ledger.Json] = [ledger.read(self.read(each)).document for each in self.experiments]
        except (ValueError, RecursionError):
            return None
        return ledger.Ledger({**found.document, "runs": runs}) if runs else found

    @cached_property
    def experiments(self) -> tuple[str, ...]:
        """The files that record one experiment each."""
        folder = self.folder / RUNS
        if self.only_readme or not folder.is_dir():
            return ()
        return tuple(sorted(f"{RUNS}{each.name}" for each in folder.glob("*.json")))[:200]

    @property
    def has_run(self) -> bool:
        """Whether its results are there."""
        return self.ledger is not None

    @property
    def command(self) -> str:
        """What fills a project of ours with results."""
        packages = self.matching(r"^src/[^/]+/__main__\.py$")
        package = packages[0].split("/")[1] if packages else "PACKAGE"
        return f"uv run python -m {package} run"

    @cached_property
    def requirements(self) -> str:
        """Everything that declares dependencies, as one casefolded text."""
        named = self.matching(
            r"(^|/)(requirements[^/]*\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|Pipfile|environment\.ya?ml)$"
        )
        return "\n".join(self.read(each) for each in named[:20]).casefold()

    @cached_property
    def history(self) -> History | None:
        """Its commits, as far as they can be seen."""
        return None if self.only_readme else history.of(self.folder)

    @cached_property
    def notebooks(self) -> tuple[str, ...]:
        """Its notebooks."""
        return self.matching(r"\.ipynb$")

    @cached_property
    def profile(self) -> str:
        """Its kind: `image`, `tabular`, `forecast`, `recommender`, `notebook`, `collection` or `not-ml`."""
        if self.record:
            return OF_TEMPLATE.get(self.record.template, "tabular")
        if self._is_collection:
            return "collection"
        if not self._is_ml:
            return "not-ml"
        code = [each for each in self.files if each.lower().endswith(CODE)]
        if code and all(each.endswith(".ipynb") for each in code):
            return "notebook"
        return self._subject

    def _count(self, *path: str) -> int:
        """How many phrases of that list stand in the README or in its folder's name."""
        text = phrases.spoken(readme.words(self._called)) + self.reading.everything
        return sum(phrase in text for phrase in phrases.possible(self._vocabulary, *path))

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(self.reading.everything.split()) | frozenset(readme.words(self._called))

    @property
    def _called(self) -> str:
        """The folder's name as words; a README's own name where that says more."""
        name = self.folder.name
        if self.only_readme and self.only_readme.stem.casefold() != "readme":
            name = self.only_readme.stem
        return re.sub(r"[-_+.]", " ", name)

    @cached_property
    def _is_ml(self) -> bool:
        asks = any(each in self.requirements for each in phrases.entries("profiles", "ml", "packages"))
        found = self._count("profiles", "ml", "words")
        is_short = sum(len(each.words) for each in self.reading.prose) < SHORT
        return found >= 2 or (found >= 1 and (asks or is_short))

    @cached_property
    def _is_collection(self) -> bool:
        title = self.reading.title.title if self.reading.title else ""
        lead = " ".join(each.text for each in self.reading.lead[:3])
        is_called = bool(COLLECTIONS.search(f"{self._called} {title}".casefold()))
        is_said = bool(PLURAL.search(f"{title} {lead}".casefold()))
        outward = {each.target for each in self.readme.links if not each.is_image and not each.target.startswith("#")}
        return (is_called and (is_said or len(outward) >= 8)) or (is_said and len(outward) >= 8) or len(outward) > 80

    @property
    def _subject(self) -> str:
        counts = {name: self._count("profiles", name, "words") for name in ("image", "forecast", "recommender")}
        best = max(counts, key=lambda name: counts[name])
        return best if counts[best] >= 2 else "tabular"


def _checked(settings: Any) -> dict[str, Any]:
    match settings:
        case {"ignore": ignore} if not isinstance(ignore, dict) or not all(
            isinstance(each, str) for each in ignore.values()
        ):
            raise WrongUse(
                "[tool.portfolio.audit] ignore has to name a reason for each rule",
                'for example: ignore = { RFL701 = "a library: its limits are in its docs" }',
            )
        case {"results": results} if not isinstance(results, str) or Path(results).is_absolute() or ".." in results:
            raise WrongUse(
                "[tool.portfolio.audit] results has to be a path inside the project",
                'for example: results = "results.json"',
            )
        case dict() if unknown := settings.keys() - {"ignore", "results"}:
            raise WrongUse(
                f"[tool.portfolio.audit] has no setting {min(unknown)!r}", "the settings are: ignore, results"
            )
        case dict():
            return settings
        case _:
            raise WrongUse("[tool.portfolio.audit] is not a table", "see: portfolio rules")


def open_project(path: Path) -> Project:
    """The project at a folder, or at a README; WrongUse if there is neither."""
    if path.is_dir():
        found = Project(path.resolve())
        if not found.files:
            raise NothingToAudit(f"{path} holds no file", "name a project's folder, or a README")
        return found
    if path.is_file():
        return Project(path.resolve().parent, path.resolve())
    raise WrongUse(f"{path} is not there", "name a project's folder, or a README")
