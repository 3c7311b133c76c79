"""Writes what was measured into README.md and MODEL_CARD.md, between their report comments; nothing is typed by hand.

Run as: python -m image_api report [--check]
"""

import json
import sys
from typing import Any

from image_api import results
from image_api.blocks import fill, table
from image_api.config import METRICS, REPORTS, ROOT, ExplainedError

DOCUMENTS = ("README.md", "MODEL_CARD.md")


def report(only_check: bool = False) -> int:
    """Fill the documents; with `only_check`, write nothing and return 1 if one of them differs."""
    if not METRICS.is_file():
        raise ExplainedError(f"{METRICS.name} is not there yet: measure first, with `python -m image_api run`")
    measured = results.read(METRICS)
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((REPORTS / "runs").glob("*.json"))]
    contents = blocks(measured, runs)
    differing = []
    for name in DOCUMENTS:
        path = ROOT / name
        if not path.is_file():  # its author's decision
            continue
        before = path.read_text(encoding="utf-8")
        after = fill(before, contents)
        if after != before:
            differing.append(name)
            if not only_check:
                path.write_text(after, encoding="utf-8", newline="\n")
    if only_check and differing:
        print(f"{' and '.join(differing)}: not what was measured; run `python -m image_api report`", file=sys.stderr)
        return 1
    return 0


def blocks(measured: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, str]:
    """Every report block, by name."""
    return {
        "headline": _headline(measured),
        "data": _data(measured),
        "experiments": _experiments(runs),
        "results": _results(measured),
        "errors": _errors(measured),
        "serving": _serving(measured),
        "weakest": _weakest(measured),
        "provenance": _provenance(measured),
    }


def _headline(measured: dict[str, Any]) -> str:
    model, data = _main(measured), measured["data"]
    comparison = measured["comparisons"][0]
    low, _ = comparison["ci95"]
    verdict = "better than" if low > 0 else "not clearly better than"
    return (
        f"**{_score(model)} {model['label']} on {model['n']} photographs of {data['test_groups']} unseen "
        f"{data['grouped_by']}s**, in {len(data['classes'])} classes ({', '.join(data['classes'])}); "
        f"{verdict} {comparison['against']} "
        f"(difference {_signed(comparison['difference'])}, 95 % interval {_interval(comparison, _signed)}).\n\n"
        f"![{model['label']} of every model with its interval](reports/figures/results.png)"
    )


def _data(measured: dict[str, Any]) -> str:
    data = measured["data"]
    counts = (
        f"{data['rows']} photographs of {len(data['classes'])} classes in {data['groups']} {data['grouped_by']}s: "
        f"{data['train']} to train, {data['validation']} to choose, {data['test']} to test"
    )
    if data["field_rows"]:
        counts += f", and {data['field_rows']} from the field, never trained on"
    lines = [f"{counts}. Licence: {data['licence']}."]
    if data["skipped"]:
        lines.append(f"{data['skipped']} files were left out; `data/manifest.json` says which and why.")
    if data["synthetic"]:
        lines.append(
            "They are **drawn by code** (`src/image_api/sample.py`), so that all of this runs offline, and "
            "with the sins of real collections: several photographs of each plant, paper that goes with the damage in "
            "the laboratory and not in the field, and early damage of every kind that is little more than a speck. "
            "A result on drawn leaves says that the method works, and nothing about real ones."
        )
    else:
        lines.append(f"The photographs are those of **{data['source']}**.")
    lines.append("![Photographs of each class](reports/figures/examples.png)")
    return "\n\n".join(lines)


def _experiments(runs: list[dict[str, Any]]) -> str:
    has_field = any(run["field_macro_f1"] is not None for run in runs)
    domains = ["Macro F1, validation", *(["Macro F1, field validation"] if has_field else [])]
    header = ["Experiment", "Decision it tests", *domains, "Seconds"]
    rows = []
    for run in runs:
        name = f"**{run['name']}** (chosen)" if run["chosen"] else run["name"]
        field = [f"{run['field_macro_f1']:.3f}"] if has_field else []
        rows.append([name, run["decision"], f"{run['validation_macro_f1']:.3f}", *field, f"{run['seconds']:.0f}"])
    rule = "The mean of both columns chooses." if has_field else "The validation score chooses."
    return f"{table(header, rows)}\n\n{rule}"


