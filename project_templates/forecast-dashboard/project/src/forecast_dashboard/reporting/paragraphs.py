"""The report's paragraphs: the result in a sentence, the data, the service, the weakest points."""

import json
from collections import Counter
from typing import Any

from forecast_dashboard.config import EXPLORATION, PROJECT, Config
from forecast_dashboard.kit.blocks import interval, links, load_table
from forecast_dashboard.reporting.rows import intervals, main, one, percent, rows, strongest, three, whole
from forecast_dashboard.reporting.tables import ADAPTIVE, FROZEN, PLAIN


def headline(measured: dict[str, Any]) -> str:
    """The result in a sentence, what the intervals cover, and a picture."""
    model, data = main(measured), measured["data"]
    drawn = "The data are synthetic, drawn by code: they show the method, and nothing about a real place. "
    picture = "![Every forecast's error with its interval](reports/figures/results.png)"
    if PROJECT.screenshot.is_file():
        path = PROJECT.screenshot.relative_to(PROJECT.root).as_posix()
        picture = f"![The page: one day of the test year, its forecast and the actual values]({path})"
    return (
        f"**{data['noun'].capitalize()} a day ahead: MASE {three(model['value'])} {interval(model, three)} over "
        f"{data['test_days']} held-out days, {_against_the_strongest(measured)}.**\n\n"
        f"{drawn if data['synthetic'] else ''}{_promise(measured)} {_claim(measured)}\n\n{links(PROJECT)}{picture}"
    )


def _against_the_strongest(measured: dict[str, Any]) -> str:
    """The model beside the baseline that is hardest to beat."""
    model, rival = main(measured), strongest(measured)
    skills = measured["skill"]
    skill = next(each for each in skills if (each["of"], each["against"]) == (model["model"], rival["model"]))
    low, high = skill["ci95"]
    verdict = "less error than" if low > 0 else "more error than" if high < 0 else "no clearly different error from"
    size = f"{percent(abs(skill['value']))} " if low > 0 or high < 0 else ""
    return f"{size}{verdict} the strongest baseline ({rival['model']})"


def _promise(measured: dict[str, Any]) -> str:
    """What the intervals cover on average, and where they fail."""
    plain, adaptive, frozen = (intervals(measured, method) for method in (PLAIN, ADAPTIVE, FROZEN))
    worst = [min(each["slices"], key=lambda part: part["coverage"]) for each in (plain, adaptive)]
    first, second = (f"{percent(each['coverage'])} at worst ({each['name']}, {each['n']} values)" for each in worst)
    still = next(part for part in frozen["slices"] if part["name"] == worst[0]["name"])
    same = next(part for part in adaptive["slices"] if part["name"] == worst[0]["name"])
    return (
        f"Plain {whole(plain['promised'])} intervals cover {percent(plain['coverage'])} of the actual values, "
        f"and {first}. The adaptive ones, which are served, cover {percent(adaptive['coverage'])}, and {second}. Where "
        f"the plain ones are worst, the adaptive ones cover {percent(same['coverage'])}, or "
        f"{percent(still['coverage'])} while no actual values come."
    )


def _claim(measured: dict[str, Any]) -> str:
    """What a leak would have added."""
    naive = next((row for row in rows(measured, "mase") if row["role"] == "naive"), None)
    if naive is None:
        return "No weather was measured, so none is used."
    claim = f"this project would claim a MASE of {three(naive['value'])}"
    claim += "" if naive["value"] < main(measured)["value"] else ", which is no better this time"
    return f"With tomorrow's actual weather let in, a common data leak, {claim}."


