"""The report's tables: what was tried, how well it does, where it is wrong, whether to trust it, what it costs."""

from typing import Any

from image_api import calibration
from image_api.blocks import table
from image_api.config import PICTURE
from image_api.measured import main, place
from image_api.wording import interval, name, signed

NOTICEABLE = 0.01  # of the calibration error


def experiments(runs: list[dict[str, Any]]) -> str:
    columns = {"seen_macro_f1": "Split by photograph", "validation_macro_f1": "New plants"}
    if any(run["field_macro_f1"] is not None for run in runs):
        columns["field_macro_f1"] = "New plants, field"
    header = ["Experiment", "Decision it tests", *columns.values(), "Seconds"]
    rows = []
    for run in runs:
        name = f"**{run['name']}** (chosen)" if run["chosen"] else run["name"]
        measured = (f"_{run[key]:.3f}_" if key == "seen_macro_f1" else f"{run[key]:.3f}" for key in columns)
        rows.append([name, run["decision"], *measured, f"{run['seconds']:.0f}"])
    chosen, careless = (next(run["name"] for run in runs if run[which]) for which in ("chosen", "careless"))
    by = "The mean of the columns on new plants" if "field_macro_f1" in columns else "The column on new plants"
    rule = f"Macro F1 in validation. {by} chooses **{chosen}**"
    if chosen == careless:
        return f"{table(header, rows)}\n\n{rule}; the split by photograph would have chosen the same."
    return (
        f"{table(header, rows)}\n\n{rule}. The split by photograph, which tests on further photographs of the plants "
        f"that trained, would have chosen _{careless}_: it cannot tell knowing those plants from knowing the damage."
    )


def results(measured: dict[str, Any]) -> str:
    model, data = main(measured), measured["data"]
    rows = [row for row in measured["results"] if row["metric"] == model["metric"]]
    told = (
        f"The row in italics is what a split photograph by photograph would have claimed: {data['seen_known']} of its "
        f"{data['seen']} photographs show a {data['grouped_by']} that trained, and the experiment with the best score "
        "there is taken. Each experiment was trained once: the intervals are about the plants that were tested, not "
        "about the luck of a training run."
    )
    lines = [
        table(
            ["Model", "Measured on", model["label"], "95 % interval", "Photographs"],
            [[name(row), row["split"], f"{row['value']:.3f}", interval(row), str(row["n"])] for row in rows],
        ),
        told,
        f"How much higher the network's {model['label']} is, on the same photographs:",
        table(
            ["Compared with", "Measured on", "Difference", "95 % interval"],
            [
                [each["against"], each["split"], signed(each["difference"]), interval(each, signed)]
                for each in measured["comparisons"]
            ],
        ),
    ]
    if PICTURE.is_file():  # else the first screen shows it
        lines.append(f"![{model['label']} of every model with its interval](reports/figures/results.png)")
    return "\n\n".join(lines)


def errors(measured: dict[str, Any]) -> str:
    recalls = {row["label"].removeprefix("Recall, "): row for row in measured["results"] if "recall_" in row["metric"]}
    costs = measured["costs"]
    header = ["Class", "Share found (recall)", "95 % interval", "Cost of 100 photographs"]
    if costs["healthy"]:
        header[3:3] = [f"Called {costs['healthy']}", "False alarms"]
    rows = []
    for each in costs["classes"]:
        row = [each["class"], f"{recalls[each['class']]['value']:.3f}", interval(recalls[each["class"]])]
        if costs["healthy"]:
            row += [f"{each[key]['value']:.3f}" if key in each else "" for key in ("missed", "false_alarms")]
        rows.append([*row, f"{100 * each['cost']['value']:.0f}"])
    told = (
        f"_Called {costs['healthy']}_ is the share of its leaves that would be left alone; _false alarms_ the share of "
        f"{costs['healthy']} leaves that are given its name."
    )
    return "\n\n".join(
        [
            table(header, rows),
            *([told] if costs["healthy"] else []),
            _confusions(measured["confusions"]),
            "![Which class is taken for which](reports/figures/confusion.png)",
            "![The wrong answers given with the most confidence](reports/figures/mistakes.png)",
        ]
    )


