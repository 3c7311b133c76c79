"""The report's paragraphs: the result in a sentence, the data, the service, the weakest points, where it comes from."""

from typing import Any

from image_api import results
from image_api.blocks import table
from image_api.config import PICTURE, ROOT
from image_api.wording import difference, in_field, main, place, score


def headline(measured: dict[str, Any]) -> str:
    model, field, data = main(measured), in_field(measured), measured["data"]
    elsewhere = f", and {score(field)} {place(field)}" if field else ""
    naive = results.find(measured, role="naive", metric="macro_f1")
    careless = (
        f" A careless evaluation would have claimed {naive['value']:.2f}." if naive["value"] > model["value"] else ""
    )
    comparison = measured["comparisons"][0]
    low, _ = comparison["ci95"]
    verdict = "better than" if low > 0 else "not clearly better than"
    picture = f"![{model['label']} of every model with its interval](reports/figures/results.png)"
    if PICTURE.is_file():
        picture = f"![The page after an answer]({PICTURE.relative_to(ROOT).as_posix()})"
    return (
        f"**{score(model)} {model['label']} on {model['n']} photographs of {data['test_groups']} unseen "
        f"{data['grouped_by']}s{elsewhere}.**{careless}\n\n"
        f"{len(data['classes'])} classes: {', '.join(data['classes'])}. The network is {verdict} the "
        f"baseline ({comparison['against']}) on the same {data['grouped_by']}s: {difference(comparison)}.\n\n"
        f"{picture}"
    )


def data(measured: dict[str, Any]) -> str:
    data = measured["data"]
    counts = (
        f"{data['rows']} photographs of {len(data['classes'])} classes in {data['groups']} {data['grouped_by']}s: "
        f"{data['train']} to train, {data['seen']} more of the same {data['grouped_by']}s to show what a leaky split "
        f"would claim, {data['validation']} to choose, {data['test']} to test"
    )
    if data["field_rows"]:
        where = f"from {data['field_source']}" if data["field_source"] else "from the field"
        counts += f", and {data['field_rows']} {where}, never trained on"
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
        lines.append(
            f"The photographs are those of **{data['source']}**. Which plant they show is named for "
            f"{data['with_plant']} of {data['rows']}; of the others, those that nearly match were kept together."
        )
    lines.append("![Photographs of each class](reports/figures/examples.png)")
    return "\n\n".join(lines)


def serving(measured: dict[str, Any]) -> str:
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


def weakest(measured: dict[str, Any]) -> str:
    model, field = main(measured), in_field(measured)
    recalls = [row for row in measured["results"] if row["metric"].startswith("recall_")]
    worst = min(recalls, key=lambda row: row["value"])
    points = [f"`{worst['label'].removeprefix('Recall, ')}` is found least often: recall {score(worst)}."]
    if field:
        points.append(f"{model['label']} {place(field)} is {score(field)}, against {score(model)} at home.")
        risk = measured["abstention"]["rows"][-1]["risk"]
        points.append(
            f"Of the answers given {place(field)}, {score(risk)} are wrong; {measured['abstention']['risk']:.2f} "
            "was promised, for plants like those it was chosen on."
        )
    low, high = model["ci95"]
    points.append(f"The test set is small: the interval of {model['label']} is {high - low:.2f} wide.")
    return "The weakest points that this run measured:\n\n" + "\n".join(f"- {point}" for point in points)


def provenance(measured: dict[str, Any]) -> str:
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
