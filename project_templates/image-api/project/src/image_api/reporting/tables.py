"""The report's tables: what was tried, how well it does, where it is wrong, whether to trust it, what it costs."""

from typing import Any

from image_api.config import PROJECT
from image_api.kit.blocks import interval, model_name, signed, table
from image_api.models import calibration, familiarity
from image_api.reporting.rows import leak, main, place

NOTICEABLE = 0.01  # of the calibration error


def experiments(runs: list[dict[str, Any]], measured: dict[str, Any]) -> str:
    """Every experiment with its validation scores, and which of them was chosen."""
    data = measured["data"]
    noun = data["grouped_by"]
    columns = {"validation_macro_f1": f"New {noun}s"}
    if leak(measured):
        columns = {"seen_macro_f1": "Split by photograph", **columns}
    if any(run["field_macro_f1"] is not None for run in runs):
        columns["field_macro_f1"] = f"New {noun}s, field"
    header = ["Experiment", "Decision it tests", *columns.values(), "Seconds"]
    rows = []
    for run in runs:
        name = f"**{run['name']}** (chosen)" if run["chosen"] else run["name"]
        scores = (f"_{run[key]:.3f}_" if key == "seen_macro_f1" else f"{run[key]:.3f}" for key in columns)
        rows.append([name, run["decision"], *scores, f"{run['seconds']:.0f}"])
    chosen, careless = (next(run["name"] for run in runs if run[which]) for which in ("chosen", "careless"))
    by = "The mean of the columns on new" if "field_macro_f1" in columns else "The column on new"
    rule = f"Macro F1 in validation. {by} {noun}s chooses **{chosen}**"
    if not leak(measured):
        return f"{table(header, rows)}\n\n{rule}."
    if chosen == careless:
        return f"{table(header, rows)}\n\n{rule}; the split by photograph would have chosen the same."
    return (
        f"{table(header, rows)}\n\n{rule}. The split by photograph, which tests on further photographs of the "
        f"training {noun}s, would have chosen _{careless}_."
    )


