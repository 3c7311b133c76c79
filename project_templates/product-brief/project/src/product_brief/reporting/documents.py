"""The one-pager, the user stories and the risk register, as Markdown, from the brief and what was measured."""

import textwrap
from typing import Any

from product_brief.brief.brief import AI_ACT, LEVELS
from product_brief.brief.node import BadBriefError
from product_brief.kit.blocks import table
from product_brief.reporting.rows import Measured, main, suggests
from product_brief.reporting.words import ASSUMED, MARK, amount, money, named, percent, plain, share
from product_brief.usage.events import EVENTS

WIDTH, LINES = 100, 62  # characters and lines of a printed page, with a font that can be read
VERDICTS = {
    "launch": "Launch",
    "pilot": "Pilot with a few users, and no more",
    "hold": "Hold: do not show it to users",
}


def one_pager(measured: Measured) -> str:
    """What a manager asks first, in the order in which it is asked; refused where it does not fit a page."""
    brief = measured["brief"]
    lines = [
        f"# {plain(brief['feature'])}: one page",
        f"**The launch rule says: {VERDICTS[measured['launch']['verdict']]}.** {reasons(measured)}",
        f"**So what?** {plain(brief['problem'])} {worth(measured)}",
        f"**For whom?** {'; '.join(plain(each) for each in brief['users'])}.",
        f"**What is it?** {plain(brief['solution'])}",
        f"**What if it is wrong?** {if_wrong(measured)}",
        f"**What does it cost?** {costs(measured)}",
        f"**When do we stop?** {stop(brief)}",
        f"**How do we know?** {promise(brief)}",
        f"**Not part of it:** {'; '.join(plain(each) for each in brief['non_goals'])}.",
        f"**Data needed:** {'; '.join(plain(each) for each in brief['data_needed'])}. {ready(measured)}",
        f"**Evidence:** {evidence(brief)}",
        f"**Roadmap:** {'; '.join(_step(each) for each in brief['roadmap'])}.",
    ]
    text = "\n\n".join(lines)
    used = sum(len(textwrap.wrap(line, WIDTH)) + 1 for line in lines)
    if used > LINES:
        longest = max(
            ("problem", "solution", "users", "non_goals", "data_needed", "evidence", "roadmap"),
            key=lambda name: len(str(brief[name])),
        )
        raise BadBriefError(f"brief.yaml: the one-pager takes {used} lines, and a page has {LINES}: shorten {longest}")
    return text


def _step(each: dict[str, str]) -> str:
    return f"{plain(each['by'])}: {plain(each['what'])}"


def reasons(measured: Measured) -> str:
    """Why it is not more than that."""
    why = measured["launch"]["why"]
    if not why:
        return "Every limit that was agreed on is kept."
    more = f" ({len(why) - 2} more in the README)" if len(why) > 2 else ""
    return f"In the way: {'; '.join(why[:2])}{more}."


def worth(measured: Measured) -> str:
    """The value in a sentence, and how much of it is assumed."""
    value = measured["value"]
    low, middle, high = (money(value[name], value["currency"]) for name in ("p10", "p50", "p90"))
    said = (
        f"Its median net present value over {value['months']} months is {middle} (P10 {low}, P90 {high}); "
        f"{percent(value['chance_of_loss'])} of the draws are a loss."
    )
    if value["assumptions"]:
        said += f" {value['assumptions']} of its {value['inputs']} inputs are assumptions without a source."
    return said


def if_wrong(measured: Measured) -> str:
    """How often, how badly, and what then."""
    if not suggests(measured):
        hits = main(measured, "hit_rate_at_5")
        return (
            "It suggests nothing: no threshold kept the limit of wrong suggestions on the cases that choose. It lists "
            f"articles instead; of the questions that one answers, {share(hits)} have it among the first five."
        )
    wrong, answered = (main(measured, name) for name in ("wrong_suggestions", "answered_right"))
    said = (
        f"{share(wrong)} of its suggestions are wrong, measured on {measured['data']['tested']:,} cases that chose "
        f"nothing; of the questions that an article answers, {share(answered)} get the right one."
    )
    unsafe = measured["outcome_counts"]["unsafe answer"]
    total = next((each["n"] for each in measured["launch"]["checks"] if each["name"] == "unsafe_suggestions"), 0)
    if total:
        said += f" Of {total} questions that must not be answered, {unsafe} {'was' if unsafe == 1 else 'were'}."
    return f"{said} The rest goes to a person, and a reader can say that a suggestion is wrong."


