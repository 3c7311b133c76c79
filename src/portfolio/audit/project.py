"""Project: lazy, read-only facts about one folder, or about a README alone. Nothing in it is ever run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portfolio import record
from portfolio.audit import documents, folder, kind, own_share, pictures, settings
from portfolio.audit.evidence import Evidence
from portfolio.audit.topics import Reading
from portfolio.errors import PortfolioError, WrongUse
from portfolio.git import history
from portfolio.readme import blocks, markdown, pages

if TYPE_CHECKING:
    from portfolio.audit.folder import Listing
    from portfolio.audit.own_share import Ownership
    from portfolio.audit.pictures import Picture
    from portfolio.audit.results_file import Results
    from portfolio.audit.settings import Settings
    from portfolio.git.history import History
    from portfolio.readme.model import Readme
    from portfolio.readme.pages import Page
    from portfolio.record import Record

RESULTS = "reports/metrics.json"
RUNS = "reports/runs/"
LARGEST = 2_000_000  # bytes of a text file that are read
MOST_RUNS = 200
MOST_MEMBERS = 30
MOST_READ = 60  # programs, to see what they import
IMPORT = re.compile(r"(?:^|[\"'])[ \t]{0,16}(?:import|from) ([A-Za-z_][\w.]{0,60})", re.M)
OF_A_MEMBER = r"(?i)^[^/]+/(?:[^/]+/)?readme(\.(md|rst|txt|markdown))?$"
NAMED_IN = {
    "setup.cfg": re.compile(r"(?m)^name\s?=\s?([\w.-]{1,80})"),
    "setup.py": re.compile(r"\bname\s?=\s?[\"']([\w.-]{1,80})[\"']"),
    "DESCRIPTION": re.compile(r"(?m)^Package: ([\w.]{1,80})"),
}
ORDER = (".md", ".markdown", ".mdown", ".rst", ".org", ".adoc", ".asciidoc", ".rmd", ".qmd", ".txt", "")
README = re.compile(r"readme(?:[._-](?P<language>[a-z]{2,3}(?:[_-][a-z]{2,4})?))?", re.I)


class NothingToAudit(PortfolioError):
    """The folder is there, and nothing is in it."""

    exit_code = 3


@dataclass(frozen=True)
class Project:
    """A folder to audit, or a README alone."""

    folder: Path
    only_readme: Path | None = None  # when a file was named, and nothing beside it is looked at

    @cached_property
    def listing(self) -> Listing:
        """What is there, as far as it was listed."""
        return folder.Listing(frozenset({self.only_readme.name})) if self.only_readme else folder.listed(self.folder)

    @property
    def files(self) -> frozenset[str]:
        """Relative paths, with `/`, of what is tracked or would be; without git, of what is there."""
        return self.listing.files

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders that hold a file."""
        return frozenset(parent.as_posix() for each in self.files for parent in Path(each).parents)

    @cached_property
    def readme_path(self) -> str | None:
        """The README's path, in any case and of any kind; None without one."""
        if self.only_readme:
            return self.only_readme.name
        near = (each for each in self.files if Path(each).parent.as_posix() in (".", ".github", "docs"))
        return min((rank for each in near if (rank := _rank(each))), default=(0, 0, 0, None))[-1]

    @cached_property
    def is_alone(self) -> bool:
        """Whether there is a README and nothing else to judge it by."""
        return not self.files - {self.readme_path, ".git"}

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The README and the pages that it leads to (in a project of ours, those of `docs/`); without one, nothing."""
        if not self.readme_path:
            return ()
        reach = pages.linked if self.record else pages.pointed_to
        linked = () if self.only_readme else reach(self._first_page)
        paths = [self.readme_path, *(each for each in linked if each in self.files and each != self.readme_path)]
        return pages.numbered(
            [(path, self._first_text if path == self.readme_path else self.read(path)) for path in paths]
        )

    @cached_property
    def _first_text(self) -> str:
        return self.read(self.readme_path) if self.readme_path else ""

    @cached_property
    def _first_page(self) -> Readme:
        """The README alone, parsed; without one, an empty one."""
        text = self._first_text
        match Path(self.readme_path or "").suffix.lower():
            case ".rst":
                from portfolio.readme import restructured

                return restructured.parse(text)
            case ".org" | ".adoc" | ".asciidoc" as suffix:
                from portfolio.readme import other_markup

                return markdown.parse(other_markup.markdown_of(text, suffix))
            case _:
                return markdown.parse(text)

    @cached_property
    def readme_text(self) -> str:
        """The text of all its pages, whatever their bytes; empty without a README."""
        return "".join(page.text for page in self.pages)

    @cached_property
    def readme(self) -> Readme:
        """All its pages, parsed; without a README, an empty one."""
        if len(self.pages) < 2:
            return self._first_page
        first, *others = self.pages
        return pages.joined([(first, self._first_page), *((page, markdown.parse(page.text)) for page in others)])

    def place(self, line: int | None) -> tuple[str | None, int | None]:
        """The file in which a line of the README stands, and its number there."""
        return (self.readme_path, None) if line is None or not self.pages else pages.place(self.pages, line)

    @cached_property
    def reading(self) -> Reading:
        """Its README, with what can be told of its language and topics."""
        return Reading(self.readme)

    def file(self, path: str) -> Path | None:
        """The regular file of that path; None where there is none inside the folder."""
        return folder.regular_file(self.folder, path)

    def content(self, path: str, most: int = LARGEST) -> bytes:
        """A file's first bytes; none if it cannot be read or lies outside the folder."""
        return folder.content(self.folder, path, most) or b""

    def read(self, path: str) -> str:
        """A file's text with bad bytes replaced; empty if it cannot be read or lies outside the folder."""
        content = self.content(path)
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

    def matching(self, pattern: str | re.Pattern[str]) -> tuple[str, ...]:
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
    def settings(self) -> Settings:
        """Its `[tool.portfolio.audit]` settings; WrongUse if they cannot be understood."""
        return settings.read(self.pyproject)

    @cached_property
    def record(self) -> Record | None:
        """What it was made of, if `portfolio new` made it."""
        if record.NAME not in self.files:
            return None
        try:
            return record.from_text(self.read(record.NAME))
        except ValueError:
            return None

    @property
    def results_path(self) -> str | None:
        """The declared results file, whether it is there or not; for a project of ours `reports/metrics.json`."""
        if self.settings.results:
            return self.settings.results
        return RESULTS if self.record or RESULTS in self.files else None

    @cached_property
    def results(self) -> Results | None:
        """What its runs recorded; None if nothing is there or it cannot be read."""
        path = self.results_path
        if not path or not self.file(path):
            return None
        from portfolio.audit import results_file

        try:
            recorded = results_file.read(self.read(path))
            runs: list[documents.Json] = [results_file.read(self.read(run)).document for run in self.experiments]
        except ValueError:
            return None
        return results_file.Results({**recorded.document, "runs": runs}) if runs else recorded

    @cached_property
    def report_blocks(self) -> tuple[range, ...]:
        """The lines of its pages that a run fills."""
        return blocks.lines(self.readme_text)

    @cached_property
    def experiments(self) -> tuple[str, ...]:
        """The files that record one experiment each."""
        runs = self.folder / RUNS
        if self.only_readme or not runs.is_dir() or not runs.resolve().is_relative_to(self.folder):
            return ()
        return tuple(sorted(f"{RUNS}{file.name}" for file in runs.glob("*.json")))[:MOST_RUNS]

    @property
    def has_run(self) -> bool:
        """Whether its results file is there and can be read."""
        return self.results is not None

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
    def own(self) -> Ownership | None:
        """How much of a project of ours is its author's."""
        return own_share.of(self)

    @cached_property
    def notebooks(self) -> tuple[str, ...]:
        """The paths of its notebooks."""
        return self.matching(r"\.ipynb$")

    def picture(self, path: str) -> Picture | str:
        """What a picture shows, or why it cannot be opened; each is looked at once."""
        if path not in self._pictures:
            file = self.file(path)
            self._pictures[path] = pictures.look(file) if file else "not there"
        return self._pictures[path]

    @cached_property
    def _pictures(self) -> dict[str, Picture | str]:
        return {}

    @cached_property
    def profile(self) -> str:
        """Its kind: as recorded when `portfolio new` made it, else worked out from what is there."""
        if self.record and self.record.profile in kind.KINDS:
            return self.record.profile
        name = self.only_readme.stem if self.only_readme and self.only_readme.stem.casefold() != "readme" else ""
        signs = kind.Signs(
            reading=self.reading,
            name=name,
            declared=self.requirements,
            files=self.files,
            members=self.members,
            package=self._package,
            imported=lambda: self._imported,
        )
        return kind.of(signs)

    @cached_property
    def evidence(self) -> Evidence:
        """What it has and its README hides."""
        return Evidence(self)

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The folders, one or two levels down, that have a README and a program or notebook of their own."""
        homes = {path.rpartition("/")[0] for path in self.matching(OF_A_MEMBER)}
        coded = {parent.as_posix() for path in self.files if path.endswith((".py", ".ipynb", ".R", ".Rmd"))
                 for parent in Path(path).parents}  # fmt: skip
        return tuple(sorted(home for home in homes & coded if not kind.NOT_A_MEMBER.match(home)))[:MOST_MEMBERS]

    @property
    def own_projects(self) -> dict[str, Project]:
        """A collection's projects, by their folder."""
        return {member: Project(self.folder / member) for member in self.members}

    @property
    def _package(self) -> str:
        """The name under which others install it."""
        match self.pyproject:
            case {"project": {"name": str(name)}} | {"tool": {"poetry": {"name": str(name)}}}:
                return name
        for path, pattern in NAMED_IN.items():
            if path in self.files and (found := pattern.search(self.read(path))):
                return found[1]
        return ""

    @cached_property
    def _imported(self) -> frozenset[str]:
        """The top names of what its programs and notebooks import, as far as the first of them show."""
        programs = [*self.matching(r"\.py$")[:MOST_READ], *self.notebooks[: MOST_READ // 4]]
        return frozenset(name.partition(".")[0] for path in programs for name in IMPORT.findall(self._beginning(path)))

    def _beginning(self, path: str) -> str:
        return self.content(path, 200_000 if path.endswith(".ipynb") else 6_000).decode("utf-8", "replace")


def _rank(path: str) -> tuple[int, int, int, str] | None:
    """How far a file is from the usual README: in its place, its language, its markup; None if it is none at all."""
    name, suffix = Path(path).stem, Path(path).suffix.lower()
    if suffix not in ORDER and README.fullmatch(Path(path).name):
        name, suffix = Path(path).name, ""  # README.es
    found = README.fullmatch(name)
    if found is None or suffix not in ORDER:
        return None
    language = (found["language"] or "").lower()
    return path.count("/"), 0 if not language else 1 if language.startswith("en") else 2, ORDER.index(suffix), path


def open_project(path: Path) -> Project:
    """The project at a folder, or at a README; WrongUse if there is neither."""
    if path.is_dir():
        found = Project(path.resolve())
        if not found.files:
            raise NothingToAudit(f"{path} holds no file", "name a project's folder, or a README")
        return found
    if path.is_file():
        if path.suffix.lower() not in ORDER:
            raise WrongUse(f"{path} is not a README", "name a project's folder, or a page of text such as README.md")
        return Project(path.resolve().parent, path.resolve())
    raise WrongUse(f"{path} is not there", "name a project's folder, or a README")
