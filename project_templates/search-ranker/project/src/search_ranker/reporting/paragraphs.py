"""The report's paragraphs: the result in a sentence, the data, the service, the weakest points."""

import json
from typing import Any

from search_ranker.config import EXPLORATION, PROJECT, Config
from search_ranker.data import prepare
from search_ranker.evaluation.answering import ANSWERED, INVENTED, WRONG
from search_ranker.kit.blocks import interval, links, load_table, table
from search_ranker.models.answers import NEVER
from search_ranker.models.engine import BM25
from search_ranker.reporting.rows import (
    UNMEASURED,
    against,
    answers,
    baselines,
    decides,
    is_measured,
    main,
    number_of,
    percent,
    plain,
    signed_three,
    three,
)

LONGEST = 300  # characters of a passage in an example
LESS, GRAVE = "\\u003c", "\\u0060"  # as JSON may write them


def headline(measured: dict[str, Any]) -> str:
    """What it is, how good the ranking is, how often an answer is wrong, and a picture."""
    data = measured["data"]
    noun = plain(data["noun"])
    lines = [f"{noun[:1].upper()}{noun[1:]} search with cited answers: {number_of(data['rows'], 'passage')}."]
    if is_measured(measured):
        drawn = " The data are synthetic, drawn by code: they show the method, and nothing about real people."
        lines.append(f"{_ranking(measured)} {_answering(measured)}{drawn if data['synthetic'] else ''}")
    else:
        lines.append(
            f"**No score is claimed**: that takes {measured['questions_needed']} questions that ask for different "
            f"things and of which somebody has said which passages answer them; known so far: {data['intents']}. How "
            "often an answer is wrong, nobody has counted."
        )
    picture = "![Every ranking's score with its interval](reports/figures/results.png)" if is_measured(measured) else ""
    if PROJECT.screenshot.is_file():
        picture = f"![The page at work]({PROJECT.screenshot.relative_to(PROJECT.root).as_posix()})"
    lines.append(f"{links(PROJECT)}{picture}")
    return "\n\n".join(line for line in lines if line)


def _ranking(measured: dict[str, Any]) -> str:
    """The served ranking, against BM25 and against the strongest of the others."""
    model = main(measured)
    said = f"**{model['label']} of {three(model['value'])} {interval(model, three)} for {model['n']} unseen questions**"
    if model["model"] == BM25:
        return f"{said}, by {BM25} alone: in validation, no other ranking was better."
    said += f", {_compared(measured, BM25)}."
    strongest = max(baselines(measured), key=lambda row: row["value"])["model"]
    return said if strongest == BM25 else f"{said} It is {_compared(measured, strongest)}, the strongest of the others."


def _compared(measured: dict[str, Any], other: str) -> str:
    row = against(measured, other)
    return f"{decides(row)} {other} ({signed_three(row['difference'])}, 95% interval {interval(row, signed_three)})"


def _answering(measured: dict[str, Any]) -> str:
    """How often it answers, and how often that is wrong."""
    rows, risk = answers(measured), measured["answers"]["risk"]
    if not rows[ANSWERED]["value"]:
        return f"It gives **no answers, only passages**: {nothing_given(measured)}."
    wrong = rows[WRONG]
    said = (
        f"It answers {percent(rows[ANSWERED]['value'])} of the questions that a passage answers; of all its answers "
        f"{percent(wrong['value'])} {interval(wrong, percent)} are wrong, {_kept(wrong, risk)}."
    )
    if invented := rows.get(INVENTED):
        said += (
            f" **Of {invented['n']} questions that nothing answers, {percent(invented['value'])} "
            f"{interval(invented, percent)} are answered all the same.**"
        )
    return said


def nothing_given(measured: dict[str, Any]) -> str:
    """Why no answer is given at all."""
    found = measured["answers"]
    risk = percent(found["risk"])
    if found["validation"] < found["needed"]:
        return (
            f"that at most {risk} of the answers are wrong, {found['validation']} validation questions cannot show; "
            f"{found['needed']} answers without a mistake could"
        )
    if found["threshold"] >= NEVER:
        return f"in validation, no threshold kept the share of wrong ones within {risk} in 95% of resamples"
    return f"none is sure enough to keep the share of wrong ones within {risk}"


def _kept(wrong: dict[str, Any], risk: float) -> str:
    """Whether the promise of validation held in the test."""
    low, high = wrong["ci95"]
    if high <= risk:
        return f"within the {percent(risk)} that are acceptable"
    if low > risk:
        return f"**more than the {percent(risk)} that are acceptable**"
    return f"where {percent(risk)} are acceptable: the interval does not settle whether that holds"


