"""Fills the parts of Markdown files between `<!-- report:NAME -->` and `<!-- /report:NAME -->`, and writes numbers."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .project import Project

NUMBER = re.compile(r"[_*\[]*[+−$]?[\d.]+|$")  # or nothing, where there is none
BLOCK = re.compile(r"(<!--[ \t]*report:([\w-]+)[ \t]*-->[ \t]*\r?\n).*?(<!--[ \t]*/report:\2[ \t]*-->)", re.DOTALL)


def fill(files: Sequence[Path], contents: Mapping[str, str], only_check: bool = False) -> list[Path]:
    """The files whose blocks are not the given contents; unless it is only a check, they are written.

    Contents link to `reports/` as README.md does; a file of a folder beside it gets there by `../reports/`.
    """
    differing = []
    for path in filter(Path.is_file, files):
        before = path.read_text(encoding="utf-8")
        up = "../" if path.parent.name == "docs" else ""
        after = filled(before, {name: each.replace("](reports/", f"]({up}reports/") for name, each in contents.items()})
        if after != before:
            differing.append(path)
            if not only_check:
                path.write_text(after, encoding="utf-8", newline="\n")
    return differing


def filled(text: str, contents: Mapping[str, str]) -> str:
    """The text with each block replaced that has new content; blocks of the author's own stay as they are."""
    return BLOCK.sub(lambda m: f"{m[1]}{contents[m[2]].strip()}\n{m[3]}" if m[2] in contents else m[0], text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; columns of numbers are aligned to the right."""
    columns = zip(*rows, strict=True)
    lines = [header, ["--:" if all(map(NUMBER.match, cells)) else ":--" for cells in columns], *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def links(project: "Project") -> str:
    """The demo and a badge of the checks, once `[project.urls]` says where they are; a dead link is worse than none."""
    found = [f"[**Try it in the browser**]({project.demo})"] if project.demo else []
    if project.repository:
        checks = f"{project.repository.removesuffix('/').removesuffix('.git')}/actions/workflows/ci.yml"
        found.append(f"[![Checks]({checks}/badge.svg)]({checks})")
    return "".join(f"{' · '.join(found)}\n\n" for _ in found[:1])


def tracked(project: "Project") -> str:
    """The experiments as MLflow shows them."""
    if not project.tracked.is_file():
        return "_There is no picture of it yet: `track` takes one where it finds a browser._"
    return f"![The experiments in MLflow]({project.tracked.name})"


def load_table(loads: Sequence[Mapping[str, float]]) -> str:
    """The times of a load test."""
    times = [[f"{load[key]:.1f} ms" for key in ("p50", "p95", "p99")] for load in loads]
    rows = [[f"{a['concurrency']}", *b, f"{a['per_second']:.0f}"] for a, b in zip(loads, times, strict=True)]
    return table(["Concurrent requests", "p50", "p95", "p99", "Answers per second"], rows)


def provenance_table(measured: Mapping[str, Any]) -> str:
    """Which code, data, seed and model the numbers come from."""
    commit = (measured["commit"] or "no commit")[:12] + (" with uncommitted changes" if measured["dirty"] else "")
    data, model = measured["data"], measured["artefacts"][0]
    rows = [
        ["Measured", measured["created"]],
        ["Code", commit],
        ["Data", f"{data['source']}, sha256 `{data['sha256'][:12]}…`"],
        ["Seed", str(measured["seed"])],
        ["Model", f"`{model['path']}`, {model['bytes'] / 1000:.0f} kB, sha256 `{model['sha256'][:12]}…`"],
        ["Whole run", f"{measured['seconds']:.0f} s"],
    ]
    return table(["What", "Which"], rows)


def score(row: Mapping[str, Any]) -> str:
    """A value with its interval."""
    return f"{row['value']:.2f} {interval(row)}"


def interval(row: Mapping[str, Any], show: Callable[[float], str] = "{:.2f}".format) -> str:
    """The interval alone, each end as `show` writes it."""
    low, high = row["ci95"]
    return f"[{show(low)}, {show(high)}]"


def difference(row: Mapping[str, Any]) -> str:
    """A paired difference with its interval."""
    return f"{signed(row['difference'])}, 95% interval {interval(row, signed)}"


def signed(value: float, digits: int = 2) -> str:
    """With its sign, and a real minus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def model_name(row: Mapping[str, Any]) -> str:
    """A model's name in a table: the project's own stands out, what a careless evaluation would claim is set off."""
    mark = {"model": "**", "naive": "_"}.get(row["role"], "")
    return f"{mark}{row['model']}{mark}"
