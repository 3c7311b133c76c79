"""The report's paragraphs: the result in a sentence, the data, the service, the weakest points."""

import json

from product_brief.config import PROJECT, Config
from product_brief.data.licenses import cases_may_be_shown
from product_brief.kit.blocks import links, load_table, signed
from product_brief.reporting import documents
from product_brief.reporting.rows import Measured, against, decides, main, strongest
from product_brief.reporting.words import percent, plain, share


def headline(measured: Measured) -> str:
    """The decision, what anybody asks first, how it compares, and a picture."""
    lines = [
        f"**{documents.verdict(measured)}** {documents.reasons(measured, 5)}",
        *([documents.DRAWN] if measured["data"]["synthetic"] else []),
        "\n".join(f"- **{asked}** {said}" for asked, said in documents.answers(measured)),
        _compared(measured),
    ]
    shown = "![What became of the test cases](reports/figures/results.png)"
    if PROJECT.screenshot.is_file():
        shown = f"![The page at work]({PROJECT.screenshot.relative_to(PROJECT.root).as_posix()})"
    return "\n\n".join([*lines, f"{links(PROJECT)}{shown}"])


def _compared(measured: Measured) -> str:
    """Beside the best of the simple ways, and what that is better at."""
    row, rival = main(measured), strongest(measured)
    gap = against(measured, rival["model"])
    points = [f"{signed(100 * each, 1)}" for each in (gap["difference"], *gap["ci95"])]
    said = (
        f"It handles {share(row)} of the test cases correctly, {decides(gap)} the best of the simple ways, "
        f"{rival['model']}: {points[0]} points [{points[1]}, {points[2]}]."
    )
    recalls = [_recall(measured, name) for name in (row["model"], rival["model"])]
    if recalls[1] > recalls[0]:
        said += (
            f" Where an article answers, that way suggests it more often, {percent(recalls[1])} against "
            f"{percent(recalls[0])}: what is gained lies in saying nothing where nothing answers."
        )
    return said


def _recall(measured: Measured, model: str) -> float:
    rows = (each for each in measured["results"] if (each["model"], each["metric"]) == (model, "answered_right"))
    return float(next(rows)["value"])


def data(measured: Measured) -> str:
    """How much there is, how it is split, what is wrong with it, and under which license."""
    data = measured["data"]
    chosen = data["cases"] - data["tested"]
    where = "`docs/cases.csv`" if cases_may_be_shown(data["licence"]) else "`data/cases.csv`, which is not published"
    lines = [
        f"{data['articles']:,} articles and {data['cases']:,} cases ({where}): {chosen:,} tune the assistant, "
        f"{data['tested']:,} are the test. Cases about the same article stay together. License: "
        f"{plain(data['licence'])}.",
        "What was found in them:",
        "\n".join(f"- {each}" for each in data["found"]) or "- nothing that had to be mended",
    ]
    lines.append(_drawn() if data["synthetic"] else f"The articles are those of **{plain(data['source'])}**.")
    return "\n\n".join(lines)


def _drawn() -> str:
    return (
        "They are **synthetic, drawn by code** (`src/product_brief/data/sample.py`): a help desk of a university, "
        "with the flaws of real ones built in: readers use other words and mistype them, old versions were never "
        "taken down, much is not written anywhere, and some ask for what nobody may be told. A result on them shows "
        "the method."
    )


def serving(measured: Measured) -> str:
    """The times of the load test, what answers cost, and an answer."""
    if (load := measured.get("serving")) is None:
        return "_Not measured yet: `python -m product_brief loadtest`._"
    price, per_second = Config().price_per_hour, load["loads"][-1]["per_second"]
    answer = {name: value for name, value in load["answer"].items() if name not in ("question", "request_id")}
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
        return "_Not written yet: `python -m product_brief site`._"
    return f"It has {PROJECT.site.stat().st_size / 1e6:.2f} MB."


def weakest(measured: Measured) -> str:
    """What this run was worst at, as far as it was measured."""
    found = []
    if measured["slices"]:
        worst = measured["slices"][0]
        found.append(f"Of the {worst['n']} cases “{plain(worst['name'])}”, {share(worst)} are handled correctly.")
    answered = main(measured, "answered_right")
    if answered["value"] < 1:
        found.append(f"Of the questions that an article answers, only {share(answered)} get it.")
    if drafted := measured["data"]["drafted"]:
        found.append(f"{drafted:,} test cases were drafted from titles: nobody asked them.")
    if assumed := measured["value"]["assumptions"]:
        found.append(f"{assumed} of {measured['value']['inputs']} inputs of the value have no source.")
    ready = measured["readiness"]
    found.append(f"The weakest part of the data is {ready['worst']}.")
    if measured["usage"] is None or measured["usage"]["kind"].startswith("simulated"):
        found.append("No real user has been measured.")
    return "Measured, of this run:\n\n" + "\n".join(f"- {each}" for each in found)
