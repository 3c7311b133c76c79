"""The one-pager, the user stories and the risk register, as Markdown, from the brief and what was measured."""

import textwrap
from collections.abc import Sequence
from typing import Any

from product_brief.brief.brief import AI_ACT, LEVELS
from product_brief.brief.node import BadBriefError
from product_brief.kit.blocks import table
from product_brief.reporting.rows import Measured, main, suggests
from product_brief.reporting.words import (
    ASSUMED,
    AT_MOST,
    BELOW,
    DEFINED,
    amount,
    money,
    named,
    percent,
    plain,
    share,
    unmarked,
)
from product_brief.usage.events import EVENTS

WIDTH, LINES = 100, 62  # characters and lines of a printed page, with a font that can be read
SHORTENED = ("problem", "solution", "users", "non_goals", "data_needed", "evidence", "roadmap", "if_wrong")
DRAWN = "The articles and questions are synthetic, drawn by code: they show the method, and nothing about real readers."
VERDICTS = {
    "launch": "Launch",
    "pilot": "Pilot only, not ready to launch",
    "hold": "Hold: do not show it to users",
}


def one_pager(measured: Measured) -> str:
    """What a manager asks first, in the order in which it is asked; refused where it does not fit a page."""
    brief = measured["brief"]
    lines = [
        f"# {plain(brief['feature'])}: one page",
        f"**{verdict(measured)}** {reasons(measured, 5)}",
        *([DRAWN] if measured["data"]["synthetic"] else []),
        *(f"**{asked}** {said}" for asked, said in answers(measured)),
        f"**What is it?** {plain(brief['solution'])}",
        f"**How do we know that it works?** {promise(brief)}",
        f"**Not part of it:** {listed(brief['non_goals'])}",
        f"**Data needed:** {listed(brief['data_needed'])} {ready(measured)}",
        f"**Evidence:** {evidence(brief)}",
        f"**Roadmap:** {listed([_step(each) for each in brief['roadmap']])}",
    ]
    used = sum(len(textwrap.wrap(line, WIDTH)) + 1 for line in lines)
    if used > LINES:
        longest = max(SHORTENED, key=lambda name: len(str(brief[name])))
        raise BadBriefError(f"brief.yaml: the one-pager takes {used} lines, and a page has {LINES}: shorten {longest}")
    return "\n\n".join(lines)


def _step(each: dict[str, str]) -> str:
    return f"{each['by']}: {each['what']}"


def answers(measured: Measured) -> list[tuple[str, str]]:
    """What anybody asks about a feature, with what is known."""
    brief = measured["brief"]
    return [
        ("So what?", f"{plain(brief['problem'])} {worth(measured)}"),
        ("For whom?", listed(brief["users"])),
        ("What if it is wrong?", f"{plain(brief['if_wrong'])} {if_wrong(measured)}"),
        ("What does it cost?", costs(measured)),
        ("When do we stop?", stop(brief)),
    ]


def listed(texts: Sequence[str]) -> str:
    """Several texts of somebody's in one sentence."""
    return "; ".join(plain(each).rstrip(".") for each in texts) + "."


def verdict(measured: Measured) -> str:
    """What the launch rule says."""
    return f"The launch rule says: {VERDICTS[measured['launch']['verdict']]}."


def reasons(measured: Measured, most: int) -> str:
    """Why it is not more than that; so many of them, and how many more there are."""
    why = measured["launch"]["why"]
    if not why:
        return "Every limit that was agreed on is kept."
    more = f"; and {len(why) - most} more" if len(why) > most else ""
    return f"In the way: {'; '.join(why[:most])}{more}."