def _confusions(pairs: list[dict[str, Any]]) -> str:
    if not pairs:
        return "No photograph was given a wrong name."
    told = "; ".join(f"{each['n']} of {each['of']} `{each['truth']}` are called `{each['answer']}`" for each in pairs)
    return f"The most frequent mistakes: {told}."


def trust(measured: dict[str, Any]) -> str:
    shortcut, copies, fitted = measured["shortcut"], measured["duplicates"], measured["calibration"]
    inside, *_ = shortcut["rows"]
    gives_away = inside["ci95"][0] > inside["chance"]
    worse = [row for row in fitted["rows"][1:] if row["ece_after"] > row["ece_before"] + NOTICEABLE]
    warnings = [f"The temperature was fitted at home; {place(row)} it made the probabilities worse." for row in worse]
    return "\n\n".join(
        [
            f"**Does the background give the answer away?** {'Yes.' if gives_away else 'No.'} A linear model that sees "
            "eight pixels of the rim, and nothing of the leaf, is right in this share of the photographs:",
            table(
                ["Measured on", "Eight pixels", "95 % interval", "Always the same answer"],
                [
                    [row["split"], f"{row['value']:.3f}", interval(row), f"{row['chance']:.3f}"]
                    for row in shortcut["rows"]
                ],
            ),
            f"**Is the test set in the training set?** Of {copies['n']} test photographs, the training set holds "
            f"{copies['copies']} exact and {copies['near']} near duplicates.",
            "**Are the probabilities true?** With scores divided by a temperature of "
            f"{fitted['temperature']:.2f}, fitted in validation, they lie this far from the share of right "
            f"answers (ECE, {calibration.BINS} bins of equal size):",
            table(
                ["Measured on", "As trained", "Calibrated", "Brier score", "95 % interval"],
                [
                    [
                        row["split"],
                        f"{row['ece_before']:.3f}",
                        f"{row['ece_after']:.3f}",
                        f"{row['brier']['value']:.3f}",
                        interval(row["brier"]),
                    ]
                    for row in fitted["rows"]
                ],
            ),
            *warnings,
            "![Share of right answers against how sure the model was](reports/figures/reliability.png)",
        ]
    )


def abstention(abstention: dict[str, Any]) -> str:
    risk = f"{100 * abstention['risk']:.0f} %"
    if abstention["threshold"] > 1:
        return (
            f"No threshold can be shown to keep the risk within {risk} on the validation plants there are, so the "
            "service answers nothing: it needs more plants, a better model, or a higher `risk` in `config.py`."
        )
    test = abstention["rows"][0]["risk"]
    low, _ = test["ci95"]
    verdict = "kept" if test["value"] <= abstention["risk"] else "exceeded, by no more than chance explains"
    if low > abstention["risk"]:
        verdict = "exceeded"
    return "\n\n".join(
        [
            f"Below a probability of {abstention['threshold']:.2f} it says that it is not sure and asks for another "
            f"photograph. On validation plants that keeps the share of wrong answers within {risk}, in 95 of 100 "
            "redraws of those plants; as they chose the experiment too, only the test can say what it is worth. There "
            f"the limit was {verdict}:",
            table(
                ["Measured on", "Answered", "Wrong among them", "95 % interval", "Right among them"],
                [
                    [
                        row["split"],
                        f"{row['coverage']['value']:.3f}",
                        f"{row['risk']['value']:.3f}",
                        interval(row["risk"]),
                        f"{row['accuracy']['value']:.3f}",
                    ]
                    for row in abstention["rows"]
                ],
            ),
        ]
    )


def costs(costs: dict[str, Any]) -> str:
    prices = costs["prices"]
    other = (
        f"{prices['wrong_kind']:g}, and another photograph {prices['retake']:g} "
        "(guesses in `config.py`: ask those who pay)."
    )
    told = f"No class is called healthy, so every wrong answer costs {other}"
    if costs["healthy"]:
        told = (
            f"In needless treatments: a missed disease costs {prices['missed']:g}, a false alarm "
            f"{prices['false_alarm']:g}, a treatment against the wrong thing {other}"
        )
    rows = [
        [row["policy"], f"{100 * row['value']:.0f}", interval(row, lambda value: f"{100 * value:.0f}")]
        for row in costs["policies"]
    ]
    return f"{table(['What decides', 'Cost of 100 photographs', '95 % interval'], rows)}\n\n{told}"
