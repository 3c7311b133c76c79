"""The report's paragraphs: the result in a sentence, the data, the service, the weakest points."""

import json
from typing import Any

from recommender.config import EXPLORATION, PROJECT, Config
from recommender.kit.blocks import interval, links, load_table
from recommender.reporting.rows import against, baselines, decides, main, signed_three, three
from recommender.reporting.verdict import decision, missed


def headline(measured: dict[str, Any]) -> str:
    """What it is, what the experiment decided, how good the ranking is, and a picture."""
    model, data = main(measured), measured["data"]
    test = measured.get("abtest")
    picture = "![Every ranking's score with its interval](reports/figures/results.png)"
    if PROJECT.screenshot.is_file():
        picture = f"![The page with both rankings]({PROJECT.screenshot.relative_to(PROJECT.root).as_posix()})"
    drawn = " The data are synthetic, drawn by code: they show the method, and nothing about real visitors."
    lines = [
        f"A {data['noun']} recommender with an A/B test of its rankings. "
        f"{decision(test) if test else 'Whether a new ranking should replace the one there is, is not tested yet.'}",
        f"**{model['label']} of {three(model['value'])} {interval(model, three)} for the next {data['noun']} of "
        f"{model['n']:,} users**, ranked among all {data['items']} without those they know. "
        f"{_against_baselines(measured)}{drawn if data['synthetic'] else ''}",
        f"{links(PROJECT)}{picture}",
    ]
    return "\n\n".join(lines)


def _against_baselines(measured: dict[str, Any]) -> str:
    """The model against the strongest baseline of the same protocol; no verdict that rests on the order of ties."""
    model = main(measured)
    strongest = max(baselines(measured), key=lambda row: row["value"])
    difference = against(measured, strongest["model"], model["split"])
    size = f"{signed_three(difference['difference'])}, 95% interval {interval(difference, signed_three)}"
    orders = [difference, *(measured["ties"]["differences"] if strongest["model"] == "item-kNN" else [])]
    if len({decides(each) for each in orders}) > 1:
        return (
            f"Whether it is better than {strongest['model']}, the strongest baseline, is **undecided**: {size}, but "
            f"{_orders(orders, measured)}, and the verdict is not the same in all of them."
        )
    said = f"It is {decides(difference)} {strongest['model']}, the strongest baseline: {size}."
    return f"{said} The verdict stays the same {_orders(orders, measured)}." if len(orders) > 1 else said


def _orders(differences: list[dict[str, Any]], measured: dict[str, Any]) -> str:
    """How much the comparison depends on the order of events that share their time."""
    values = [each["difference"] for each in differences]
    return (
        f"in {len(values)} random orders of events that share their time, as the newest one of "
        f"{measured['ties']['share']:.0%} of the users does, the difference is between {signed_three(min(values))} and "
        f"{signed_three(max(values))}"
    )


def data(measured: dict[str, Any]) -> str:
    """How many events there are, how they are split, and under which license."""
    data = measured["data"]
    nouns = data["nouns"]
    lines = [
        f"{data['rows']} events of {data['users']} users and {data['items']} {nouns}, {data['first']} to "
        f"{data['last']}; half of the users have {data['median_events']} or fewer. A tenth of the {nouns} makes up "
        f"{data['tenth_share']:.0%} of the events. {data['train']} events are for training, {data['test']} for "
        f"testing. License: {data['licence']}."
    ]
    if data["left_out"]:
        lines.append(f"{data['left_out']} {nouns} with too few events were left out.")
    if EXPLORATION.is_file():
        lines.append("A first look at the training events: [reports/explore.md](reports/explore.md).")
    lines.append(_drawn() if data["synthetic"] else _collected(data))
    return "\n\n".join(lines)