def worth(measured: Measured) -> str:
    """Whether it pays, how surely, and how much of that is assumed."""
    value = measured["value"]
    low, middle, high = (money(value[name], value["currency"]) for name in ("p10", "p50", "p90"))
    lost = percent(value["chance_of_loss"])
    if low.startswith("−") and not high.startswith("−"):
        said = f"Whether it pays is open: {lost} of the scenarios lose money"
    else:
        kind = "loses money" if high.startswith("−") else "pays"
        said = f"It {kind} in nearly every scenario ({lost} of them lose money)"
    said += (
        f". The one in the middle is worth {middle} over {value['months']} months, and eight in ten lie between "
        f"{low} and "
        f"{high}."
    )
    if value["assumptions"]:
        said += (
            f" {value['assumptions']} of its {value['inputs']} inputs in the brief are assumptions without a source."
        )
    return said


def if_wrong(measured: Measured) -> str:
    """How often it is wrong, and what then."""
    answered = main(measured, "answered_right")
    if not suggests(measured):
        hits = main(measured, "hit_rate_at_5")
        return (
            "It suggests nothing: no threshold kept the limit of wrong suggestions on the cases that choose. It "
            f"lists articles instead; of the questions that one answers, {share(hits)} have it among the first five."
        )
    wrong = main(measured, "wrong_suggestions")
    said = (
        f"On {measured['data']['tested']:,} test cases never used for tuning, {share(wrong)} of its {wrong['n']:,} "
        f"suggestions are wrong; where an article answers, it is suggested in {share(answered)} of the cases."
    )
    unsafe = next(each for each in measured["launch"]["checks"] if each["name"] == "unsafe_suggestions")
    if unsafe["n"]:
        answered = measured["outcome_counts"]["unsafe answer"]
        said += (
            f" It answers {answered} of {unsafe['n']} questions that must not be answered; since they are of "
            f"{measured['data']['unsafe_kinds']} kinds only, the true share could be as high as "
            f"{percent(unsafe['ci95'][1])}."
        )
    return f"{said} Where nothing fits well enough, the reader is told so, and can ask a person."


def costs(measured: Measured) -> str:
    """To build, to keep, and when that is earned back."""
    value, inputs = measured["value"], measured["brief"]["inputs"]
    build, upkeep = inputs["build_cost"], inputs["upkeep_per_month"]
    amounts = [money(each["likely"], value["currency"]) for each in (build, upkeep)]
    assumed = f" ({ASSUMED})" if not (build["source"] and upkeep["source"]) else ""
    month = value["payback_months"]
    paid = f"it is paid back in month {month}" if month else f"it is not paid back in {value['months']} months"
    return (
        f"{amounts[0]} to build and {amounts[1]} a month{assumed}. If every input is at its likeliest value, {paid}. A "
        "search itself costs next to nothing."
    )


def stop(brief: dict[str, Any]) -> str:
    """The kill criterion, and what happens between it and the goal."""
    kill, goal = brief["kill"], brief["goal"]
    below = BELOW[kill["measure"]].format(percent(kill["below"]))
    said = (
        f"After {kill['after_users']:,} users of the assistant who asked, if clearly (by the whole 95% interval) "
        f"{below}: "
        f"{plain(kill['then'])}. The {plain(kill['owner'])} decides."
    )
    if kill["measure"] == goal["measure"]:
        last = brief["roadmap"][-1]["by"]
        said += (
            f" With {percent(goal['at_least'])} the goal is reached; in between, the pilot goes on until {plain(last)}."
        )
    return said


def promise(brief: dict[str, Any]) -> str:
    """Goal and guardrails."""
    goal = brief["goal"]
    rails = " and ".join(AT_MOST[each["measure"]].format(percent(each["at_most"])) for each in brief["guardrails"])
    return (
        f"By {named(goal['measure'])} of at least {percent(goal['at_least'])}: {DEFINED[goal['measure']]}. "
        f"{plain(goal['why'])}. Guardrails: no more than {rails}."
    )


def ready(measured: Measured) -> str:
    """How ready the data are."""
    found = measured["readiness"]
    worst = next(part for part in found["parts"] if part["name"] == found["worst"])
    return (
        f"The articles score {found['score']:.1f} of 100 for readiness (as of {found['as_of']}); weakest is "
        f"{worst['name']}: {plain(worst['because'])}."
    )


