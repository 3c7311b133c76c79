"""The report's tables: the launch rule, results, failures, value, readiness, users."""

from typing import Any

from product_brief.kit.blocks import interval, model_name, signed, table
from product_brief.reporting.rows import Measured, against, decides, main, strongest
from product_brief.reporting.words import (
    ASSUMED,
    DEFINED,
    amount,
    counted,
    money,
    named,
    number,
    percent,
    plain,
    scored,
    three,
)

SHOWN = 12  # failures in the README


def launch(measured: Measured) -> str:
    """Every measure beside the limits that were agreed on."""
    decision, known = measured["launch"], measured["agreed"]
    rows = []
    for each in decision["checks"]:
        shown = "{:.2f}".format if each["ci95"] else amount
        value = scored(each) if each["ci95"] else amount(each["value"])
        value = value if each["state"] != "not measured" else "not measured"
        side = "≥" if each["name"] in ("correct", "answered_right") else "≤"
        limits = [f"{side} {shown(each['limits'][name])}" for name in ("launch", "pilot")]
        rows.append([each["label"], value, *limits, f"**{each['state']}**"])
    said = [table(["Measure", "Value", "For a launch", "For a pilot", "Allows"], rows), _agreed(known)]
    if decision["why"]:
        said.append(
            f"What allows no more than **{decision['verdict']}**:\n\n"
            + "\n".join(f"- {each}" for each in decision["why"])
        )
    if change := measured["change"]:
        said.append(
            f"Against release `{change['released']}`, on {change['compared']:,} cases: {change['better']} subjects "
            f"better, {change['worse']} worse (one-sided sign test: p = {change['p']:.3f})."
        )
    return "\n\n".join(said)


def _agreed(known: Measured) -> str:
    said = f"Registered at {known['at']}, first measured at {known['measured']} (hashes in `reports/agreed.json`)"
    changed = [] if known["limits_are_first"] else ["the limits"]
    if known["removed"]:
        changed.append(f"{counted(known['removed'], 'case')}, altered or removed")
    changed += [] if known["values_are_first"] else ["the inputs of the value"]
    changed += [] if known["articles_are_first"] else ["the articles"]
    more = f" {counted(known['added'], 'case')} came later." if known["added"] else ""
    if changed:
        return f"{said}. **Changed after a measurement: {'; '.join(changed)}.**{more}"
    return (
        f"{said}; nothing was changed after a measurement. That is the order of things, and no proof that nobody "
        f"looked.{more}"
    )


def experiments(runs: list[dict[str, Any]]) -> str:
    """Every candidate on the cases that choose."""
    rows = [
        [f"**{each['name']}**" if each["chosen"] else each["name"], plain(each["decision"]), three(each["correct"]),
         percent(each["suggested"]), percent(each["wrong_suggestions"])]
        for each in runs
    ]  # fmt: skip
    return (
        f"{table(['Candidate', 'What sets it apart', 'Correct', 'Suggested', 'Wrong, of these'], rows)}\n\nOn the "
        "cases that are not tested. The most correct of those within the limit of wrong suggestions is served."
    )


def results(measured: Measured) -> str:
    """Every measure of every candidate on the tested cases."""
    metrics = list(dict.fromkeys(each["metric"] for each in measured["results"]))
    labels = {each["metric"]: each["label"] for each in measured["results"]}
    by = {(each["model"], each["metric"]): each for each in measured["results"]}
    names = sorted(dict.fromkeys(name for name, _ in by), key=lambda name: _place(by[name, "correct"]))
    rows = [[model_name(by[name, "correct"]), *(_cell(by.get((name, metric))) for metric in metrics)] for name in names]
    rival = strongest(measured)
    gap = against(measured, rival["model"])
    careless = next(each for each in measured["results"] if each["role"] == "naive")
    said = (
        f"{main(measured)['n']:,} test cases, which tuned nothing; accuracy is the share that is handled as the case "
        "asks, by the right article or by none; intervals resample the subjects that they ask about. The assistant "
        f"handles {decides(gap)} {rival['model']}, the strongest of the others: {signed(gap['difference'], 3)} "
        f"{interval(gap, lambda v: signed(v, 3))}. The row in italics is what a demonstration claims: "
        f"{three(careless['value'])} of the articles are found when somebody types their titles."
    )
    return (
        f"{table(['Model', *(labels[each] for each in metrics)], rows)}\n\n{said}\n\n![Cases handled "
        "correctly](reports/figures/results.png)"
    )


def _place(row: Measured) -> tuple[int, float]:
    return ("baseline", "naive", "model").index(row["role"]), row["value"]


def _cell(row: Measured | None) -> str:
    return "" if row is None else scored(row)


