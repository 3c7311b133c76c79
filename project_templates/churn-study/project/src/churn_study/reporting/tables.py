"""The report's tables: what SQL answers, the candidates, the results, calibration, errors and importance."""

from typing import Any

from churn_study.decision.words import code, percent, plain
from churn_study.kit.blocks import interval, model_name, signed, table
from churn_study.models.risk import BASE_RATE
from churn_study.reporting.rows import Measured, against, decides, main, naive, three

SHOWN = 8  # rows of an answer in the README
SHORT = 6  # candidates in the README


def sql(measured: Measured) -> str:
    """Every question with its answer."""
    if not measured["queries"]:
        return (
            "_None of the questions in `src/churn_study/sql/` can be asked here: they need tables that these data "
            "do not have._"
        )
    found = []
    for each in measured["queries"]:
        header = [name.replace("_", " ") for name in each["columns"]]
        rows = [[_cell(cell) for cell in row.values()] for row in each["rows"][:SHOWN]]
        found += [f"**{each['question']}** (`{each['name']}.sql`)", table(header, rows)]
        if len(each["rows"]) > SHOWN:
            found.append(f"{len(each['rows']) - SHOWN} more rows: `python -m churn_study sql`.")
    if left := measured["left_out_queries"]:
        found.append(f"{left} more questions need tables that these data do not have.")
    return "\n\n".join([*found, "![What SQL says](reports/figures/sql.png)"])


def experiments(runs: list[dict[str, Any]]) -> str:
    """Every candidate in validation; of the single columns, the best."""
    single = sorted(
        (each for each in runs if each["name"].endswith(" only")), key=lambda each: each["validation_log_loss"]
    )
    shown = [each for each in runs if each not in single] + single[: max(2, SHORT - (len(runs) - len(single)))]
    rows = [
        [
            f"**{plain(each['name'])}**" if each["chosen"] else plain(each["name"]),
            plain(each["decision"]),
            f"{each['validation_log_loss']:.4f}",
            three(each["validation_roc_auc"]),
        ]
        for each in sorted(shown, key=lambda each: -each["validation_log_loss"])
    ]
    left = len(runs) - len(shown)
    more = f" {left} more single columns: `reports/runs/`." if left else ""
    return (
        f"{table(['Candidate', 'What sets it apart', 'Log loss', 'ROC AUC'], rows)}\n\nIn validation; the lowest log "
        f"loss is served.{more}"
    )


def results(measured: Measured) -> str:
    """Every measure of every candidate on customers that trained nothing."""
    model = main(measured)
    metrics = list(dict.fromkeys(each["metric"] for each in measured["results"]))
    labels = {each["metric"]: each["label"] for each in measured["results"]}
    names = list(dict.fromkeys(each["model"] for each in measured["results"] if each["role"] != "naive"))
    by = {(each["model"], each["metric"]): each for each in measured["results"] if each["role"] != "naive"}
    order = [*(each for each in names if each != model["model"]), model["model"]]
    rows = []
    for name in order:
        cells = [
            f"{three(by[name, metric]['value'])} {interval(by[name, metric], three)}" if (name, metric) in by else ""
            for metric in metrics
        ]
        row = next(each for each in by.values() if each["model"] == name)
        rows.append([model_name(row | {"model": plain(name)}), *cells])
    careless = [
        [f"_{plain(each['model'])}_", f"{three(each['value'])} {interval(each, three)}", *[""] * (len(metrics) - 1)]
        for each in naive(measured)
    ]
    said = [
        table(["Model", *(labels[each] for each in metrics)], [*rows[:-1], *careless, rows[-1]]),
        _sentences(measured),
    ]
    said.append("![Every model's ROC AUC with its interval](reports/figures/results.png)")
    return "\n\n".join(said)


def _sentences(measured: Measured) -> str:
    model, kind = (
        main(measured),
        {True: "Rows in italics are what a careless evaluation would have claimed.", False: ""}[bool(naive(measured))],
    )
    said = [
        f"{model['n']:,} rows, {model['split'].removeprefix('test (').removesuffix(')')}; intervals resample rows.",
        kind,
    ]
    if sized := against(measured, BASE_RATE, "brier"):
        said.append(
            f"Its Brier score is {decides(sized, higher_is_better=False)} that of the base rate "
            f"({signed(sized['difference'], 4)}, 95% interval {interval(sized, lambda v: signed(v, 4))})."
        )
    if model["value"] > measured["too_good"]:
        said.append(
            f"**ROC AUC above {measured['too_good']:.2f}: look for a column that knows the outcome before you "
            "believe it.**"
        )
    for each in naive(measured):
        if each["value"] > measured["too_good"] >= model["value"]:
            said.append(
                f"{three(each['value'])} for the {plain(each['model'])} is no skill: the same rows stand on both "
                "sides, or a column was filled in afterwards."
            )
            break
    return " ".join(filter(None, said))


def calibration(measured: Measured) -> str:
    """Whether the risks are as large as they should be."""
    found = measured["calibration"]
    said = f"On average {percent(found['said'])} was said, and {percent(found['churned'])} churned."
    if found["slope"] is not None:
        said += f" Calibration slope {found['slope']:.2f} and intercept {signed(found['intercept'])} (ideal: 1 and 0)."
    return f"{said}\n\n![What was said, and what happened](reports/figures/calibration.png)"


def errors(measured: Measured) -> str:
    """The kinds of customers on whom the order is worst."""
    if not measured["slices"]:
        return "_No kind is large enough, with enough who churned, to be measured on its own._"
    rows = [
        [
            plain(each["name"]),
            f"{each['n']}",
            f"{three(each['value'])} {interval(each, three)}",
            percent(each["said"]),
            percent(each["churned"]),
        ]
        for each in measured["slices"][:SHOWN]
    ]
    return (
        f"{table(['Kind', 'Rows', 'ROC AUC', 'Risk that was said', 'Churned'], rows)}\n\nThe worst order first. "
        "Small kinds have wide intervals: where these overlap, nothing says that one is worse."
    )


def surprises(measured: Measured) -> str:
    """Who churned with the lowest risk, and who stayed with the highest."""
    if not (found := measured["surprises"]):
        return "_No row of these data may be shown._"
    names = list(found[0])
    rows = [["–" if each[name] is None else plain(str(each[name]), 40) for name in names] for each in found]
    return table([plain(name) for name in names], rows)


def importance(measured: Measured) -> str:
    """What each column is worth to the order, and what that is not."""
    if not measured["importance"]:
        return "_The served model looks at no column._"
    rows = [
        [code(each["name"]), f"{signed(each['value'], 3)} {interval(each, lambda v: signed(v, 3))}"]
        for each in measured["importance"][:SHOWN]
    ]
    said = (
        "The ROC AUC that is lost when a column is shuffled in the test. **Importance is no effect**: a column may "
        "matter because it shows who leaves, and changing it may change nobody's mind."
    )
    return f"{said}\n\n{table(['Column', 'Lost'], rows)}\n\n![What the order rests on](reports/figures/importance.png)"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 10 else f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else plain(str(value), 40)
