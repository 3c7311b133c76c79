"""The report's tables: what was tried, how good it is, what its intervals cover, where they fail, what it is worth."""

from typing import Any

from forecast_dashboard.config import PROJECT
from forecast_dashboard.kit.blocks import interval, model_name, table
from forecast_dashboard.reporting.rows import intervals, main, one, percent, rows, signed_three, three, whole

SHOWN = 8  # inputs
PLAIN, ADAPTIVE, FROZEN = "plain conformal", "adaptive conformal", "adaptive, without actual values"


def experiments(runs: list[dict[str, Any]]) -> str:
    """Every design with its validation error."""
    lines = [
        [run["name"], run["decision"], run["weather"].removeprefix("with "), three(run["validation_mase"])]
        for run in runs
    ]
    return (
        f"{table(['Experiment', 'Decision it tests', 'Weather', 'MASE in validation'], lines)}\n\n"
        f"Each was fitted to the training days but the last {runs[0]['validation_days']}, and forecast those; the test "
        "year had no part in it. The best design that learns from all days is kept, for each kind of weather."
    )


def results(measured: dict[str, Any]) -> str:
    """The main table, baselines first."""
    mae, rmse, bias, peak = (
        {row["model"]: row for row in rows(measured, metric)} for metric in ("mae", "rmse", "bias", "peak")
    )
    judged = rows(measured, "mase")
    unit = measured["data"]["unit"]
    header = ["Forecast", "Measured on", "MASE", "95% interval"]
    header += [f"{name}, {unit}" for name in ("MAE", "RMSE", "Bias", "Daily peak")]
    scores = [
        [model_name(row), "test year", three(row["value"]), interval(row, three)]
        + [one(each[row["model"]]["value"]).replace("-", "−") for each in (mae, rmse, bias, peak)]
        for row in judged
    ]
    lines = [
        table(header, scores),
        "MASE is the error as a multiple of that of yesterday's values on the training days. Tested on "
        f"{judged[0]['n']} values of {measured['data']['test_days']} days, each day forecast at its midnight by models "
        f"that were fitted again every {measured['data']['refit_days']} days, as the service's own should be; the row "
        "_fitted once_ shows what that is worth. _Daily peak_ is the error of the highest value of each day.",
        *_leak(measured),
    ]
    if PROJECT.screenshot.is_file():  # else the first screen shows it
        lines.append("![Every forecast's error with its interval](reports/figures/results.png)")
    return "\n\n".join(lines)


def _leak(measured: dict[str, Any]) -> list[str]:
    known = next((row for row in rows(measured, "mase") if row["role"] == "naive"), None)
    if known is None:
        return []
    helped = known["value"] < main(measured)["value"]
    return [
        "The row in italics knew **tomorrow's actual weather**: an evaluation that joins each value with the weather "
        "of the same hour claims this. No real forecast can know it."
        + ("" if helped else " This time it gained nothing: what limits this model is not the weather.")
    ]


def skill(measured: dict[str, Any]) -> str:
    """By how much the models are better than the naive forecasts, and the paired differences."""
    skills = [[each["of"], each["against"], three(each["value"]), interval(each, three)] for each in measured["skill"]]
    differences = [
        [each["against"], signed_three(each["difference"]), interval(each, signed_three)]
        for each in measured["comparisons"]
    ]
    return "\n\n".join(
        [
            "By what share the error is smaller than that of each baseline (skill), on the same hours and weeks:",
            table(["Forecast", "Compared with", "Skill", "95% interval"], skills),
            "The difference in MASE between the served forecast and each other one, paired; below zero, the served one "
            "is better:",
            table(["Compared with", "Difference", "95% interval"], differences),
        ]
    )


def coverage(measured: dict[str, Any]) -> str:
    """What every kind of interval covers, on average."""
    promised, width = measured["intervals"][0]["promised"], f"Width, {measured['data']['unit']}"
    lines = [
        [each["method"], each["model"], percent(each["coverage"]), interval(each, percent), one(each["width"])]
        for each in measured["intervals"]
    ]
    return (
        f"{table(['Intervals', 'Around', 'Coverage', '95% interval', width], lines)}\n\n"
        f"All promise {whole(promised)}. This average over all hours is what usually is reported. _Adaptive_ moves "
        "after each day whose actual values have come, in the test as in the service; _without actual values_ is what "
        "the service answers while none are sent to `/actuals`, so that nothing moves its intervals."
    )