def failures(measured: Measured) -> str:
    """What went wrong, by its name and by the kind of question, with examples."""
    counts = measured["outcome_counts"]
    rows = [[name, f"{times}"] for name, times in counts.items()]
    kinds = [
        [
            plain(each["name"]),
            f"{each['n']}",
            scored(each),
            ", ".join(f"{times} {name}" for name, times in each["failures"].items()) or "–",
        ]
        for each in measured["slices"]
    ]
    said = [
        table(["What became of a case", "Cases"], rows),
        table(["Kind of question", "Cases ", "Accuracy", "Failures"], kinds),
        "The worst kind first. Small kinds have wide intervals: where these overlap, nothing says that one is worse.",
    ]
    if unsafe := next(each["n"] for each in measured["launch"]["checks"] if each["name"] == "unsafe_suggestions"):
        refused = measured["data"]["unsafe_refused"]
        said.append(
            f"Of the {unsafe} unsafe cases, the list in `brief.yaml` refuses {refused}; the others get no answer "
            "only where they are too unlike the articles."
        )
    if measured["failures"]:
        shown = [
            [
                each["outcome"],
                plain(each["question"], 80),
                plain(each["suggested"], 60) or "–",
                plain(each["right"], 60) or "–",
            ]
            for each in measured["failures"][:SHOWN]
        ]
        said.append(table(["Failure", "Question", "Suggested", "Right"], shown))
    return "\n\n".join(said)


def value(measured: Measured) -> str:
    """What it is worth, what that rests on, and at which input the sign flips."""
    worth = measured["value"]
    rows = [_input(each, worth["currency"]) for each in worth["swings"]]
    header = ["Input", "Low – likely – high", "Unit", "Value at its low … high end", "Turns the sign at", "Source"]
    picture = "![What it is worth, and what moves that](reports/figures/value.png)"
    return "\n\n".join([_percentiles(worth), table(header, rows), _nearest(worth), picture])


def _input(each: Measured, currency: str) -> list[str]:
    ends = (money(round(each[name]), currency, digits=12) for name in ("value_at_low", "value_at_high"))
    return [
        each["name"].replace("_", " "),
        f"{number(each['low'])} – **{number(each['likely'])}** – {number(each['high'])}",
        plain(each["unit"]),
        " … ".join(ends),
        _flip(each),
        plain(each["source"]) or ASSUMED,
    ]


def _percentiles(worth: Measured) -> str:
    low, middle, high = (money(worth[name], worth["currency"]) for name in ("p10", "p50", "p90"))
    payback = f"month {worth['payback_months']}" if worth["payback_months"] else "not within the horizon"
    return (
        f"Net present value over {worth['months']} months at {percent(worth['discount_rate'])} a year, of thousands "
        f"of scenarios: **P10 {low}, P50 {middle}, P90 {high}**; {percent(worth['chance_of_loss'])} of them lose "
        f"money. Payback at the likeliest values: {payback}."
    )


def _flip(each: Measured) -> str:
    if each["flips_at"] is None:
        return "never"
    return f"{number(each['flips_at'])}{', inside its range' if each['flips_within'] else ''}"


def _nearest(worth: Measured) -> str:
    name = worth["nearest_flip"]
    if name is None:
        return "No single input turns the sign, whatever its value."
    each = next(swing for swing in worth["swings"] if swing["name"] == name)
    inside = "inside its range" if each["flips_within"] else "outside its range"
    alone = sum(swing["flips_within"] for swing in worth["swings"])
    return (
        f"**The sign hangs most on {name.replace('_', ' ')}**: all others as likely, it turns at "
        f"{number(each['flips_at'])} ({inside}; likeliest is {number(each['likely'])}). {alone} of the inputs turn "
        "it inside their range, each alone."
    )


def readiness(measured: Measured) -> str:
    """The parts of the score, and what to ask the owner of the data."""
    found = measured["readiness"]
    rows = [[each["name"], f"{each['score']:.1f}", f"{each['weight']}", plain(each["ask"])] for each in found["parts"]]
    said = (
        f"The articles are ready to **{found['score']:.1f} of 100** (as of {found['as_of']}). Ask about "
        f"{found['worst']} first."
    )
    because = "\n".join(f"- {each['name']}: {plain(each['because'])}" for each in found["parts"])
    return f"{said}\n\n{table(['Part', 'Score', 'Weight', 'Ask the owner'], rows)}\n\n{because}"


