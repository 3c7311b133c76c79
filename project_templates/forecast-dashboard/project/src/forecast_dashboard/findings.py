"""The report's tables: what was tried, how good it is, what its intervals hold, where they fail, what it is worth."""

from typing import Any

from forecast_dashboard.blocks import table
from forecast_dashboard.config import PICTURE
from forecast_dashboard.measured import intervals, main, one, percent, rows, signed_three, three, whole
from forecast_dashboard.wording import interval, name

PLAIN, ADAPTIVE = "plain conformal", "adaptive conformal"


def experiments(runs: list[dict[str, Any]]) -> str:
    lines = [
        [run["name"], run["decision"], run["weather"].removeprefix("with "), three(run["validation_mase"])]
        for run in runs
    ]
    return "\n\n".join(
        [
            table(["Experiment", "What it decides", "Weather", "MASE in validation"], lines),
            f"Each was fitted to the training days but the last {runs[0]['validation_days']}, and forecast those; the "
            "test year had no part in it. The best yardstick goes on, for each kind of weather.",
        ]
    )


def results(measured: dict[str, Any]) -> str:
    mae, rmse, bias, peak = (
        {row["model"]: row for row in rows(measured, metric)} for metric in ("mae", "rmse", "bias", "peak")
    )
    judged = rows(measured, "mase")
    lines = [
        table(
            ["Forecast", "Tested on", "MASE", "95 % interval", "MAE, MW", "RMSE, MW", "Bias, MW", "Daily peak, MW"],
            [
                [name(row), "test year", three(row["value"]), interval(row, three)]
                + [one(each[row["model"]]["value"]).replace("-", "−") for each in (mae, rmse, bias, peak)]
                for row in judged
            ],
        ),
        "MASE is the error as a multiple of what the same time yesterday is wrong by on the training days. Tested on "
        f"{judged[0]['n']} intervals of {measured['data']['test_days']} days, each day forecast at its midnight. "
        "_Daily peak_ is the error of the highest demand of each day.",
    ]
    if known := next((row for row in judged if row["role"] == "naive"), None):
        helped = known["value"] < main(measured)["value"]
        lines.append(
            "The row in italics knew **tomorrow's actual weather**. It is what an evaluation claims that joins weather "
            "and demand by time and thinks no more of it: an upper bound that cannot be had."
            + ("" if helped else " This time it gained nothing: what limits this model is not the weather.")
        )
    lines += [
        "By what share the error is smaller than that of the naive forecasts (skill), on the same hours and weeks:",
        table(
            ["Forecast", "Compared with", "Skill", "95 % interval"],
            [[each["of"], each["against"], three(each["value"]), interval(each, three)] for each in measured["skill"]],
        ),
        "The difference in MASE to each other forecast, paired:",
        table(
            ["Compared with", "Difference", "95 % interval"],
            [
                [each["against"], signed_three(each["difference"]), interval(each, signed_three)]
                for each in measured["comparisons"]
            ],
        ),
    ]
    lines.append("Below nought, the forecast that is served is the better one.")
    if PICTURE.is_file():  # else the first screen shows it
        lines.append("![Every forecast's error with its interval](reports/figures/results.png)")
    return "\n\n".join(lines)


def coverage(measured: dict[str, Any]) -> str:
    """What every kind of interval holds, on average."""
    promised = measured["intervals"][0]["promised"]
    return "\n\n".join(
        [
            table(
                ["Intervals", "Around", "Coverage", "95 % interval", "Width, MW"],
                [
                    [
                        each["method"],
                        each["model"],
                        percent(each["coverage"]),
                        interval(each, percent),
                        one(each["width"]),
                    ]
                    for each in measured["intervals"]
                ],
            ),
            f"All promise {whole(promised)}. On average most keep it, and that average is what usually is reported.",
        ]
    )


def errors(measured: dict[str, Any]) -> str:
    plain, adaptive = intervals(measured, PLAIN), intervals(measured, ADAPTIVE)
    found = [
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
    header = ["When", "Intervals", "Error, MW", "Plain covers", "Adaptive covers", "Its width, MW"]
    return "\n\n".join(
        [
            f"The same errors and intervals of the model that is served ({measured['data']['served']}), part by part. "
            f"Promised is {whole(plain['promised'])} everywhere:",
            table(header, found),
            "![What the intervals cover, part by part](reports/figures/coverage.png)",
            "![The week that went worst](reports/figures/worst_week.png)",
        ]
    )


def decision(measured: dict[str, Any]) -> str:
    found = measured["decision"]
    lines = [
        [row["commit"], str(row["cost"]), _ends(row["ci95"]), str(row["saved"]), _ends(row["saved_ci95"])]
        for row in found["rows"]
    ]
    areas = len(measured["data"]["areas"])
    return "\n\n".join(
        [
            f"A megawatt hour too little costs {found['short']:g}, one too much {found['over']:g} (`config.py`; put in "
            f"your own). What a day costs on average{f', over {areas} areas' if areas > 1 else ''}:",
            table(
                ["Committed", "Cost of a day", "95 % interval", "More than with the reserve", "95 % interval of that"],
                lines,
            ),
            "The reserve is not a guess: for each hour of the day it is the quantile of past errors at which both "
            "mistakes cost the same.",
        ]
    )


def _ends(ci95: list[int]) -> str:
    return f"[{ci95[0]}, {ci95[1]}]"
