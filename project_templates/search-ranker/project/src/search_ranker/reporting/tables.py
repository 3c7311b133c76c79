"""The report's tables on rankings: what was tried, how good it is, and where it is wrong."""

from typing import Any

from search_ranker.config import PROJECT
from search_ranker.data import prepare
from search_ranker.evaluation.evaluate import METRICS, ORACLE
from search_ranker.kit.blocks import interval, model_name, table
from search_ranker.models.engine import BM25, LAMBDAMART
from search_ranker.reporting.rows import UNMEASURED, is_measured, main, percent, plain, signed_three, three


def experiments(runs: list[dict[str, Any]]) -> str:
    """Every ranking with the decision it tests, and what it came to in validation."""
    if all(run["validation_ndcg"] is None for run in runs):
        return "Too few questions are judged to try anything, so the fusion of both retrievers is served, untuned."
    rows = [
        [
            f"**{run['name']}**" if run["chosen"] else run["name"],
            run["decision"],
            _settings(run["settings"]),
            three(run["validation_ndcg"]),
        ]
        for run in runs
    ]
    lines = [
        table(["Ranking", "Decision it tests", "Setting", "nDCG@10 in validation"], rows),
        "The bold one was chosen, and is served.",
    ]
    for run in (each for each in runs if each["name"] == LAMBDAMART and each["trials"]):
        cells = [
            [each["settings"]["without"], three(each["ndcg"]), signed_three(each["ndcg"] - run["validation_ndcg"])]
            for each in run["trials"]
        ]
        lines += [
            "LambdaMART, trained again without a group of its features:",
            table(["Trained without", "nDCG@10 in validation", "Change in validation"], cells),
        ]
    return "\n\n".join([*lines, "Every setting that was tried is in `reports/runs/`, with its score."])


def _settings(settings: dict[str, float]) -> str:
    return ", ".join(f"{key} {value:g}" for key, value in settings.items()) or "none to choose"


def results(measured: dict[str, Any]) -> str:
    """The main table, baselines first, and the paired tests."""
    if not is_measured(measured):
        return UNMEASURED
    by_name: dict[str, dict[str, dict[str, Any]]] = {}
    for row in measured["results"]:
        if row["metric"] in METRICS:
            by_name.setdefault(row["model"], {})[row["metric"]] = row
    oracle, recall = measured["ceiling"]["oracle"], measured["ceiling"]["recall"]
    rows = [_row(each) for each in by_name.values()]
    rows.append([f"({ORACLE})", three(oracle["value"]), interval(oracle, three), "", "", ""])
    header = ["Ranking", "nDCG@10", "95% interval", "MRR@10", "Success@1", "Judged@10"]
    lines = [
        table(header, rows),
        f"All rankings order the same candidates, which hold {percent(recall['value'])} {interval(recall, percent)} "
        f"of the passages that answer ({recall['label']}): the last row is what no ranking of them can exceed. "
        f"{_careless(measured)}",
        f"How much higher {measured['chosen']} is than each other ranking, question by question:",
        _duels(measured),
        f"The test is a paired randomization test over what is asked for; p is corrected for {len(measured['duels'])} "
        "comparisons (Holm).",
    ]
    if PROJECT.screenshot.is_file():  # else the first screen shows it
        lines.append("![Every ranking's score with its interval](reports/figures/results.png)")
    return "\n\n".join(lines)


def _row(of: dict[str, dict[str, Any]]) -> list[str]:
    first = of["ndcg_at_10"]
    others = [three(of[key]["value"]) if key in of else "" for key in list(METRICS)[1:]]
    return [model_name(first), three(first["value"]), interval(first, three), *others]


def _careless(measured: dict[str, Any]) -> str:
    """What a split by row would have claimed, and whether that is more."""
    if not (gap := measured["by_row"]):
        return ""
    verdict = "" if gap["ci95"][0] > 0 else ", which may be chance"
    return (
        "The row in italics is LambdaMART after a split by row, which was trained on some candidates of every test "
        f"question: {signed_three(gap['difference'])} {interval(gap, signed_three)} against the honest "
        f"split{verdict}."
    )


def _duels(measured: dict[str, Any]) -> str:
    rows = []
    for duel, compared in zip(measured["duels"], measured["comparisons"], strict=True):
        counts = f"{duel['wins']} / {duel['ties']} / {duel['losses']}"
        size = [signed_three(compared["difference"]), interval(compared, signed_three)]
        rows.append([duel["against"], *size, counts, f"{duel['p_holm']:.4f}"])
    return table(["Compared with", "Difference", "95% interval", "Won / tied / lost", "p (Holm)"], rows)


def errors(measured: dict[str, Any]) -> str:
    """By kind of question, and how the worst ones fail."""
    if not is_measured(measured):
        return UNMEASURED
    found, model = measured["errors"], main(measured)["model"]
    rows = [
        [plain(each["name"]), str(each["n"]), three(each["value"]), interval(each, three), three(each["baseline"])]
        for each in found["slices"]
    ]
    header = ["Kind of question", "Questions", f"nDCG@10, {model}", "95% interval", BM25]
    if model == BM25:  # which would stand there twice
        header, rows = header[:-1], [row[:-1] for row in rows]
    number: dict[str, int] = {}
    for each in found["worst"]:
        number[each["fault"]] = number.get(each["fault"], 0) + 1
    lines = [table(header, rows)] if rows else []
    if number:
        faults = "; ".join(f"{name}: {n}" for name, n in sorted(number.items(), key=lambda each: -each[1]))
        lines.append(
            f"What went wrong with the {len(found['worst'])} worst questions: {faults}. They are listed in "
            "[docs/evaluation.md](docs/evaluation.md)."
        )
    return "\n\n".join(lines)


def worst(measured: dict[str, Any]) -> str:
    """The worst questions, one by one."""
    if not is_measured(measured):
        return UNMEASURED
    is_quoted = prepare.may_be_shown(measured["data"]["licence"])
    rows = [
        [
            plain(each["question"]) if is_quoted else f"question {each['id']}",
            plain(each["kind"]) or "–",
            f"{each['ndcg']:.2f}",
            str(each["place"] or "none"),
            plain(each["first"]) if is_quoted else "–",
            each["fault"],
        ]
        for each in measured["errors"]["worst"]
    ]
    header = ["Question", "Kind", "nDCG@10", "First that answers", "Came first", "What went wrong"]
    return table(header, rows) if rows else "No question has less than the best possible order."


def published(measured: dict[str, Any]) -> str:
    """BM25 by the protocol of published numbers, where there are any for these data."""
    if not (found := measured.get("published")):
        return "There is no published number for these data to compare with."
    gap, margin = found["value"] - found["known"], found["margin"]
    verdict = "agrees with it" if abs(gap) <= margin else "**does not agree with it**"
    return (
        f"BM25 alone on {found['n']} questions ({found['questions']}), binary judgements: nDCG@10 "
        f"{three(found['value'])}. Known: {three(found['known'])}; the difference of {signed_three(gap)} {verdict}, "
        f"within {margin:g}."
    )


def importance(measured: dict[str, Any]) -> str:
    """Which features the order rests on."""
    if not (found := measured.get("importance")):
        return "Not measured: what is served has no features that could be swapped."
    rows = [[each["name"], signed_three(each["value"]), interval(each, signed_three)] for each in found]
    return "\n\n".join(
        [
            "Permutation importance: by how much nDCG changes when the values of a group of features are swapped "
            "among the candidates of each question:",
            table(["Features", "nDCG changes by", "95% interval"], rows),
            "Features that carry the same information stand in for each other, so that each can look unimportant "
            "while both are not.",
        ]
    )