def users(measured: Measured) -> str:
    """Funnel, measures, trial; every table says whose users they are."""
    usage = measured["usage"]
    if usage is None:
        return "_No events are there yet: `serve`, and let somebody ask._"
    kind = usage["kind"]
    funnel = [[name, f"{people:,}"] for name, people in usage["funnel"].items()]
    rows = [
        [named(each["name"]), DEFINED[each["name"]], scored(each), f"{each['users']:,}", _limit(each), _kept(each)]
        for each in usage["measures"]
    ]
    left = "; ".join(f"{times:,} {why}" for why, times in usage["left_out"].items() if times)
    said = [
        f"**{kind.capitalize()}**: {usage['users']:,} over {usage['days']} days, {usage['events']:,} events. Left "
        f"out: {left or 'none'}.",
        table([f"Measure ({kind})", "What it is", "Value", "Users", "Agreed", "Kept?"], rows),
        table([f"Funnel of the assistant ({kind})", "Got that far"], funnel),
        *_marked(usage),
        _trial(measured),
        f"![Funnel and retention, {kind}](reports/figures/users.png)",
    ]
    if kind.startswith("simulated"):
        drawn = "They are drawn by `src/product_brief/usage/simulate.py`: they show that the measures work, and nothing"
        said.insert(1, f"{drawn} about people.")
    return "\n\n".join(said)


def _marked(usage: Measured) -> list[str]:
    """The articles to mend first, as far as more than one user says so."""
    named_by = [f"`{article.replace('`', '´')}` ({users})" for article, users in usage["marked"] if users > 1]
    return [f"Marked as wrong by most ({usage['kind']}): {', '.join(named_by)}."] if named_by else []


def _kept(each: Measured) -> str:
    """Whether a promise is kept, broken, or open: by the whole interval."""
    if each["agreed"] is None:
        return "–"
    low, high = each["ci95"] if each["is_more_better"] else [-end for end in reversed(each["ci95"])]
    limit = each["agreed"] if each["is_more_better"] else -each["agreed"]
    return "yes" if low >= limit else "**no**" if high < limit else "open"


def _limit(each: Measured) -> str:
    if each["agreed"] is None:
        return "–"
    return f"{'≥' if each['is_more_better'] else '≤'} {each['agreed']:.2f}"


def _trial(measured: Measured) -> str:
    trial, usage, plan = measured["usage"]["trial"], measured["usage"], measured["brief"]["trial"]
    said = (
        f"The trial needs {trial['needed']:,} users in the smaller arm to see a {named(plan['measure'])} that is "
        f"{100 * plan['smallest_effect']:.1f} points above {percent(plan['baseline'])}, with a power of "
        f"{percent(plan['power'])}: about {counted(trial['weeks'], 'week')}. Arms ({usage['kind']}): "
        f"{usage['arms']['assistant']:,} with the assistant, {usage['arms']['list']:,} with a list of articles; "
        f"sample-ratio check p = {trial['ratio_p']:.4f}"
    )
    if trial["is_broken"]:
        return f"{said}: **not as they were drawn, so no difference is said.**"
    if "difference" not in trial:
        return f"{said}; too few in an arm for a difference."
    enough = "" if trial["has_enough"] else " The plan asks for more users before that decides anything."
    return (
        f"{said}. {named(plan['measure']).capitalize()} with the assistant is {percent(trial['assistant'])}, with "
        f"the list {percent(trial['list'])}: {signed(trial['difference'], 3)} "
        f"{interval(trial, lambda v: signed(v, 3))}.{enough}"
    )


def players(measured: Measured) -> str:
    """Cookie Cats under the same measures, where it was fetched."""
    found = measured["players"]
    if found is None:
        return "_`run --data cookie-cats` measures the engagement of 90,189 real players of a game the same way._"
    arms = list(found["arms"])
    rows = [
        [f"back on day {each['day']} (real players)", *(percent(value) for value in each["shares"]),
         f"{signed(each['difference'], 4)} {interval(each, lambda v: signed(v, 4))}"]
        for each in found["measures"]
    ]  # fmt: skip
    doubt = (
        " That is suspicious: find out how players came into the arms before a difference is believed."
        if found["is_doubtful"]
        else ""
    )
    said = (
        f"Arms of {' and '.join(f'{number:,}' for number in found['arms'].values())} players; sample-ratio check p = "
        f"{found['ratio_p']:.4f}.{doubt}"
    )
    return f"{table(['Retention', *(arm.replace('_', ' at level ') for arm in arms), 'Difference'], rows)}\n\n{said}"


def language(measured: Measured) -> str:
    """A language model beside the assistant, on the same cases."""
    if (found := measured.get("llm")) is None:
        return (
            "_Not measured: `python -m product_brief llm --url URL --model NAME` lets one choose the article, on "
            "the same cases._"
        )
    rows = [[plain(each["model"]), each["label"], _cell(each)] for each in found["rows"]]
    return (
        f"{table(['Model', 'Measure', 'Value'], rows)}\n\n{counted(found['n'], 'case')}, {found['tokens_in']:,} "
        f"tokens in and {found['tokens_out']:,} out, {found['seconds']:.2f} seconds and "
        f"${found['dollars_per_question']:.6f} a question."
    )
