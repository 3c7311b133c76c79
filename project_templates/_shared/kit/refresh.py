"""What a schedule asks for: look at the logs, measure everything anew, and say what changed since the last time."""

from collections.abc import Callable
from pathlib import Path

from . import results
from .blocks import table
from .drift import Watched
from .project import Project
from .results import Document


def alarm(watched: Watched) -> str:
    """What stands in an issue; empty where nothing is wrong."""
    raised = [each for each in watched.checks if each.is_alarm]
    if watched.answers and not raised:
        return ""
    rows = [[each.name, f"{each.value:.3f}", f"{each.limit:.3f}"] for each in raised]
    lines = [
        watched.summary,
        *([table(["Watched", "Value", "Limit"], rows)] if rows else ["There is no answer to look at."]),
    ]
    return "\n\n".join([*lines, "What to look at first, and what to do then: `docs/monitoring.md`."])


def refresh(
    project: Project, watch: Callable[[], Watched] | None, measure: Callable[[], int], say: Callable[[str], None]
) -> int:
    """Write data/alarm.md where the monitor raises one, measure, and write data/changes.md; returns an exit code."""
    said, changed = project.data / "alarm.md", project.data / "changes.md"
    project.data.mkdir(exist_ok=True)
    for old in (said, changed):
        old.unlink(missing_ok=True)
    if watch is None:
        say("Nothing was monitored: there is no folder of logs.")
    elif text := alarm(watch()):
        _write(said, text)
        say(text)
    before = results.read(project.metrics) if project.metrics.is_file() else None
    if code := measure():
        return code
    text = changes(before, results.read(project.metrics))
    _write(changed, text)
    say(text)
    return 0


def changes(before: Document | None, after: Document) -> str:
    """Every result beside what it was."""

    def value(document: Document | None, row: Document) -> str:
        rows = document["results"] if document else []
        keys = ("model", "split", "metric")
        found = (each["value"] for each in rows if all(each[key] == row[key] for key in keys))
        return next((f"{each:.3f}" for each in found), "–")

    rows = [
        [row["model"], row["split"], row["label"], value(before, row), f"{row['value']:.3f}"]
        for row in after["results"]
    ]
    data = after["data"]
    return "\n\n".join(
        [
            f"Measured anew on {data['source']}, {data['rows']} rows, seed {after['seed']}.",
            table(["Model", "Measured on", "Measure", "Before", "Now"], rows),
        ]
    )


def _write(path: Path, text: str) -> None:
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")
