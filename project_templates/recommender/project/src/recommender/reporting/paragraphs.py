"""The report's paragraphs: the result in a sentence, the data, the service, the weakest points."""

import json
from typing import Any

from recommender.config import PROJECT, Config
from recommender.kit.blocks import interval, load_table
from recommender.reporting.rows import against, decides, main, naive, signed_three, three


def headline(measured: dict[str, Any]) -> str:
    """The result in two sentences, what the experiment said, and a picture."""
    model, data = main(measured), measured["data"]
    knn = against(measured, "item-kNN", model["split"])
    claim = naive(measured)
    drawn = "The data are synthetic, drawn by code: they show the method, and nothing about real viewers. "
    picture = "![Every ranking's score with its interval](reports/figures/results.png)"
    if PROJECT.screenshot.is_file():
        picture = f"![The page with both rankings]({PROJECT.screenshot.relative_to(PROJECT.root).as_posix()})"
    return (
        f"**{model['label']} of {three(model['value'])} {interval(model, three)} for the next {data['noun']} of "
        f"{model['n']:,} users, ranked among all {data['items']}.** Ranked among {Config().sampled} {data['noun']}s "
        "drawn at random, the same model would have claimed "
        f"{three(claim['value'])}.\n\n{drawn if data['synthetic'] else ''}EASE is {decides(knn)} item-kNN on the same "
        f"events: {signed_three(knn['difference'])}, 95% interval {interval(knn, signed_three)}. "
        f"{_online(measured)}\n\n{picture}"
    )


def _online(measured: dict[str, Any]) -> str:
    """What the experiment said, in a sentence."""
    test = measured.get("abtest")
    if not test:
        return "Whether that helps anybody is not measured yet."
    if not test["estimates"]:
        return "The A/B test says nothing: its groups are not as large as they were assigned."
    once = test["estimates"][1]
    low, high = once["ci95"]
    verdict = "more" if low > 0 else "fewer" if high < 0 else "no clearly different number of"
    truth = "" if test["truth"] is None else f" (the truth of the simulation: {signed_three(test['truth'])})"
    low, high = test["estimates"][2]["ci95"]
    always = "" if low > 0 or high < 0 else " Under continuous monitoring that is not significant."
    return (
        f"In the A/B test it gets {verdict} {test['metric']}: {signed_three(once['difference'])}, 95% interval "
        f"{interval(once, signed_three)}{truth}.{always}"
    )


def data(measured: dict[str, Any]) -> str:
    """How many events there are, how they are split, and under which license."""
    data = measured["data"]
    noun = data["noun"]
    lines = [
        f"{data['rows']} events of {data['users']} users and {data['items']} {noun}s, {data['first']} to "
        f"{data['last']}; half of the users have {data['median_events']} or fewer. A tenth of the {noun}s makes up "
        f"{data['tenth_share']:.0%} of the events. {data['train']} events are for training, {data['test']} for "
        f"testing. License: {data['licence']}."
    ]
    if data["left_out"]:
        lines.append(f"{data['left_out']} {noun}s with too few events were left out.")
    lines.append(_drawn() if data["synthetic"] else _collected(data))
    return "\n\n".join(lines)


def _drawn() -> str:
    return (
        "They are **synthetic, drawn by code** (`src/recommender/data/sample.py`), so that everything runs offline "
        "and the truth of the experiment is known, with the flaws of real services built in: a few films that "
        "everybody watches, niches that no genre describes, tastes that drift, films that come out late, viewers who "
        "have just joined. A result on drawn viewers shows that the method finds what was hidden in them on purpose, "
        "and nothing about real ones."
    )


def _collected(data: dict[str, Any]) -> str:
    return (
        f"The events are those of **{data['source']}**; how often somebody watched the same {data['noun']} again does "
        "not count, nor how much they liked it. The visitors of the experiment are simulated from them."
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


def weakest(measured: dict[str, Any]) -> str:
    """Where this run is weakest: kinds of items, the catalogue, the experiment, the log."""
    points = [*_offline(measured), *_experiment(measured)]
    return "The weakest points that this run measured:\n\n" + "\n".join(f"- {point}" for point in points)


def _offline(measured: dict[str, Any]) -> list[str]:
    beyond, noun = measured["beyond"], measured["data"]["noun"]
    strata = next(row["strata"] for row in beyond["popularity"] if row["model"] == "EASE")
    worst = min((each for each in strata if each["n"]), key=lambda each: each["value"])
    spread = {row["model"]: row for row in beyond["spread"]}
    return [
        f"Recall of EASE is lowest for {noun}s of the {worst['name']}: {three(worst['value'])} "
        f"{interval(worst, three)}.",
        f"EASE recommends {spread['EASE']['coverage']:.0%} of the catalogue to at least one user; item-kNN "
        f"{spread['item-kNN']['coverage']:.0%}.",
    ]


def _experiment(measured: dict[str, Any]) -> list[str]:
    points = []
    if (test := measured.get("abtest")) and test["estimates"]:
        low, high = test["estimates"][1]["ci95"]
        points.append(
            f"The interval of the experiment is {high - low:.3f} {test['metric']} wide, while today's ranking gets "
            f"{test['control_mean']:.2f} in all."
        )
    refused = [row["policy"] for row in measured.get("ope", {"policies": []})["policies"] if not row["estimates"]]
    if refused:
        points.append(f"The log cannot tell what {' and '.join(refused)} would have earned: too little support.")
    return points
