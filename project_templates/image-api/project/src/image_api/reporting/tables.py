"""The report's tables: what was tried, how well it does, where it is wrong, whether to trust it, what it costs."""

from typing import Any

from image_api.config import PROJECT
from image_api.kit.blocks import interval, model_name, signed, table
from image_api.models import calibration
from image_api.reporting.rows import main, place

NOTICEABLE = 0.01  # of the calibration error


def experiments(runs: list[dict[str, Any]]) -> str:
    """Every experiment with its validation scores, and which of them was chosen."""
    columns = {"seen_macro_f1": "Split by photograph", "validation_macro_f1": "New plants"}
    if any(run["field_macro_f1"] is not None for run in runs):
        columns["field_macro_f1"] = "New plants, field"
    header = ["Experiment", "Decision it tests", *columns.values(), "Seconds"]
    rows = []
    for run in runs:
        name = f"**{run['name']}** (chosen)" if run["chosen"] else run["name"]
        scores = (f"_{run[key]:.3f}_" if key == "seen_macro_f1" else f"{run[key]:.3f}" for key in columns)
        rows.append([name, run["decision"], *scores, f"{run['seconds']:.0f}"])
    chosen, careless = (next(run["name"] for run in runs if run[which]) for which in ("chosen", "careless"))
    by = "The mean of the columns on new plants" if "field_macro_f1" in columns else "The column on new plants"
    rule = f"Macro F1 in validation. {by} chooses **{chosen}**"
    if chosen == careless:
        return f"{table(header, rows)}\n\n{rule}; the split by photograph would have chosen the same."
    return (
        f"{table(header, rows)}\n\n{rule}. The split by photograph, which tests on further photographs of the training "
        f"plants, would have chosen _{careless}_: it rewards memorizing those plants."
    )


def results(measured: dict[str, Any]) -> str:
    """The main table, baselines first, and the paired differences."""
    model, data = main(measured), measured["data"]
    rows = [row for row in measured["results"] if row["metric"] == model["metric"]]
    naive = (
        f"The row in italics is what a leaky split, photograph by photograph, would have claimed: {data['seen_known']} "
        f"of its {data['seen']} photographs show a {data['grouped_by']} of the training set, and the experiment with "
        "the best score there is taken. Each experiment was trained once: the intervals cover the choice of test "
        "plants, not the luck of a training run."
    )
    lines = [
        table(
            ["Model", "Measured on", model["label"], "95% interval", "Photographs"],
            [[model_name(row), row["split"], f"{row['value']:.3f}", interval(row), str(row["n"])] for row in rows],
        ),
        naive,
        f"How much higher the network's {model['label']} is, on the same photographs:",
        table(
            ["Compared with", "Measured on", "Difference", "95% interval"],
            [
                [each["against"], each["split"], signed(each["difference"]), interval(each, signed)]
                for each in measured["comparisons"]
            ],
        ),
    ]
    if PROJECT.screenshot.is_file():  # else the first screen shows it
        lines.append(f"![{model['label']} of every model with its interval](reports/figures/results.png)")
    return "\n\n".join(lines)


def errors(measured: dict[str, Any]) -> str:
    """Recall and cost of each class, the most frequent confusions, and pictures of the worst mistakes."""
    recalls = {row["label"].removeprefix("Recall, "): row for row in measured["results"] if "recall_" in row["metric"]}
    costs, healthy = measured["costs"], measured["costs"]["healthy"]
    header = ["Class", "Recall", "95% interval", "Cost of 100 photographs"]
    if healthy:
        header[3:3] = [f"Called {healthy}", "False alarms"]
    rows = []
    for each in costs["classes"]:
        row = [each["class"], f"{recalls[each['class']]['value']:.3f}", interval(recalls[each["class"]])]
        if healthy:
            row += [f"{each[key]['value']:.3f}" if key in each else "" for key in ("missed", "false_alarms")]
        rows.append([*row, f"{100 * each['cost']['value']:.1f}"])
    legend = (
        f"_Called {healthy}_ is the share of its leaves that would be left alone; _false alarms_ is the share of "
        f"{healthy} leaves that are given its name."
    )
    return "\n\n".join(
        [
            table(header, rows),
            *([legend] if healthy else []),
            _confusions(measured["confusions"]),
            "![Confusion matrix](reports/figures/confusion.png)",
            "![The most confident mistakes](reports/figures/mistakes.png)",
        ]
    )


