"""The report's paragraphs: the result in a sentence, the data, the service, the weakest points."""

import json

from churn_study.causal.ladder import NAIVE
from churn_study.config import EXPLORATION, PROJECT, Config
from churn_study.decision import memo
from churn_study.decision.words import code, many, percent, plain, points, points_between
from churn_study.kit.blocks import interval, links, load_table, signed
from churn_study.models.risk import BASE_RATE
from churn_study.reporting.rows import Measured, against, decides, main, strongest, three

DRAWN = "The data are synthetic, drawn by code: they show the method, and nothing about real people."


def headline(measured: Measured) -> str:
    """The decision, what it rests on, how good the model is, and a picture."""
    lines = [
        f"**{memo.decision(measured)}**",
        " ".join(filter(None, [_effect(measured), _model(measured), DRAWN if measured["data"]["synthetic"] else ""])),
    ]
    picture = "ladder.png" if measured["ladder"] else "results.png"
    shown = f"![What was found](reports/figures/{picture})"
    if PROJECT.screenshot.is_file():
        shown = f"![The page at work]({PROJECT.screenshot.relative_to(PROJECT.root).as_posix()})"
    return "\n\n".join([*lines, f"{links(PROJECT)}{shown}"])


def _effect(measured: Measured) -> str:
    """The best evidence, beside what a plain comparison would say."""
    best = measured["strongest"]
    rungs = {each["name"]: each for each in measured["ladder"]}
    if best is None:
        return ""
    said = f"The {best['name']} says {points(best['value'])} points of churn, 95% interval {points_between(best)}"
    if NAIVE in rungs and best["name"] != NAIVE:
        said += (
            f"; comparing who got it with who did not says {points(rungs[NAIVE]['value'])} "
            f"{points_between(rungs[NAIVE])}"
        )
    return f"{said}."


def _model(measured: Measured) -> str:
    model, rival = main(measured), strongest(measured)
    said = (
        f"The risk of churn is ranked with a {model['label']} of {three(model['value'])} {interval(model, three)} on "
        f"{model['n']:,} unseen rows"
    )
    if model["model"] == BASE_RATE:
        return f"{said}: no candidate was better than the base rate."
    if rival and (row := against(measured, rival["model"])):
        said += (
            f" by {plain(model['model'])}, {decides(row)} {plain(rival['model'])}, the strongest other "
            f"({signed(row['difference'], 3)} {interval(row, lambda v: signed(v, 3))})"
        )
    return f"{said}."


def data(measured: Measured) -> str:
    """How much there is, how it is split, what is wrong with it, and under which license."""
    data, sizes = measured["data"], measured["sizes"]
    noun = many(plain(data["noun"]))
    lines = [
        f"{data['customers']:,} {noun} in {data['rows']:,} rows, {percent(data['churned'])} of which churned. "
        f"{sizes['train']:,} rows train, {sizes['validation']:,} choose, {sizes['test']:,} are the "
        f"{main(measured)['split']}. License: {plain(data['licence'])}.",
        "What was found in them:",
        "\n".join(f"- {each}" for each in data["found"]) or "- nothing that had to be mended",
    ]
    if forbidden := data["forbidden"]:
        lines.append(
            "Columns that no model may see: "
            + "; ".join(f"{code(name)} ({plain(why)})" for name, why in forbidden.items())
            + "."
        )
    if EXPLORATION.is_file():
        lines.append("A first look at the training rows: [reports/explore.md](reports/explore.md).")
    lines.append(_drawn() if data["synthetic"] else f"They are those of **{plain(data['source'])}**.")
    return "\n\n".join(lines)


def _drawn() -> str:
    return (
        "They are **synthetic, drawn by code** (`src/churn_study/data/sample.py`), so that everything runs offline "
        "and the true effect is known, with the flaws of real ones built in: account managers chose whom to give "
        "the offer and never wrote down why, a column is filled in after the outcome, an experiment lost records in "
        "one arm, and the offer helps some and wakes others. A result on drawn customers shows that the method "
        "finds what was hidden on purpose, and nothing about real people."
    )


def serving(measured: Measured) -> str:
    """The times of the load test, what answers cost, and an answer."""
    if (load := measured.get("serving")) is None:
        return "_Not measured yet: `python -m churn_study loadtest`._"
    price, per_second = Config().price_per_hour, load["loads"][-1]["per_second"]
    answer = {name: value for name, value in load["answer"].items() if name not in ("token", "request_id")}
    shown = json.dumps(answer, indent=1, ensure_ascii=False).replace("<", "\\u003c").replace("`", "\\u0060")
    return "\n\n".join(
        [
            load_table(load["loads"]),
            f"Measured on {load['machine']}, which also ran the load generator. At an assumed ${price:g} an hour, a "
            f"million answers cost ${price / 3600 * 1e6 / per_second:.2f} while it is busy. An answer:",
            f"```json\n{shown}\n```",
        ]
    )


def page(measured: Measured) -> str:
    """How large the page in one file is."""
    if not PROJECT.site.is_file():
        return "_Not written yet: `python -m churn_study site`._"
    return f"It has {PROJECT.site.stat().st_size / 1e6:.2f} MB."


def weakest(measured: Measured) -> str:
    """What this run was worst at, as far as it was measured."""
    found, noun = list[str](), many(plain(measured["data"]["noun"]))
    if measured["strongest"] is None:
        found.append("No effect is known on which a decision may stand.")
    if "decision" in measured:
        best = next(each for each in measured["decision"]["policies"] if each["name"] == measured["decision"]["main"])
        low, high = best["ci95"]
        if best["gain"]:
            unit = measured["decision"]["unit"]
            found.append(
                f"What the rule is worth lies anywhere between {low:,.0f} and {high:,.0f} {unit} for a thousand {noun}."
            )
    if measured["slices"]:
        worst = measured["slices"][0]
        found.append(
            f"Among {plain(worst['name'])} ({worst['n']} rows), the order has a ROC AUC of {three(worst['value'])} "
            f"{interval(worst, three)}."
        )
    slope = measured["calibration"]["slope"]
    if slope is not None and abs(slope - 1) > 0.15:
        found.append(f"The calibration slope is {slope:.2f}: risks are too {'extreme' if slope < 1 else 'timid'}.")
    said, happened = measured["calibration"]["said"], measured["calibration"]["churned"]
    if abs(said - happened) > 0.01:
        found.append(f"{percent(said)} was said on average where {percent(happened)} churned.")
    return (
        "Measured, of this run:\n\n" + "\n".join(f"- {each}" for each in found)
        if found
        else "Nothing that was measured stands out as weak."
    )
