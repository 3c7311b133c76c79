"""What a repository has and its README hides: pictures, measured numbers, a demo's address, ways to run it."""

from __future__ import annotations

import csv
import itertools
import posixpath
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from portfolio.audit import documents, phrases
from portfolio.audit.metric_tables import is_metric
from portfolio.audit.pictures import SUFFIXES, Picture
from portfolio.readme.words import spoken, words
from portfolio.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portfolio.audit.documents import Json
    from portfolio.audit.project import Project

MOST_LOOKED_AT = 12  # pictures that are opened
MOST_READ = 8  # results files, notebooks
MOST_SEARCHED = 40  # files, for an address
MOST_ROWS, MOST_MEASURES = 6, 4  # of a table to paste
# In the name of a picture, the most telling first.
TELLING = (
    *("confusion", "result", "roc", "importance", "residual", "forecast", "prediction", "comparison"),
    *("screenshot", "dashboard", "demo", "app", "ui", "plot", "curve", "metric", "loss", "accuracy", "eda", "heatmap"),
)
OF_DATA = re.compile(r"(^|/)(data|datasets?|raw|train\w*|test\w*|val\w*|samples?|icons?|static|\.github)/", re.I)
DRAWING = re.compile(
    r"(^|[/_-])(logo|icon|favicon|banner|avatar|badge|sprite|background|profile)\w{0,20}[._-]?\w{0,20}\.", re.I
)
RESULTS = re.compile(
    r"(^|/)[\w.-]{0,60}(metric|result|score|eval|report|performance|leaderboard|comparison|benchmark)"
    r"[\w.-]{0,60}\.(json|csv)$",
    re.I,
)
LICENCE = re.compile(r"(^|/)(data|datasets?)/(.{0,80}/)?(licen[cs]e|terms|copyright)[\w.-]{0,20}$", re.I)
CONFIGURED = re.compile(r"\.(toml|ya?ml|json|html|py|tf|cfg|js|ts|tsx|sh)$|(^|/)(Procfile|CNAME|\.env\.example)$")
ADDRESS = re.compile(r"https://[\w.-]{1,80}/?[\w./-]{0,80}")
NOT_FOR_PEOPLE = re.compile(r"/api\b|s3\.|localhost|example\.(com|org)|your|\.git$|/static/|cdn", re.I)
MAIN = ("main.py", "app.py", "train.py", "run.py", "server.py", "streamlit_app.py", "src/main.py", "src/app.py",
        "src/train.py", "app/main.py", "app/app.py")  # fmt: skip
PRINTED = re.compile(r"\b(accuracy|f1|rmse|mae|auc|r2|precision|recall)\b[^\n\d]{0,20}(\d?\.\d{2,6})", re.I)
OUTPUT_PICTURE = '"image/png"'


@dataclass(frozen=True)
class Measured:
    """Numbers that some file records: of each model, each measure."""

    path: str
    rows: Mapping[str, Mapping[str, Decimal]]

    @property
    def table(self) -> str:
        """The table to paste."""
        measures = list(dict.fromkeys(name for row in self.rows.values() for name in row))[:MOST_MEASURES]
        lines = [f"| Model | {' | '.join(map(_called, measures))} |", f"| :-- |{' --: |' * len(measures)}"]
        for model, row in list(self.rows.items())[:MOST_ROWS]:
            cells = (f"{row[name]:.4g}" if name in row else "" for name in measures)
            lines.append(f"| {' '.join(visible(model).replace('|', ' ').split())[:60]} | {' | '.join(cells)} |")
        return "\n".join(lines)