def results(measured: dict[str, Any]) -> str:
    """The main table, baselines first, and the paired differences."""
    model, data = main(measured), measured["data"]
    rows = [row for row in measured["results"] if row["metric"] == model["metric"]]
    once = (
        f"Each experiment was trained once: the intervals cover the choice of test {data['grouped_by']}s, not the luck "
        "of a training run."
    )
    naive = (
        f"The row in italics is what a leaky split, photograph by photograph, would have claimed: {data['seen_known']} "
        f"of its {data['seen']} photographs show a {data['grouped_by']} of the training set, and the experiment with "
        f"the best score there is taken. {once}"
    )
    lines = [
        table(
            ["Model", "Measured on", model["label"], "95% interval", "Photographs"],
            [[model_name(row), row["split"], f"{row['value']:.3f}", interval(row), str(row["n"])] for row in rows],
        ),
        naive if leak(measured) else once,
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
        recall = recalls.get(each["class"])
        row = [each["class"], *([f"{recall['value']:.3f}", interval(recall)] if recall else ["none to test on", ""])]
        if healthy:
            row += [f"{each[key]['value']:.3f}" if key in each else "" for key in ("missed", "false_alarms")]
        rows.append([*row, f"{100 * each['cost']['value']:.1f}"])
    legend = (
        f"_Called {healthy}_ is the share of its photographs that are called {healthy}; _false alarms_ is the share of "
        f"{healthy} photographs that are given its name."
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


def importance(measured: dict[str, Any]) -> str:
    """Which parts of a photograph the model looks at."""
    if not (found := measured.get("importance")):
        return "_Not measured yet: `python -m image_api evaluate`._"
    rows = [[part["of"], signed(part["difference"]), interval(part, signed)] for part in found["parts"]]
    return "\n\n".join(
        [
            "Permutation importance: by how much macro F1 changes when a part of each test photograph is swapped with "
            "the same part of another one. The middle is a quarter of the picture.",
            table(["What is swapped", "Macro F1 changes by", "95% interval"], rows),
            "![The same for each square of the picture](reports/figures/importance.png)",
            "Parts that carry the same information stand in for each other, so that one of them can look unimportant; "
            "and a swapped photograph is one that nobody took. It shows what this model looks at, not what matters.",
        ]
    )


def trust(measured: dict[str, Any]) -> str:
    """Whether the background gives the answer away, whether the test set leaks, whether probabilities are true."""
    return "\n\n".join([*_background(measured["shortcut"]), _copies(measured), *_calibration(measured["calibration"])])


def _background(shortcut: dict[str, Any]) -> list[str]:
    inside = shortcut["rows"][0]
    verdict = "Yes." if inside["ci95"][0] > inside["chance"] else "No."
    rows = [[row["split"], f"{row['value']:.3f}", interval(row), f"{row['chance']:.3f}"] for row in shortcut["rows"]]
    return [
        f"**Does the background give the answer away?** {verdict} A linear model that sees eight pixels at the edge of "
        "the picture, and nothing of its middle, is right for this share of the photographs:",
        table(["Measured on", "Eight pixels", "95% interval", "Always the same answer"], rows),
    ]


def _copies(measured: dict[str, Any]) -> str:
    copies = measured["duplicates"]
    found = "; ".join(f"{name} {share:.0%}" for name, share in copies["reach"].items())
    return (
        f"**Is the test set in the training set?** Of {copies['n']} test photographs, the training set holds "
        f"{copies['copies']} exact copies, and {copies['near']} more that the search for near-duplicates finds. What "
        f"that search can see, tried on {copies['reach_of']} test photographs that were changed: {found}."
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


def abstention(abstention: dict[str, Any], data: dict[str, Any]) -> str:
    """When the model gives no answer, and how often the answers it gives are wrong."""
    risk, noun = f"{100 * abstention['risk']:.0f}%", data["grouped_by"]
    unlike = (
        "A photograph that is far from everything the model was trained on, in its own features, gets no answer, "
        f"however sure the model is; the limit is what {familiarity.KEPT:.0%} of the validation photographs keep to."
    )
    if abstention["threshold"] > 1:
        return (
            f"{unlike}\n\nNo threshold can be shown to keep the risk within {risk} on the validation {noun}s there "
            "are, so the service names nothing, and only lists what is likeliest: it needs more photographs, a better "
            "model, or a higher `risk` in `config.py`."
        )
    test = abstention["rows"][0]["risk"]
    verdict = "kept" if test["value"] <= abstention["risk"] else "exceeded, by no more than chance explains"
    if test["ci95"][0] > abstention["risk"]:
        verdict = "exceeded"
    rows = [_answered(row) for row in abstention["rows"]]
    header = ["Measured on", "Refused as unlike", "Answered", "Wrong among them", "95% interval", "Right among them"]
    return (
        f"{unlike} Below a probability of {abstention['threshold']:.2f} the service says that it is not sure. On the "
        f"validation {noun}s that keeps the share of wrong answers within {risk}, in 95 of 100 bootstrap samples. They "
        "chose the experiment too, so only the test set shows what this is worth. There the limit was "
        f"{verdict}:\n\n{table(header, rows)}"
    )


def _answered(row: dict[str, Any]) -> list[str]:
    shares = [row["split"], f"{row['unlike']['value']:.3f}", f"{row['coverage']['value']:.3f}"]
    if not row["coverage"]["value"]:
        return [*shares, "–", "–", "–"]
    return [*shares, f"{row['risk']['value']:.3f}", interval(row["risk"]), f"{row['accuracy']['value']:.3f}"]


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
            f"In false alarms: something called {costs['healthy']} costs {prices['missed']:g}, a false alarm "
            f"{prices['false_alarm']:g}, one thing called another {other}"
        )
    rows = [
        [row["policy"], f"{100 * row['value']:.1f}", interval(row, lambda value: f"{100 * value:.1f}")]
        for row in costs["policies"]
    ]
    return f"{table(['Policy', 'Cost of 100 photographs', '95% interval'], rows)}\n\n{legend}"
