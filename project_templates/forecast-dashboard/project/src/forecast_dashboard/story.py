"""The report's paragraphs: the result in a sentence, the data, the weakest points."""

from collections import Counter
from typing import Any

from forecast_dashboard import telling
from forecast_dashboard.config import PICTURE, ROOT
from forecast_dashboard.findings import ADAPTIVE, PLAIN
from forecast_dashboard.measured import intervals, main, one, percent, rows, three, whole
from forecast_dashboard.wording import interval


def headline(measured: dict[str, Any]) -> str:
    model, data = main(measured), measured["data"]
    skill = next(
        each for each in measured["skill"] if each["of"] == model["model"] and each["against"].endswith("last week")
    )
    drawn = "The demand is drawn by code: this shows the method, and nothing about a real town. "
    picture = "![Every forecast's error with its interval](reports/figures/results.png)"
    if PICTURE.is_file():
        picture = f"![The page: tomorrow, and a day as it was forecast]({PICTURE.relative_to(ROOT).as_posix()})"
    return (
        f"**MASE {three(model['value'])} {interval(model, three)} over {data['test_days']} days that were never looked "
        f"at: {percent(skill['value'])} {interval(skill, percent)} less error than last week's demand.**\n\n"
        f"{drawn if data['synthetic'] else ''}{_promise(measured)} {_claim(measured)}\n\n{picture}"
    )


def _promise(measured: dict[str, Any]) -> str:
    """What the intervals do on average, and where they fail."""
    plain, adaptive = intervals(measured, PLAIN), intervals(measured, ADAPTIVE)
    worst = min(plain["slices"], key=lambda part: part["coverage"])
    same = next(part for part in adaptive["slices"] if part["name"] == worst["name"])
    return (
        f"Plain intervals promise {whole(plain['promised'])} and hold {percent(plain['coverage'])}, but only "
        f"{percent(worst['coverage'])} where it is worst ({worst['name']}, {worst['n']} intervals); the adaptive ones "
        f"hold {percent(same['coverage'])} there."
    )


def _claim(measured: dict[str, Any]) -> str:
    """What a leak would have added."""
    naive = next((row for row in rows(measured, "mase") if row["role"] == "naive"), None)
    if naive is None:
        return "No weather was measured, so none is used."
    claim = f"it would claim {three(naive['value'])}"
    claim += "" if naive["value"] < main(measured)["value"] else ", which is no better this time"
    return f"With tomorrow's weather let in, as many published results have it, {claim}."


def data(measured: dict[str, Any]) -> str:
    data = measured["data"]
    areas = f" of {len(data['areas'])} areas" if len(data["areas"]) > 1 else ""
    lines = [
        f"{data['rows']} rows{areas}, one for every {data['step_minutes']} minutes, from {data['first']} to "
        f"{data['last']} by the clocks of {data['zone']}; {data['missing']} values are missing or cannot be believed. "
        f"The first {data['train_days']} days train, the {data['test_days']} from {data['test_first']} test. "
        f"Licence: {data['licence']}.",
        _found(data["findings"]),
    ]
    if data["synthetic"]:
        lines.append(
            "They are **drawn by code** (`src/forecast_dashboard/sample.py`), so that all of this runs offline and it "
            "is known what is hidden in them: days and weeks and seasons, heating and cooling, holidays, and what goes "
            "wrong with real meters and real summers. A result on them shows that the method finds what was hidden on "
            "purpose, and nothing about a real town."
        )
    if data["has_weather"]:
        lines.append(
            "The weather forecast is **emulated**: the temperature that came, with one error for each day and one for "
            "each interval (`weather.py`). Archives of real forecasts are rare; with one of your own, that file is "
            "what to change."
        )
    return "\n\n".join(line for line in lines if line)


def _found(findings: list[dict[str, Any]]) -> str:
    """What `quality.py` saw, kind by kind."""
    if not findings:
        return ""
    kinds = Counter(each["kind"] for each in findings)
    first = {each["kind"]: each for each in reversed(findings)}
    told = []
    for kind, number in kinds.items():
        each = first[kind]
        place = f" in {each['area']}" if each["area"] else ""
        size = each["detail"] or f"{each['intervals']} intervals"
        told.append(f"{number} × {kind} (first on {each['first']}{place}, {size})")
    return f"Found before anything was learned: {'; '.join(told)}."


def serving(measured: dict[str, Any]) -> str:
    """The beginning of an answer: a whole day is long."""
    found = measured.get("serving")
    if found is None:
        return telling.latency(None)
    return telling.latency(found, {**found["answer"], "intervals": found["answer"]["intervals"][:2]})


def weakest(measured: dict[str, Any]) -> str:
    adaptive = intervals(measured, ADAPTIVE)
    worst = min(adaptive["slices"], key=lambda part: part["coverage"])
    wrong = max(adaptive["slices"], key=lambda part: part["mae"])
    model, overall = main(measured), main(measured, "mae")
    points = [
        f"The adaptive intervals hold least on {worst['name']}: {percent(worst['coverage'])} of {worst['n']} "
        f"intervals, where {whole(adaptive['promised'])} are promised.",
        f"The error is largest on {wrong['name']}: {one(wrong['mae'])} MW, where it is {one(overall['value'])} MW over "
        "all.",
    ]
    known = next((row for row in rows(measured, "mase") if row["role"] == "naive"), None)
    if known and known["value"] < model["value"]:
        points.append(
            f"Perfect knowledge of tomorrow's weather would take MASE from {three(model['value'])} to "
            f"{three(known['value'])}: what a better weather forecast can bring at most."
        )
    return "The weakest points that this run measured:\n\n" + "\n".join(f"- {point}" for point in points)