@dataclass(frozen=True)
class Evidence:
    """What can be shown of a project, with where it lies."""

    project: Project

    @cached_property
    def plot(self) -> str | None:
        """The path of the most telling picture that no page shows."""
        shown = {PurePosixPath(image.target.partition("?")[0]).name for image in self.project.readme.images}
        named = [
            path
            for path in self.project.files
            if PurePosixPath(path).suffix.lower() in SUFFIXES
            and not OF_DATA.search(path)
            and not DRAWING.search(path)
            and PurePosixPath(path).name not in shown
        ]
        likely = sorted((rank, path.count("/"), path) for path in named if (rank := _rank(path)) is not None)
        return next((path for _, _, path in likely[:MOST_LOOKED_AT] if self._is_worth_showing(path)), None)

    def _is_worth_showing(self, path: str) -> bool:
        match self.project.picture(path):
            case Picture(width=width, height=height, is_flat=False):
                return width >= 300 and height >= 200
            case _:
                return False

    @property
    def plot_line(self) -> str:
        """The line that shows it."""
        if self.plot is None:
            return ""
        home = posixpath.dirname(self.project.readme_path or "") or "."
        return f"![{_title(self.plot)}]({posixpath.relpath(self.plot, home).replace(' ', '%20')})"

    @cached_property
    def plotting_notebook(self) -> str | None:
        """A notebook that holds plots in its outputs."""
        return next((path for path in self._notebooks if OUTPUT_PICTURE in self.project.read(path)), None)

    @property
    def _notebooks(self) -> tuple[str, ...]:
        return self.project.notebooks[:MOST_READ]

    @cached_property
    def measured(self) -> Measured | None:
        """What its results files record, the fullest of them."""
        paths = sorted(self.project.matching(RESULTS), key=lambda path: (path.count("/"), path))
        found = [each for path in paths[:MOST_READ] if (each := self._read(path))]
        return max(found, key=lambda each: (min(len(each.rows), MOST_ROWS), -each.path.count("/")), default=None)

    def _read(self, path: str) -> Measured | None:
        text = self.project.read(path)
        rows = _of_csv(text) if path.endswith(".csv") else _of_json(text, PurePosixPath(path).stem)
        return Measured(path, rows) if rows else None

    @cached_property
    def printed(self) -> tuple[str, str] | None:
        """(a notebook, what it prints) of the first measure among a notebook's outputs."""
        for path in self._notebooks:
            for text in _outputs(self.project.read(path)):
                if found := PRINTED.search(text):
                    return path, f"{found[1]} {found[2]}"
        return None

    @cached_property
    def data_licence(self) -> str | None:
        """A licence that lies beside the data."""
        return next(iter(self.project.matching(LICENCE)), None)

    @cached_property
    def demo(self) -> tuple[str, str] | None:
        """(address, file) of where it runs, as its code or configuration says."""
        paths = sorted(self.project.matching(CONFIGURED), key=lambda path: (path.count("/"), path))
        for path in paths[:MOST_SEARCHED]:
            for found in ADDRESS.finditer(self.project.content(path, 40_000).decode("utf-8", "replace")):
                address = found[0].rstrip(".,/")
                if phrases.holds(address, "deployment_cues", "hosts") and not NOT_FOR_PEOPLE.search(address):
                    return address, path
        return None

    @cached_property
    def commands(self) -> tuple[str, ...]:
        """Commands that the repository itself holds."""
        return tuple(itertools.islice(self._commands(), 4))

    def _commands(self) -> Iterator[str]:
        files = self.project.files
        if "requirements.txt" in files:
            yield "pip install -r requirements.txt"
        elif "environment.yml" in files:
            yield "conda env create -f environment.yml"
        elif "pyproject.toml" in files:
            yield "pip install ."
        elif "package.json" in files:
            yield "npm install"
            yield from (
                f"npm run {name}" for name in ("dev", "start") if f'"{name}"' in self.project.read("package.json")
            )
        if "compose.yaml" in files or "docker-compose.yml" in files or "docker-compose.yaml" in files:
            yield "docker compose up"
        for path in MAIN:
            if path in files:
                text = self.project.content(path, 20_000).decode("utf-8", "replace")
                yield f"streamlit run {path}" if "import streamlit" in text else f"python {path}"
                return
        if self.project.notebooks and "package.json" not in files:
            yield f"jupyter lab {self.project.notebooks[0]}"


def _rank(path: str) -> int | None:
    name = spoken(words(re.sub(r"[-_.\d]", " ", path.casefold())))
    return next((rank for rank, word in enumerate(TELLING) if f" {word}" in name), None)


def _title(path: str) -> str:
    return re.sub(r"[-_\s]+", " ", PurePosixPath(path).stem).strip().capitalize()


def _called(measure: str) -> str:
    plain = measure.replace("_", " ")
    return plain.upper() if len(plain) <= 4 else plain.capitalize()


def _of_json(text: str, name: str) -> dict[str, dict[str, Decimal]]:
    """The measures in a results file, by model; of one model, by the file's name."""
    try:
        document = documents.read(text)
    except ValueError:
        return {}
    return dict(itertools.islice(_models(document, name, 0), MOST_ROWS))


def _models(node: Json, name: str, depth: int) -> Iterator[tuple[str, dict[str, Decimal]]]:
    if depth > 4:
        return
    match node:
        case dict():
            row = {key: value for key, value in node.items() if isinstance(value, Decimal) and is_metric(key)}
            named = (node.get(key) for key in ("model", "name", "algorithm"))
            if row:
                yield next((each for each in named if isinstance(each, str)), name), row
            for key, value in node.items():
                yield from _models(value, key, depth + 1)
        case list():
            for each in node[:50]:
                yield from _models(each, name, depth + 1)


def _of_csv(text: str) -> dict[str, dict[str, Decimal]]:
    try:
        rows = list(itertools.islice(csv.reader(text.splitlines()), 30))
    except csv.Error:
        return {}
    if len(rows) < 2 or len(rows) >= 30:
        return {}
    measures = [i for i, head in enumerate(rows[0]) if i and is_metric(head)]
    return {
        row[0]: {rows[0][i]: value for i in measures if i < len(row) and (value := _number(row[i])) is not None}
        for row in rows[1:]
        if row and measures
    }


def _number(cell: str) -> Decimal | None:
    try:
        value = documents.number(cell.strip()) if cell.strip() else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def _outputs(text: str) -> Iterator[str]:
    """What a notebook's cells printed."""
    try:
        match documents.read(text):
            case {"cells": list(cells)}:
                for cell in cells:
                    match cell:
                        case {"outputs": list(outputs)}:
                            yield from (_text_of(each) for each in outputs)
    except ValueError:
        return


def _text_of(output: Json) -> str:
    match output:
        case {"text": list(lines)} | {"data": {"text/plain": list(lines)}}:
            return "".join(each for each in lines if isinstance(each, str))[:5000]
        case {"text": str(text)}:
            return text[:5000]
        case _:
            return ""
