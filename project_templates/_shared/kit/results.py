"""`reports/metrics.json`: the one place where measured numbers live; everything that shows a number reads it here."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .project import Project
from .provenance import Manifest

SCHEMA = 1
Document = dict[str, Any]


@dataclass(frozen=True)
class Result:
    """One measured number and how sure it is."""

    model: str
    role: str  # "baseline", "model" or "naive": what a careless evaluation would have claimed
    split: str
    metric: str
    label: str
    value: float
    ci95: tuple[float, float]
    n: int
    higher_is_better: bool = True


@dataclass(frozen=True)
class Comparison:
    """A paired difference: both were measured on the same cases."""

    metric: str
    of: str
    against: str
    split: str
    difference: float
    ci95: tuple[float, float]


def document(
    project: Project,
    manifest: Manifest,
    seed: int,
    facts: Document,
    results: Sequence[Result],
    comparisons: Sequence[Comparison],
    artefacts: Sequence[Path],
) -> Document:
    """What the results of every project start with; `facts` describe the data beyond what the manifest says."""
    data = {name: getattr(manifest, name) for name in ("source", "licence", "rows", "sha256", "synthetic")}
    return {
        "schema": SCHEMA,
        "template": project.package.replace("_", "-"),
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": manifest.commit,
        "dirty": manifest.dirty,
        "seed": seed,
        "data": {**data, **facts},
        "results": [asdict(each) for each in results],
        "comparisons": [asdict(each) for each in comparisons],
        "artefacts": [artefact(path, project.root) for path in artefacts],
    }


def artefact(path: Path, root: Path) -> Document:
    """A file that the numbers depend on, by its content."""
    return {"path": path.relative_to(root).as_posix(), "sha256": file_hash(path), "bytes": path.stat().st_size}


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(path: Path) -> Document:
    """The whole file; FileNotFoundError if nothing has been measured yet."""
    content: Document = json.loads(path.read_text(encoding="utf-8"))
    return content


def write(path: Path, content: Document) -> None:
    """Replace the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def experiments(project: Project) -> list[Document]:
    """What every experiment came to, in the order in which they were run."""
    files = (project.reports / "runs").glob("*.json")
    in_order = sorted(files, key=lambda path: (path.name.find("-"), path.name))  # 10 after 9
    return [json.loads(path.read_text(encoding="utf-8")) for path in in_order]


def write_experiments(project: Project, runs: Sequence[Any]) -> None:
    """Replace the files of the experiments: dataclasses with a `name`, one file each."""
    folder = project.reports / "runs"
    for old in folder.glob("*.json"):
        old.unlink()
    for number, run in enumerate(runs, start=1):
        name = f"{number}-{run.name.replace(', ', '-').replace(' ', '-')}.json"
        write(folder / name, asdict(run))


def find(content: Document, **wanted: str) -> Document:
    """The first result that has all the wanted values."""
    rows: list[Document] = content["results"]
    return next(row for row in rows if wanted.items() <= row.items())


def note_seconds(project: Project, verb: str, seconds: float) -> None:
    """Remember how long a verb took; the results say how long all of them did."""
    timings = project.data / "seconds.json"
    taken: dict[str, float] = json.loads(timings.read_text(encoding="utf-8")) if timings.is_file() else {}
    taken[verb] = round(seconds, 1)
    timings.parent.mkdir(parents=True, exist_ok=True)
    timings.write_text(json.dumps(taken), encoding="utf-8")
    if project.metrics.is_file():
        write(project.metrics, {**read(project.metrics), "seconds": round(sum(taken.values()), 1)})
