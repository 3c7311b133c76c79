"""The report's paragraphs: the result in a sentence, the data, the service, the weakest points, where it comes from."""

from typing import Any

from recommender import telling
from recommender.config import PICTURE, ROOT
from recommender.measured import against, decides, main, naive, signed_three, three
from recommender.wording import interval


def headline(measured: dict[str, Any]) -> str:
    model, data = main(measured), measured["data"]
    knn = against(measured, "item-kNN", model["split"])
    claim = naive(measured)
    drawn = "The viewers are drawn by code: this shows the method, and nothing about real ones. "
    picture = "![Every ranking's score with its interval](reports/figures/results.png)"
    if PICTURE.is_file():
        picture = f"![The page with both rankings]({PICTURE.relative_to(ROOT).as_posix()})"
    return (
        f"**{three(model['value'])} {interval(model, three)} {model['label']} for {model['split']} of {model['n']} "
        f"users, out of {data['items']}.** Ranked among a few {data['noun']}s drawn at random, the same model would "
        f"have claimed {three(claim['value'])}.\n\n"
        f"{drawn if data['synthetic'] else ''}EASE is {decides(knn)} item-kNN on the same events: "
        f"{signed_three(knn['difference'])}, 95 % interval {interval(knn, signed_three)}. {_online(measured)}\n\n"
        f"{picture}"
    )


def _online(measured: dict[str, Any]) -> str:
    """What the experiment said, in a sentence."""
    found = measured.get("abtest")
    if not found:
        return "Whether that helps anybody is not measured yet."
    if not found["estimates"]:
        return "The experiment says nothing: its groups are not as large as they were assigned."
    once = found["estimates"][1]
    low, high = once["ci95"]
    verdict = "more" if low > 0 else "fewer" if high < 0 else "no clearly different number of"
    truth = "" if found["truth"] is None else f" (in truth {signed_three(found['truth'])})"
    return (
        f"Served side by side, it gets {verdict} {found['metric']}: {signed_three(once['difference'])}, 95 % interval "
        f"{interval(once, signed_three)}{truth}."
    )


def data(measured: dict[str, Any]) -> str:
    data = measured["data"]
    noun = data["noun"]
    lines = [
        f"{data['rows']} events of {data['users']} users and {data['items']} {noun}s, {data['first']} to "
        f"{data['last']}; half of the users have {data['median_events']} or fewer. A tenth of the {noun}s makes up "
        f"{data['tenth_share']:.0%} of the events. {data['train']} events train, {data['test']} test. "
        f"Licence: {data['licence']}."
    ]
    if data["left_out"]:
        lines.append(f"{data['left_out']} {noun}s were left out, which too few had watched.")
    if data["synthetic"]:
        lines.append(
            "They are **drawn by code** (`src/recommender/sample.py`), so that all of this runs offline and the truth "
            "of the experiment is known, with the sins of real services: a few films that everybody watches, niches "
            "that no genre tells, tastes that drift, films that come out late, viewers who have just joined. A result "
            "on drawn viewers shows that the method finds what was hidden in them on purpose, and nothing about real "
            "ones."
        )
    else:
        lines.append(
            f"The events are those of **{data['source']}**; how often somebody watched the same {noun} again does not "
            "count, nor how much they liked it. The visitors of the experiment are made up from them."
        )
    return "\n\n".join(lines)


def serving(measured: dict[str, Any]) -> str:
    """The beginning of an answer: its list is long, and its token longer."""
    found = measured.get("serving")
    if found is None:
        return telling.latency(None)
    return telling.latency(found, {**found["answer"], "items": found["answer"]["items"][:2], "token": "…"})


def weakest(measured: dict[str, Any]) -> str:
    found, noun, points = measured["beyond"], measured["data"]["noun"], []
    strata = next(row["strata"] for row in found["popularity"] if row["model"] == "EASE")
    worst = min((each for each in strata if each["n"]), key=lambda each: each["value"])
    points.append(
        f"Where the next {noun} is one of the {worst['name']}, it is among the first ten in a share of "
        f"{three(worst['value'])} {interval(worst, three)}."
    )
    spread = {row["model"]: row for row in found["spread"]}
    points.append(
        f"It shows {spread['EASE']['coverage']:.0%} of the catalogue to anybody at all; item-kNN shows "
        f"{spread['item-kNN']['coverage']:.0%}."
    )
    if (test := measured.get("abtest")) and test["estimates"]:
        once = test["estimates"][1]
        low, high = once["ci95"]
        points.append(
            f"The interval of the experiment is {high - low:.3f} {test['metric']} wide, where all that the ranking of "
            f"today gets is {test['control_mean']:.2f}."
        )
    if "ope" in measured:
        refused = [row["policy"] for row in measured["ope"]["policies"] if not row["estimates"]]
        if refused:
            points.append(
                f"The log says nothing of what {' and '.join(refused)} would have earned: too little support."
            )
    return "The weakest points that this run measured:\n\n" + "\n".join(f"- {point}" for point in points)
