"""The report's paragraphs: the result in a sentence, the data, the service, the weakest points."""

import json
from typing import Any

from image_api.config import EXPLORATION, PROJECT, Config
from image_api.kit.blocks import difference, links, load_table, score
from image_api.reporting.rows import against_the_strongest, in_field, leak, main, place

FEW = 30  # test groups, below which a bootstrap over them says little
OFTEN = 0.1  # share of photographs, from which on a refusal is worth a line


def headline(measured: dict[str, Any]) -> str:
    """The result in two sentences, what it was measured on, and a picture."""
    model, field, data = main(measured), in_field(measured), measured["data"]
    tested = f"{model['n']} unseen photographs"
    if data["has_groups"]:
        tested = f"{model['n']} photographs of {data['test_groups']} unseen {data['grouped_by']}s"
    elsewhere = f", and {score(field)} {place(field)}{_refused(measured)}" if field else ""
    drawn = "The data are synthetic, drawn by code: they show the method, and nothing about real photographs. "
    picture = f"![{model['label']} of every model with its interval](reports/figures/results.png)"
    if PROJECT.screenshot.is_file():
        picture = f"![The page after an answer]({PROJECT.screenshot.relative_to(PROJECT.root).as_posix()})"
    result = f"**{score(model)} {model['label']} on {tested}{elsewhere}.** {_verdict(measured)}"
    return (
        f"{result} {careless_claim(measured)}".strip()
        + f"\n\n{drawn if data['synthetic'] else ''}{len(data['classes'])} classes: {', '.join(data['classes'])}."
        f"\n\n{links(PROJECT)}{picture}"
    )


def _refused(measured: dict[str, Any]) -> str:
    """How many photographs of the other domain the service does not answer, where that is many."""
    unlike = measured["abstention"]["rows"][-1]["unlike"]["value"]
    return f", where the service refuses {unlike:.0%} as unlike its training set" if unlike > OFTEN else ""


def _verdict(measured: dict[str, Any]) -> str:
    """The network beside the strongest of its rivals, also where it loses."""
    rival = against_the_strongest(measured)
    low, high = rival["ci95"]
    verdict = "better than" if low > 0 else "worse than" if high < 0 else "not clearly better or worse than"
    same = (each for each in measured["comparisons"] if each["against"] == rival["against"])
    elsewhere = next((each for each in same if each["split"] != rival["split"]), None)
    also = f"; {place(elsewhere)}, which counted as much in the choice: {difference(elsewhere)}" if elsewhere else ""
    return f"It is {verdict} the strongest other model that was tested ({rival['against']}): {difference(rival)}{also}."


def careless_claim(measured: dict[str, Any]) -> str:
    """What a leaky evaluation would have claimed, where one could have: some groups are on both of its sides."""
    if not (naive := leak(measured)):
        return ""
    model, noun = main(measured), measured["data"]["grouped_by"]
    if naive["ci95"][0] <= model["value"]:
        return f"Where photographs of the same {noun}s train and test, the score is not clearly higher: {score(naive)}."
    claim = f"A split by photograph, which tests on {noun}s that also train, would have claimed {naive['value']:.2f}"
    honest = [row for row in measured["results"] if row["model"] == naive["model"] and row["role"] == "baseline"]
    if not honest:
        return f"{claim}."
    truth = " and ".join(f"{row['value']:.2f} {place(row)}" for row in honest)
    return f"{claim}, and would have chosen another experiment, which reaches {truth}."


def data(measured: dict[str, Any]) -> str:
    """How many photographs there are, how they are split, and under which license."""
    data = measured["data"]
    noun = data["grouped_by"]
    known = data["seen_known"]
    shared = f" ({known} of them of a {noun} in the training set)" if known else ""
    same = f" photograph by photograph{shared}" if data["has_groups"] else ""
    groups = f" in {data['groups']} {noun}s" if data["has_groups"] else ""
    counts = (
        f"{data['rows']} photographs of {len(data['classes'])} classes{groups}: {data['train']} for training, "
        f"{data['seen']} kept back{same}, {data['validation']} for validation, {data['test']} "
        "for the held-out test set"
    )
    if data["field_rows"]:
        where = f"from {data['field_source']}" if data["field_source"] else "from the field"
        counts += (
            f", and {data['field_rows']} {where}, none of which is trained on: {data['field_validation']} for "
            f"validation, {data['field_test']} for testing"
        )
    lines = [f"{counts}. License: {data['licence']}."]
    if data["in_two_classes"]:
        lines.append(
            f"**{data['in_two_classes']} photographs stand in two classes**, as the very same file: one label of each "
            "is wrong."
        )
    if data["skipped"]:
        lines.append(f"{data['skipped']} files were left out; `data/manifest.json` says which and why.")
    lines.append(_drawn() if data["synthetic"] else _collected(data))
    if EXPLORATION.is_file():
        lines.append("A first look at the training photographs: [reports/explore.md](reports/explore.md).")
    lines.append("![Photographs of each class](reports/figures/examples.png)")
    return "\n\n".join(lines)