def _drawn() -> str:
    return (
        "They are **synthetic, drawn by code** (`src/recommender/data/sample.py`), so that everything runs offline "
        "and the truth of the experiment is known, with the flaws of real services built in: a few films that many "
        "watch, niches that no genre describes, tastes that drift, films that come out late, viewers of whom little "
        "is known. A result on drawn viewers shows that the method finds what was hidden in them on purpose, "
        "and nothing about real ones."
    )


def _collected(data: dict[str, Any]) -> str:
    return (
        f"The events are those of **{data['source']}**; how often somebody chose the same {data['noun']} again does "
        "not count, and how much they liked it neither. The visitors of the experiment are simulated from them."
    )


def serving(serving: dict[str, Any] | None) -> str:
    """The times of the load test, what answers cost, and the beginning of one: its list is long, its token longer."""
    if serving is None:
        return "_Not measured yet: `python -m recommender loadtest`._"
    price, per_second = Config().price_per_hour, serving["loads"][-1]["per_second"]
    cost = price / 3600 * 1000 / per_second
    answer = {**serving["answer"], "items": serving["answer"]["items"][:2], "token": "…"}
    return "\n\n".join(
        [
            load_table(serving["loads"]),
            f"Measured on {serving['machine']}, which also ran the load generator. At an assumed ${price:g} per hour "
            f"for such a machine (`config.py`), fully used, 1,000 answers cost ${cost:.6f}. How an answer begins:",
            f"```json\n{json.dumps(answer, indent=1, ensure_ascii=False)}\n```",
        ]
    )


def page(measured: dict[str, Any]) -> str:
    """What the page that needs no service ranks by."""
    if not (found := measured.get("page")):
        return "_Not measured yet: `python -m recommender evaluate`._"
    if found["kept"] == found["of"]:
        return "That page holds all weights of both rankings, and ranks as the service does."
    return (
        f"For each of {found['of']} {measured['data']['nouns']} that page keeps the {found['kept']} largest weights of "
        f"a ranking: the nDCG of EASE is then {three(found['ndcg'])} instead of {three(found['whole'])}."
    )


def weakest(measured: dict[str, Any]) -> str:
    """Where this run is weakest: kinds of items, the catalogue, the experiment, the log."""
    points = [*_offline(measured), *_experiment(measured)]
    return "The weakest points that this run measured:\n\n" + "\n".join(f"- {point}" for point in points)


def _offline(measured: dict[str, Any]) -> list[str]:
    beyond, nouns = measured["beyond"], measured["data"]["nouns"]
    strata = next(row["strata"] for row in beyond["popularity"] if row["model"] == "EASE")
    worst = min((each for each in strata if each["n"]), key=lambda each: each["value"])
    spread = {row["model"]: row for row in beyond["spread"]}
    return [
        f"Recall of EASE is lowest for {nouns} of the {worst['name']}: {three(worst['value'])} "
        f"{interval(worst, three)}.",
        f"EASE recommends {spread['EASE']['coverage']:.0%} of the catalogue to at least one user; item-kNN "
        f"{spread['item-kNN']['coverage']:.0%}.",
    ]


def _experiment(measured: dict[str, Any]) -> list[str]:
    points = []
    if (test := measured.get("abtest")) and test["arms"]:
        low, high = test["arms"][0]["estimates"][2]["ci95"]
        points.append(
            f"The always-valid interval of the experiment is {high - low:.3f} {test['metric']} wide, while "
            f"{test['control']} gets {test['control_mean']:.2f} in all."
        )
        points += [
            f"The guardrail “{each['name']}” is {each['state']}, with a power of {each['power']:.0%}."
            for arm in test["arms"]
            for each in arm["guardrails"]
            if each["state"] != "holds"
        ]
    points += [line.replace("**", "") for line in missed(measured.get("ope", {"policies": []})["policies"])]
    refused = [row["policy"] for row in measured.get("ope", {"policies": []})["policies"] if not row["estimates"]]
    if refused:
        points.append(f"The log cannot tell what {' and '.join(refused)} would have earned: too little support.")
    return points