def _results(measured: dict[str, Any]) -> str:
    model = _main(measured)
    rows = [row for row in measured["results"] if row["metric"] == model["metric"]]
    lines = [
        table(
            ["Model", "Measured on", model["label"], "95 % interval", "Photographs"],
            [[_name(row), row["split"], f"{row['value']:.3f}", _interval(row), str(row["n"])] for row in rows],
        )
    ]
    data = measured["data"]
    naive = next(row for row in rows if row["role"] == "naive")
    gap = naive["value"] - model["value"]
    lines.append(
        "The row in italics is what a careless evaluation would have claimed: the same network, trained on the "
        "photographs as they are and dealt them one by one, not plant by plant. It scores "
        f"{_signed(gap)} against the honest figure, because it has met the plants of its test before."
        if gap > 0 and data["groups"] < data["rows"]
        else "The row in italics comes from a split photograph by photograph: nothing could leak, or chance hides it."
    )
    return "\n\n".join(lines)


def _errors(measured: dict[str, Any]) -> str:
    rows = [row for row in measured["results"] if row["metric"].startswith("recall_")]
    return "\n\n".join(
        [
            table(
                ["Class", "Share found (recall)", "95 % interval"],
                [[row["label"].removeprefix("Recall, "), f"{row['value']:.3f}", _interval(row)] for row in rows],
            ),
            "![Which class is taken for which](reports/figures/confusion.png)",
            "![The wrong answers given with the most confidence](reports/figures/mistakes.png)",
        ]
    )


def _serving(measured: dict[str, Any]) -> str:
    serving = measured.get("serving")
    if serving is None:
        return "_Not measured yet: `python -m image_api loadtest`._"
    return "\n\n".join(
        [
            table(
                ["Asked at the same time", "p50", "p95", "p99", "Answers a second"],
                [
                    [
                        str(row["concurrency"]),
                        *(f"{row[key]:.1f} ms" for key in ("p50", "p95", "p99")),
                        f"{row['per_second']:.0f}",
                    ]
                    for row in serving["loads"]
                ],
            ),
            f"Measured on {serving['machine']}, with the one who asks on the same machine. At "
            f"${serving['price_per_hour']:g} an hour for such a machine, fully used, 1,000 answers cost "
            f"${serving['price_per_1000']:.6f}.",
        ]
    )


def _weakest(measured: dict[str, Any]) -> str:
    recalls = [row for row in measured["results"] if row["metric"].startswith("recall_")]
    worst = min(recalls, key=lambda row: row["value"])
    model = _main(measured)
    points = [
        f"`{worst['label'].removeprefix('Recall, ')}` is found least often: recall {_score(worst)}.",
        f"The test set is small: the interval of {model['label']} is {model['ci95'][1] - model['ci95'][0]:.2f} wide.",
    ]
    field = [row for row in measured["results"] if row["split"] == "field" and row["metric"] == model["metric"]]
    if field:
        points.insert(
            1, f"{model['label']} in the field is {_score(field[0])}, against {_score(model)} in the laboratory."
        )
    return "The weakest points that this run measured:\n\n" + "\n".join(f"- {point}" for point in points)


def _provenance(measured: dict[str, Any]) -> str:
    commit = (measured["commit"] or "no commit")[:12] + (" with uncommitted changes" if measured["dirty"] else "")
    model = measured["artefacts"][0]
    return table(
        ["What", "Which"],
        [
            ["Measured", measured["created"]],
            ["Code", commit],
            ["Data", f"{measured['data']['source']}, sha256 `{measured['data']['sha256'][:12]}…`"],
            ["Seed", str(measured["seed"])],
            ["Model", f"`{model['path']}`, {model['bytes'] / 1000:.0f} kB, sha256 `{model['sha256'][:12]}…`"],
            ["Whole run", f"{measured['seconds']:.0f} s"],
        ],
    )


def _main(measured: dict[str, Any]) -> dict[str, Any]:
    """The result that the project is judged by."""
    return results.find(measured, role="model", metric="macro_f1")


def _name(row: dict[str, Any]) -> str:
    match row["role"]:
        case "model":
            return f"**{row['model']}**"
        case "naive":
            return f"_{row['model']}_"
        case _:
            return str(row["model"])


def _score(row: dict[str, Any]) -> str:
    return f"{row['value']:.2f} {_interval(row)}"


def _interval(row: dict[str, Any], show: Any = "{:.2f}".format) -> str:
    low, high = row["ci95"]
    return f"[{show(low)}, {show(high)}]"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