def _drawn() -> str:
    return (
        "They are **synthetic, drawn by code** (`src/image_api/data/sample.py`), so that everything runs offline, "
        "with the flaws of real collections built in: several photographs of each plant, a background color that is "
        "correlated with the class in the laboratory and not in the field, and early damage of every kind that is "
        "little more than a speck. Healthy leaves carry nicks, dust and glare too. A result on drawn leaves shows "
        "that the method finds what was hidden in them on purpose, and nothing about real ones."
    )


def _collected(data: dict[str, Any]) -> str:
    noun = data["grouped_by"]
    if not data["has_groups"]:
        return f"The photographs are those of **{data['source']}**; none were found that belong together."
    if not data["with_group"]:
        return f"The photographs are those of **{data['source']}**; near-duplicates were kept together."
    return (
        f"The photographs are those of **{data['source']}**. The {noun} is named for {data['with_group']} of "
        f"{data['rows']}; of the others, near-duplicates were kept together."
    )


def serving(serving: dict[str, Any] | None) -> str:
    """The times of the load test, what answers cost, and one of them."""
    if serving is None:
        return "_Not measured yet: `python -m image_api loadtest`._"
    price, per_second = Config().price_per_hour, serving["loads"][-1]["per_second"]
    cost = price / 3600 * 1000 / per_second
    return "\n\n".join(
        [
            load_table(serving["loads"]),
            f"Measured on {serving['machine']}, which also ran the load generator. At an assumed ${price:g} per hour "
            f"for such a machine (`config.py`), fully used, 1,000 answers cost ${cost:.6f}. An answer:",
            f"```json\n{json.dumps(serving['answer'], indent=1, ensure_ascii=False)}\n```",
        ]
    )


def weakest(measured: dict[str, Any]) -> str:
    """Where this run is weakest: classes, the other domain, the size of the test set."""
    points = [_lowest_recall(measured), *_abroad(measured), _width(measured)]
    return "The weakest points that this run measured:\n\n" + "\n".join(f"- {point}" for point in points)


def _lowest_recall(measured: dict[str, Any]) -> str:
    recalls = [row for row in measured["results"] if row["metric"].startswith("recall_")]
    lowest = min(row["value"] for row in recalls)
    worst = [row for row in recalls if row["value"] == lowest]
    names = " and ".join(f"`{row['label'].removeprefix('Recall, ')}`" for row in worst)
    return f"{names} {'is' if len(worst) == 1 else 'are'} found least often: recall {score(worst[0])}."


def _abroad(measured: dict[str, Any]) -> list[str]:
    model, field, abstention = main(measured), in_field(measured), measured["abstention"]
    if not field:
        return []
    points = []
    if field["value"] < model["value"]:
        points.append(f"{model['label']} {place(field)} is {score(field)}, against {score(model)} on the test set.")
    row = abstention["rows"][-1]
    if row["unlike"]["value"] > OFTEN:
        points.append(
            f"{row['unlike']['value']:.0%} of the photographs {place(field)} are refused as unlike the training set."
        )
    if row["coverage"]["value"] and row["risk"]["value"] > abstention["risk"]:
        points.append(
            f"Of the answers given {place(field)}, {score(row['risk'])} are wrong; the threshold was chosen to allow "
            f"{abstention['risk']:.2f}."
        )
    return points


def _width(measured: dict[str, Any]) -> str:
    model, data = main(measured), measured["data"]
    low, high = (round(end, 2) for end in model["ci95"])  # as they are shown
    tested = f"{data['test_groups']} {data['grouped_by']}s to test on"
    if data["test_groups"] < FEW:
        return f"With only {tested}, no number here means much, and no interval."
    return f"With {tested}, the interval of {model['label']} is {high - low:.2f} wide."
