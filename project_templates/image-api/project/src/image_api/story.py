"""The report's paragraphs: the result in a sentence, the data, the service, the weakest points, where it comes from."""

from typing import Any

from image_api.config import PICTURE, ROOT
from image_api.measured import in_field, is_careless, main, place
from image_api.wording import difference, score

FEW = 30  # plants to test on, below which a bootstrap over them says little


def headline(measured: dict[str, Any]) -> str:
    model, field, data = main(measured), in_field(measured), measured["data"]
    elsewhere = f", and {score(field)} {place(field)}" if field else ""
    comparison = measured["comparisons"][0]
    low, high = comparison["ci95"]
    verdict = "better than" if low > 0 else "worse than" if high < 0 else "not clearly better than"
    drawn = "The leaves are drawn by code: this shows the method, and nothing about real leaves. "
    picture = f"![{model['label']} of every model with its interval](reports/figures/results.png)"
    if PICTURE.is_file():
        picture = f"![The page after an answer]({PICTURE.relative_to(ROOT).as_posix()})"
    return (
        f"**{score(model)} {model['label']} on {model['n']} photographs of {data['test_groups']} unseen "
        f"{data['grouped_by']}s{elsewhere}.** {careless_claim(measured)}\n\n"
        f"{drawn if data['synthetic'] else ''}{len(data['classes'])} classes: {', '.join(data['classes'])}. "
        f"The network is {verdict} the baseline ({comparison['against']}) on the same {data['grouped_by']}s: "
        f"{difference(comparison)}.\n\n"
        f"{picture}"
    )


def careless_claim(measured: dict[str, Any]) -> str:
    """What a leaky evaluation would have said, and what the experiment it would have chosen really does."""
    naive, *honest = [row for row in measured["results"] if is_careless(row, measured) and row["metric"] == "macro_f1"]
    claim = f"A split photograph by photograph would have claimed {naive['value']:.2f}"
    if not honest:
        return f"{claim}."
    truth = " and ".join(f"{row['value']:.2f} {place(row)}" for row in honest)
    return f"{claim}, and for another experiment, which really scores {truth}."


def data(measured: dict[str, Any]) -> str:
    data = measured["data"]
    counts = (
        f"{data['rows']} photographs of {len(data['classes'])} classes in {data['groups']} {data['grouped_by']}s: "
        f"{data['train']} to train, {data['seen']} more of the same {data['grouped_by']}s to show what a split by "
        f"photograph would claim, {data['validation']} to choose, {data['test']} to test"
    )
    if data["field_rows"]:
        where = f"from {data['field_source']}" if data["field_source"] else "from the field"
        counts += (
            f", and {data['field_rows']} {where}, none of which trains: {data['field_validation']} help to choose, "
            f"{data['field_test']} test"
        )
    lines = [f"{counts}. Licence: {data['licence']}."]
    if data["skipped"]:
        lines.append(f"{data['skipped']} files were left out; `data/manifest.json` says which and why.")
    if data["synthetic"]:
        lines.append(
            "They are **drawn by code** (`src/image_api/sample.py`), so that all of this runs offline, and "
            "with the sins of real collections: several photographs of each plant, paper that goes with the damage in "
            "the laboratory and not in the field, and early damage of every kind that is little more than a speck. "
            "Healthy leaves carry nicks, dust and glare too. A result on drawn leaves shows that the method finds what "
            "was hidden in them on purpose, and nothing about real ones."
        )
    else:
        lines.append(
            f"The photographs are those of **{data['source']}**. Which plant they show is named for "
            f"{data['with_plant']} of {data['rows']}; of the others, those that nearly match were kept together."
        )
    lines.append("![Photographs of each class](reports/figures/examples.png)")
    return "\n\n".join(lines)


def weakest(measured: dict[str, Any]) -> str:
    model, field = main(measured), in_field(measured)
    recalls = [row for row in measured["results"] if row["metric"].startswith("recall_")]
    lowest = min(row["value"] for row in recalls)
    worst = [row for row in recalls if row["value"] == lowest]
    names = " and ".join(f"`{row['label'].removeprefix('Recall, ')}`" for row in worst)
    points = [f"{names} {'is' if len(worst) == 1 else 'are'} found least often: recall {score(worst[0])}."]
    abstention = measured["abstention"]
    if field and field["value"] < model["value"]:
        points.append(f"{model['label']} {place(field)} is {score(field)}, against {score(model)} at home.")
        risk = abstention["rows"][-1]["risk"]
        if risk["value"] > abstention["risk"]:
            points.append(
                f"Of the answers given {place(field)}, {score(risk)} are wrong; at home {abstention['risk']:.2f} is "
                "what the threshold was chosen for."
            )
    low, high = model["ci95"]
    tested = f"{measured['data']['test_groups']} {measured['data']['grouped_by']}s to test on"
    points.append(
        f"With {tested}, the interval of {model['label']} is {high - low:.2f} wide."
        if measured["data"]["test_groups"] >= FEW
        else f"With only {tested}, no number here means much, and no interval."
    )
    return "The weakest points that this run measured:\n\n" + "\n".join(f"- {point}" for point in points)