def data(measured: dict[str, Any]) -> str:
    """How much there is, how questions are split, and under which license."""
    data = measured["data"]
    said = f"{number_of(data['rows'], 'passage')} with {data['words']:,} different words"
    if data["questions"]:
        said += f", and {number_of(data['questions'], 'question')}: {data['answerable']:,} with a passage that answers"
        said += f", by {number_of(data['judgements'], 'judgement')}" if data["judgements"] else ""
    if data["unanswerable"]:
        said += f", and {data['unanswerable']:,} of which the data say that nothing does"
    if is_measured(measured):
        said += (
            f". {measured['train']} questions train, {measured['validation']} choose, {measured['test']} are the "
            "test; questions that the same passages answer best stay together"
        )
    lines = [f"{said}. License: {plain(data['licence'])}."]
    if data["left_out"]:
        empty = number_of(data["left_out"], "passage")
        lines.append(f"Left out, for want of any text: {empty}; a question that only these answer counts as not found.")
    if EXPLORATION.is_file():
        lines.append("A first look at passages and training questions: [reports/explore.md](reports/explore.md).")
    lines.append(_drawn() if data["synthetic"] else _collected(data))
    return "\n\n".join(lines)


def _drawn() -> str:
    return (
        "They are **synthetic, drawn by code** (`src/search_ranker/data/sample.py`), so that everything runs offline "
        "and every judgement is known to be true, with the flaws of real ones built in: people use other words than "
        "the authors and mistype them, one passage is there for every plan or device with another value, old "
        "versions were never taken down, and much of what is asked nobody has written down. A result on drawn "
        "questions shows that the method finds what was hidden in them on purpose, and nothing about real people."
    )


def _collected(data: dict[str, Any]) -> str:
    source = plain(data["source"])
    if not data["questions"]:
        return f"The passages are those of **{source}**; there are no questions, so nothing is measured."
    said = f"Passages and questions are those of **{source}**; a passage that nobody has judged counts as wrong."
    if unquoted := data["answerable"] - data["quoted"]:
        which = "any question" if not data["quoted"] else number_of(unquoted, "question")
        said += f" For {which}, the data do not say which words answer: there, an answer is right if its passage is."
    return said


def serving(measured: dict[str, Any]) -> str:
    """The times of the load test, by stage, what answers cost, and an answer."""
    if (load := measured.get("serving")) is None:
        return "_Not measured yet: `python -m search_ranker loadtest`._"
    price, per_second = Config().price_per_hour, load["loads"][-1]["per_second"]
    cost = price / 3600 * 1000 / per_second
    lines = [load_table(load["loads"])]
    if stages := measured.get("stages"):
        rows = [[name, f"{each['p50']:.1f} ms", f"{each['p99']:.1f} ms"] for name, each in stages.items()]
        lines += ["One answer at a time, without HTTP, by stage:", table(["Stage", "p50", "p99"], rows)]
    lines.append(
        f"Measured on {load['machine']}, which also ran the load generator. At an assumed ${price:g} per hour for "
        f"such a machine (`config.py`), fully used, 1,000 answers cost ${cost:.6f}."
    )
    if prepare.may_be_shown(measured["data"]["licence"]):
        lines.append(f"The answer to “{plain(measured['example'])}”:\n\n{_example(load['answer'])}")
    return "\n\n".join(lines)


def _example(answer: dict[str, Any]) -> str:
    """An answer, its passages cut; no text in it opens or closes a comment of the page."""
    results = [{**each, "text": each["text"][:LONGEST]} for each in answer["results"]]
    shown = json.dumps({**answer, "results": results, "token": "…"}, indent=1, ensure_ascii=False)
    return f"```json\n{shown.replace('<', LESS).replace('`', GRAVE)}\n```"


def page(measured: dict[str, Any]) -> str:
    """Whether there is a page that needs no service."""
    if PROJECT.site.is_file():
        return (
            f"That page has {PROJECT.site.stat().st_size / 1000:,.0f} kB: the passages and all that ranks them are in "
            "it."
        )
    return (
        "There is no such page for these data: it would be larger than `page_megabytes` in `config.py`, the license "
        "forbids to publish the passages, or a neural encoder ranks them."
    )


def weakest(measured: dict[str, Any]) -> str:
    """Where this run is weakest: kinds of questions, the first stage, abstention, the checker."""
    if not is_measured(measured):
        return UNMEASURED
    slices, recall = measured["errors"]["slices"], measured["ceiling"]["recall"]
    points = []
    if len(slices) > 1 and slices[0]["ci95"][1] < slices[-1]["ci95"][0]:
        low, high = slices[0], slices[-1]
        points.append(
            f"nDCG is lowest for questions of the kind “{plain(low['name'])}”: {three(low['value'])} "
            f"{interval(low, three)}, against {three(high['value'])} for “{plain(high['name'])}”."
        )
    if recall["value"] < 1:
        points.append(
            f"{percent(1 - recall['value'])} of the passages that answer are not among the candidates: no ranking "
            "finds them."
        )
    rows = answers(measured)
    points.append(f"{percent(1 - rows[ANSWERED]['value'])} of the test questions that a passage answers get no answer.")
    missed = min(
        (each for each in measured["support"]["kinds"] if not each["is_supported"]),
        key=lambda each: each["flagged"] / each["n"],
        default=None,
    )
    if missed and missed["flagged"] < missed["n"]:
        points.append(
            f"Of planted sentences of the kind “{missed['kind']}”, the checker finds {missed['flagged']} of "
            f"{missed['n']}."
        )
    return "The weakest points that this run measured:\n\n" + "\n".join(f"- {point}" for point in points)