def costs(measured: Measured) -> str:
    """To build, to keep, and for a question."""
    value, inputs = measured["value"], measured["brief"]["inputs"]
    build, upkeep = inputs["build_cost"], inputs["upkeep_per_month"]
    currency = value["currency"]
    payback = (
        f"paid back in month {value['payback_months']}"
        if value["payback_months"]
        else f"not paid back in {value['months']} months"
    )
    assumed = f" ({ASSUMED})" if not (build["source"] and upkeep["source"]) else ""
    return (
        f"{money(build['likely'], currency)} to build and {money(upkeep['likely'], currency)} a month{assumed}; "
        f"{payback} "
        f"at the likeliest values. A question takes {measured['costs']['milliseconds_p95']:g} ms at the 95th "
        "percentile."
    )


def stop(brief: dict[str, Any]) -> str:
    """The kill criterion."""
    kill = brief["kill"]
    return (
        f"When {named(kill['measure'])} is surely below {percent(kill['below'])} after {kill['after_users']:,} users. "
        f"{plain(kill['then'])}."
    )


def promise(brief: dict[str, Any]) -> str:
    """Goal and guardrails."""
    goal = brief["goal"]
    rails = "; ".join(f"{named(each['measure'])} at most {percent(each['at_most'])}" for each in brief["guardrails"])
    return (
        f"Goal: {named(goal['measure'])} at least {percent(goal['at_least'])}. {plain(goal['why'])}. Guardrails: "
        f"{rails}."
    )


def ready(measured: Measured) -> str:
    """How ready the data are."""
    found = measured["readiness"]
    worst = next(part for part in found["parts"] if part["name"] == found["worst"])
    return f"Ready to {found['score']:.1f} of 100; the weakest part is {worst['name']}: {plain(worst['because'])}."


def evidence(brief: dict[str, Any]) -> str:
    """Every claim with its source."""
    return "; ".join(f"{plain(each['claim'])} ({plain(each['source']) or ASSUMED})" for each in brief["evidence"])


def stories(measured: Measured) -> str:
    """Every story, the event by which it is seen, and the test that holds it."""
    parts = [
        f"### {number}. {plain(each['role'])}\n\n"
        f"As a {plain(each['role'])}, I want {plain(each['want'])}, so that {plain(each['so_that'])}.\n\n"
        f"- **Given** {plain(each['given'])}\n- **When** {plain(each['when'])}\n- **Then** {plain(each['then'])}\n"
        f"- Event: `{each['event']}` ({EVENTS[each['event']]}). Test: `{each['test']}`."
        for number, each in enumerate(measured["brief"]["stories"], start=1)
    ]
    return "\n\n".join(parts)


def risks(measured: Measured) -> str:
    """The register, the largest first, and the class under the AI Act."""
    brief = measured["brief"]
    order = sorted(brief["risks"], key=lambda each: -(LEVELS.index(each["likelihood"]) + LEVELS.index(each["impact"])))
    rows = [
        [plain(each[name]) for name in ("kind", "risk", "likelihood", "impact", "answer", "owner")] for each in order
    ]
    header = ["Kind", "What may happen", "Likelihood", "Impact", "What is done", "Owner"]
    return f"{table(header, rows)}\n\n{ai_act(brief)}"


def ai_act(brief: dict[str, Any]) -> str:
    """The class with its reason, the article and its date."""
    kind, reason = brief["ai_act"]["claim"], brief["ai_act"]["source"]
    article, date = AI_ACT[kind]
    dates = table(["Class", "Rule", "Applies from"], [[name, *rule] for name, rule in AI_ACT.items()])
    return (
        f"**Class under the EU AI Act: {kind}** ({article}, applies from {date}). {plain(reason)}\n\n{dates}\n\n"
        "Regulation (EU) 2024/1689 as amended by Regulation (EU) 2026/1744; checked in November 2026. The class is the "
        "author's reading, and no legal advice."
    )


def for_page(measured: Measured) -> dict[str, Any]:
    """The brief as the page shows it: plain text, which the page escapes itself."""
    brief, value = measured["brief"], measured["value"]
    points = [
        ["So what?", f"{brief['problem']} {worth(measured)}"],
        ["For whom?", "; ".join(brief["users"]) + "."],
        ["What if it is wrong?", if_wrong(measured)],
        ["What does it cost?", costs(measured)],
        ["When do we stop?", stop(brief)],
    ]
    return {
        "feature": brief["feature"],
        "verdict": VERDICTS[measured["launch"]["verdict"]],
        "reasons": reasons(measured),
        "points": [[name, text.replace(MARK, "")] for name, text in points],
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