def data(measured: dict[str, Any]) -> str:
    """How much data there is, how it is split, what is wrong with it, and under which license."""
    data = measured["data"]
    areas = f" of {len(data['areas'])} areas" if len(data["areas"]) > 1 else ""
    lines = [
        f"{data['rows']} rows{areas}, one for every {data['step_minutes']} minutes, from {data['first']} to "
        f"{data['last']} by the clocks of {data['zone']}; {data['missing']} values are missing or cannot be believed. "
        f"The first {data['train_days']} days are for training, the {data['test_days']} from {data['test_first']} are "
        f"the test. License: {data['licence']}.",
        _defects(data["findings"]),
        *(
            ["A first look at the training days: [reports/explore.md](reports/explore.md)."]
            if EXPLORATION.is_file()
            else []
        ),
        *([_drawn()] if data["synthetic"] else []),
    ]
    if data["has_weather"]:
        lines.append(
            "The weather forecast is **emulated**: the actual temperature, with one error for each day and one for "
            "each interval (`weather.py`). If you have an archive of real forecasts, change that file."
        )
    return "\n\n".join(line for line in lines if line)


def _drawn() -> str:
    return (
        "They are **synthetic, drawn by code** (`src/forecast_dashboard/data/sample.py`), so that everything runs "
        "offline and it is known what is hidden in them: days, weeks and seasons, heating and cooling, holidays, and "
        "what goes wrong with real meters and real summers. A result on them shows that the method finds what was "
        "hidden on purpose, and nothing about a real place."
    )


def _defects(findings: list[dict[str, Any]]) -> str:
    """What the checks of the data found, kind by kind."""
    if not findings:
        return ""
    kinds = Counter(each["kind"] for each in findings)
    first = {each["kind"]: each for each in reversed(findings)}
    defects = []
    for kind, number in kinds.items():
        each = first[kind]
        place = f" in {each['area']}" if each["area"] else ""
        size = each["detail"] or f"{each['intervals']} intervals"
        defects.append(f"{number} × {kind} (first on {each['first']}{place}, {size})")
    return f"Data checks found: {'; '.join(defects)}."


def serving(serving: dict[str, Any] | None) -> str:
    """The times of the load test, what answers cost, and how one begins: a whole day is long."""
    if serving is None:
        return "_Not measured yet: `python -m forecast_dashboard loadtest`._"
    price, per_second = Config().price_per_hour, serving["loads"][-1]["per_second"]
    cost = price / 3600 * 1000 / per_second
    answer = {**serving["answer"], "intervals": serving["answer"]["intervals"][:2]}
    return "\n\n".join(
        [
            load_table(serving["loads"]),
            f"Measured on {serving['machine']}, which also ran the load generator. At an assumed ${price:g} per hour "
            f"for such a machine (`config.py`), fully used, 1,000 answers cost ${cost:.6f}. How an answer begins:",
            f"```json\n{json.dumps(answer, indent=1, ensure_ascii=False)}\n```",
        ]
    )


def weakest(measured: dict[str, Any]) -> str:
    """Where this run is weakest: the worst coverage, the largest error, the weather."""
    adaptive = intervals(measured, ADAPTIVE)
    worst = min(adaptive["slices"], key=lambda part: part["coverage"])
    wrong = max(adaptive["slices"], key=lambda part: part["mae"])
    model, overall, unit = main(measured), main(measured, "mae"), measured["data"]["unit"]
    points = [
        f"The adaptive intervals cover least on {worst['name']}: {percent(worst['coverage'])} of {worst['n']} "
        f"values, where {whole(adaptive['promised'])} are promised.",
        f"The error is largest on {wrong['name']}: {one(wrong['mae'])} {unit}, against {one(overall['value'])} {unit} "
        "overall.",
    ]
    reserve = next(row for row in measured["decision"]["rows"] if row["commit"] == "the forecast")
    if reserve["saved_ci95"][1] < 0:
        points.append(f"The reserve cost {-reserve['saved']} a day more than committing the forecast itself.")
    known = next((row for row in rows(measured, "mase") if row["role"] == "naive"), None)
    if known and known["value"] < model["value"]:
        points.append(
            f"Perfect knowledge of tomorrow's weather would take MASE from {three(model['value'])} to "
            f"{three(known['value'])}: the most that a better weather forecast can bring."
        )
    return "The weakest points that this run measured:\n\n" + "\n".join(f"- {point}" for point in points)