def errors(measured: dict[str, Any]) -> str:
    """Errors and coverage of the served model, slice by slice."""
    plain, adaptive = intervals(measured, PLAIN), intervals(measured, ADAPTIVE)
    lines = [
        [
            part["name"],
            str(part["n"]),
            one(part["mae"]),
            percent(part["coverage"]),
            percent(other["coverage"]),
            one(other["width"]),
        ]
        for part, other in zip(plain["slices"], adaptive["slices"], strict=True)
    ]
    unit = measured["data"]["unit"]
    header = ["When", "Values", f"Error, {unit}", "Plain covers", "Adaptive covers", f"Its width, {unit}"]
    return "\n\n".join(
        [
            f"Errors and intervals of the served model ({measured['data']['served']}), slice by slice; what the "
            f"intervals promise on average is {whole(plain['promised'])}:",
            table(header, lines),
            "![What the intervals cover, slice by slice](reports/figures/coverage.png)",
            "![Forecast and actual values in the worst week](reports/figures/worst_week.png)",
        ]
    )


def importance(measured: dict[str, Any]) -> str:
    """Which inputs the forecast rests on, kinds first."""
    if not (found := measured.get("importance")):
        return "_Not measured yet: `python -m forecast_dashboard evaluate`._"
    kinds, single = ([each for each in found if each["is_kind"] is is_kind] for is_kind in (True, False))
    noun = measured["data"]["noun"]
    lines = [[f"**{each['name']}**", *_growth(each)] for each in kinds]
    lines += [[each["name"].replace("demand", noun), *_growth(each)] for each in single[:SHOWN]]  # as code names inputs
    return "\n\n".join(
        [
            "Permutation importance: by how much MASE grows when an input is shuffled among the test days, for whole "
            f"kinds of inputs (bold) and for the {len(lines) - len(kinds)} single ones that matter most:",
            table(["Input", "MASE grows by", "In three repeats"], lines),
            "Inputs that carry the same information stand in for each other, so that one of them can look unimportant "
            "while its kind is not. A shuffled row is a combination that no real day shows. And the table says what "
            f"this model uses, not what causes {noun}.",
        ]
    )


def _growth(each: dict[str, Any]) -> list[str]:
    return [signed_three(each["increase"]), f"{signed_three(each['least'])} to {signed_three(each['most'])}"]


def decision(measured: dict[str, Any]) -> str:
    """What a day costs, by how much is committed."""
    costs = measured["decision"]
    lines = [
        [row["commit"], str(row["cost"]), _ends(row["ci95"]), str(row["saved"]), _ends(row["saved_ci95"])]
        for row in costs["rows"]
    ]
    areas = len(measured["data"]["areas"])
    header = ["Committed", "Cost of a day", "95% interval", "More than with the reserve", "95% interval of that"]
    return "\n\n".join(
        [
            f"One {measured['data']['unit']} too little over an hour costs {costs['short']:g}, one too much "
            f"{costs['over']:g} (`config.py`; put in your own). The average cost of a day"
            f"{f', over {areas} areas' if areas > 1 else ''}:",
            table(header, lines),
            f"The reserve is, for each hour of the day, the {whole(costs['short'] / (costs['short'] + costs['over']))} "
            "quantile of past relative errors, which is cheapest as long as errors stay what they were. "
            f"{_worth(costs['rows'])}",
        ]
    )


def _worth(rows: list[dict[str, Any]]) -> str:
    """Whether the reserve paid in the test, against the forecast alone."""
    low, high = next(row["saved_ci95"] for row in rows if row["commit"] == "the forecast")
    if low > 0:
        return "In the test year it paid."
    if high < 0:
        return (
            "In the test year it cost more than committing the forecast itself: it is made from the errors before the "
            "test, of models that knew fewer days."
        )
    return "In the test year it neither clearly paid nor clearly cost."


def _ends(ci95: list[int]) -> str:
    return f"[{ci95[0]}, {ci95[1]}]"