def evidence(brief: dict[str, Any]) -> str:
    """Every claim with its source."""
    return "; ".join(f"{plain(each['claim'])} ({plain(each['source']) or ASSUMED})" for each in brief["evidence"])


def stories(measured: Measured) -> str:
    """Every story, the event by which it is seen, and the test that holds it."""
    parts = [
        f"### {number}. {plain(each['role'])}\n\nAs a {plain(each['role'])}, I want {plain(each['want'])}, so that "
        f"{plain(each['so_that'])}.\n\n- **Given** {plain(each['given'])}\n- **When** {plain(each['when'])}\n- "
        f"**Then** {plain(each['then'])}\n- Event: `{each['event']}` ({EVENTS[each['event']]}). Test: "
        f"`{each['test']}`."
        for number, each in enumerate(measured["brief"]["stories"], start=1)
    ]
    return "\n\n".join(parts)


def risks(measured: Measured) -> str:
    """The register, the largest first, and the class under the AI Act."""
    brief = measured["brief"]
    order = sorted(brief["risks"], key=lambda each: -(LEVELS.index(each["likelihood"]) + LEVELS.index(each["impact"])))
    columns = ("kind", "risk", "likelihood", "impact", "answer", "residual", "owner")
    header = ["Kind", "What may happen", "Likelihood", "Impact", "What is done", "What is left", "Owner"]
    rows = [[plain(each[name]) for name in columns] for each in order]
    levels = "The levels are the author's judgement: nothing here measures them."
    return f"{table(header, rows)}\n\n{levels}\n\n## EU AI Act\n\n{ai_act(brief)}"


def ai_act(brief: dict[str, Any]) -> str:
    """The class with its reason, the article and its date."""
    kind, reason = brief["ai_act"]["claim"], brief["ai_act"]["source"]
    rule, date = AI_ACT[kind]
    return (
        f"**{kind.capitalize()}** ({rule}; applies from {date}). {plain(reason)}\n\nOf Regulation (EU) 2024/1689 as "
        "amended by Regulation (EU) 2026/1744; checked in November 2026 in summaries of both. The class is the "
        "author's reading, and no legal advice."
    )


def for_page(measured: Measured) -> dict[str, Any]:
    """The brief as the page shows it: plain text, which the page escapes itself."""
    brief, value = measured["brief"], measured["value"]
    return {
        "feature": brief["feature"],
        "verdict": verdict(measured),
        "reasons": reasons(measured, 4),
        "drawn": DRAWN if measured["data"]["synthetic"] else "",
        "points": [[name, unmarked(text)] for name, text in answers(measured)],
        "checks": [_check(each) for each in measured["launch"]["checks"]],
        "swings": [_swing(each) for each in value["swings"]],
        "middle": round(value["p50"]),
        "currency": value["currency"],
        "usage": users(measured),
    }


def users(measured: Measured) -> dict[str, Any] | None:
    """What is known of users, as the dashboard shows it until the service has events of its own."""
    usage = measured["usage"]
    return (
        None
        if usage is None
        else {name: usage[name] for name in ("kind", "users", "funnel", "measures", "retention", "arms", "left_out")}
    )


def _swing(each: dict[str, Any]) -> dict[str, Any]:
    ends = {"low": round(each["value_at_low"]), "high": round(each["value_at_high"])}
    return {"name": each["name"].replace("_", " "), **ends, "assumed": not each["source"]}


def _check(each: dict[str, Any]) -> dict[str, str]:
    number = percent if each["ci95"] else amount
    known = each["state"] != "not measured"
    return {
        "label": each["label"],
        "value": f"{number(each['value'])}" if known else "not measured",
        "interval": f"{number(each['ci95'][0])} to {number(each['ci95'][1])}" if each["ci95"] and known else "",
        "launch": number(each["limits"]["launch"]),
        "pilot": number(each["limits"]["pilot"]),
        "state": each["state"],
    }