def _confusions(pairs: list[dict[str, Any]]) -> str:
    if not pairs:
        return "No photograph was misclassified."
    most = "; ".join(f"{each['n']} of {each['of']} `{each['truth']}` are called `{each['answer']}`" for each in pairs)
    return f"The most frequent mistakes: {most}."


def trust(measured: dict[str, Any]) -> str:
    """Whether the background gives the answer away, whether the test set leaks, whether probabilities are true."""
    return "\n\n".join([*_background(measured["shortcut"]), _copies(measured), *_calibration(measured["calibration"])])


def _background(shortcut: dict[str, Any]) -> list[str]:
    inside = shortcut["rows"][0]
    verdict = "Yes." if inside["ci95"][0] > inside["chance"] else "No."
    rows = [[row["split"], f"{row['value']:.3f}", interval(row), f"{row['chance']:.3f}"] for row in shortcut["rows"]]
    return [
        f"**Does the background give the answer away?** {verdict} A linear model that sees eight pixels at the edge of "
        "the picture, and nothing of the leaf, is right for this share of the photographs:",
        table(["Measured on", "Eight pixels", "95% interval", "Always the same answer"], rows),
    ]


def _copies(measured: dict[str, Any]) -> str:
    copies = measured["duplicates"]
    return (
        f"**Is the test set in the training set?** Of {copies['n']} test photographs, the training set holds "
        f"{copies['copies']} exact and {copies['near']} near-duplicates."
    )


def _calibration(fitted: dict[str, Any]) -> list[str]:
    worse = [row for row in fitted["rows"][1:] if row["ece_after"] > row["ece_before"] + NOTICEABLE]
    warnings = [f"The temperature was fitted in validation; {place(row)} it makes calibration worse." for row in worse]
    rows = [
        [
            row["split"],
            *(f"{value:.3f}" for value in (row["ece_before"], row["ece_after"], row["brier"]["value"])),
            interval(row["brier"]),
        ]
        for row in fitted["rows"]
    ]
    return [
        f"**Are the probabilities calibrated?** Temperature scaling (T = {fitted['temperature']:.2f}, fitted in "
        f"validation); expected calibration error over {calibration.BINS} bins of equal count:",
        table(["Measured on", "ECE as trained", "ECE calibrated", "Brier score", "95% interval"], rows),
        *warnings,
        "![Share of correct answers by predicted probability](reports/figures/reliability.png)",
    ]


def abstention(abstention: dict[str, Any]) -> str:
    """When the model gives no answer, and how often the answers it gives are wrong."""
    risk = f"{100 * abstention['risk']:.0f}%"
    if abstention["threshold"] > 1:
        return (
            f"No threshold can be shown to keep the risk within {risk} on the validation plants there are, so the "
            "service answers nothing: it needs more plants, a better model, or a higher `risk` in `config.py`."
        )
    test = abstention["rows"][0]["risk"]
    verdict = "kept" if test["value"] <= abstention["risk"] else "exceeded, by no more than chance explains"
    if test["ci95"][0] > abstention["risk"]:
        verdict = "exceeded"
    rows = [
        [
            row["split"],
            f"{row['coverage']['value']:.3f}",
            f"{row['risk']['value']:.3f}",
            interval(row["risk"]),
            f"{row['accuracy']['value']:.3f}",
        ]
        for row in abstention["rows"]
    ]
    return (
        f"Below a probability of {abstention['threshold']:.2f} the service says that it is not sure and asks for "
        f"another photograph. On the validation plants that keeps the share of wrong answers within {risk}, in 95 of "
        "100 bootstrap samples. Those plants chose the experiment too, so only the test set shows what this is worth. "
        f"There the limit was {verdict}:\n\n"
        + table(["Measured on", "Answered", "Wrong among them", "95% interval", "Right among them"], rows)
    )


def costs(costs: dict[str, Any]) -> str:
    """What each policy costs, at the prices in `config.py`."""
    prices = costs["prices"]
    other = (
        f"{prices['wrong_kind']:g}, and another photograph {prices['retake']:g} "
        "(guesses in `config.py`: ask whoever pays)."
    )
    legend = f"No class is called healthy, so every wrong answer costs {other}"
    if costs["healthy"]:
        legend = (
            f"In needless treatments: a missed disease costs {prices['missed']:g}, a false alarm "
            f"{prices['false_alarm']:g}, a treatment against the wrong disease {other}"
        )
    rows = [
        [row["policy"], f"{100 * row['value']:.1f}", interval(row, lambda value: f"{100 * value:.1f}")]
        for row in costs["policies"]
    ]
    return f"{table(['Policy', 'Cost of 100 photographs', '95% interval'], rows)}\n\n{legend}"
