"""The memo: what to do, why, what it is worth, which argument misleads, and what would change the answer. One page."""

import html
import re
from typing import Any

from churn_study.causal.ladder import NAIVE, NO, ROBUST
from churn_study.config import MEMO
from churn_study.decision.policies import EVERYBODY, NOBODY, RISKIEST, TARGETED
from churn_study.decision.words import MONEY, many, money, money_between, percent, plain, points, points_between
from churn_study.experiment.analysis import BROKEN
from churn_study.experiment.compare import is_real

Measured = dict[str, Any]


def write(measured: Measured) -> None:
    """Write reports/memo.md."""
    lines = [f"# Memo: {title(measured)}", *(f"**{name}.** {text}" for name, text in sections(measured))]
    MEMO.parent.mkdir(parents=True, exist_ok=True)
    MEMO.write_text("\n\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def for_page(measured: Measured) -> dict[str, Any]:
    """The same for the page, with the ladder."""
    rungs = [
        {
            "name": each["name"],
            "value": points(each["value"]),
            "interval": points_between(each),
            "truth": None if each["truth"] is None else points(each["truth"]),
            "stands": each["stands"],
            "why": each["why"],
        }
        for each in measured["ladder"]
    ]
    return {
        "title": _shown(title(measured)),
        "memo": [[name, _shown(text)] for name, text in sections(measured)],
        "ladder": rungs,
    }


def _shown(text: str) -> str:
    """Markdown as it is read."""
    return html.unescape(re.sub(r"\\(.)", r"\1", text.replace("**", "")))


def title(measured: Measured) -> str:
    """What is decided on."""
    offer = measured["data"]["offer"]
    return (
        f"who should get {plain(offer)}"
        if offer
        else f"which {many(plain(measured['data']['noun']))} leave, and what is not known about keeping them"
    )


def sections(measured: Measured) -> list[tuple[str, str]]:
    """(what it is about, text), each only where these data say something about it."""
    found = [
        ("Decision", decision(measured)),
        ("Why", _why(measured)),
        ("What it is worth", _worth(measured)),
        ("The argument that misleads", _misleading(measured)),
        ("What would change the answer", _change(measured)),
        ("What is not known", _unknown(measured)),
    ]
    return [(name, text) for name, text in found if text]


def decision(measured: Measured) -> str:
    """One sentence that can be acted on."""
    offer, everybody = plain(measured["data"]["offer"]), many(plain(measured["data"]["noun"]))
    if not offer:
        return (
            "Offer nothing on this evidence, and run an experiment: these data show who leaves, and nothing of what "
            f"would keep them. {_needed(measured)}"
        )
    if "decision" not in measured:
        return _without_trial(measured)
    found = measured["decision"]
    main, sure = found["main"], _is_sure(found)
    if main == NOBODY or (main == EVERYBODY and not sure):
        primary = measured["experiment"]["primary"]
        more = "more of them leave with it" if primary["ci95"][0] > 0 else "they are not known to gain by it"
        return f"Do not introduce {offer} for {everybody}: {more}."
    if main == EVERYBODY:
        return f"Give {offer} to everybody."
    groups = [plain(each["name"]) for each in found["rule"]["cells"] if _gains(each, found)]
    if sure and groups:
        return f"Give {offer} to these {everybody}{_as_far(found)}, and to nobody else: {'; '.join(groups)}."
    return (
        f"Do not decide yet: whether giving {offer} to those who seem to gain by it is worth more than giving it to "
        f"nobody, this experiment does not settle. {_needed(measured)}"
    )


def _as_far(found: Measured) -> str:
    return ", as far as what they pay makes it worth its cost" if found["unit"] == MONEY else ""


def _without_trial(measured: Measured) -> str:
    offer, best = plain(measured["data"]["offer"]), measured["strongest"]
    if measured.get("experiment", {}).get("state") == BROKEN:
        return (
            f"Say nothing of {offer} from this experiment: its arms are not as they were drawn. Find out whose "
            "records were lost, and run it again."
        )
    if best is None:
        return (
            f"Do not decide on {offer} by these data: nothing in them separates its effect from the reasons for "
            f"which it was given. {_needed(measured)}"
        )
    side = "fewer" if best["value"] < 0 else "more"
    certain = (
        f"suggests that {side} leave with it"
        if is_real(best["ci95"])
        else "does not settle whether it changes anything"
    )
    return (
        f"Try {offer} on some, drawn by lot, before it is given to all: {best['name']} {certain}, and no lot was "
        f"drawn. {_needed(measured)}"
    )


def _why(measured: Measured) -> str:
    if "primary" not in (trial := measured.get("experiment", {})):
        return ""
    primary, noun = trial["primary"], many(plain(measured["data"]["noun"]))
    said = (
        f"In an experiment with {primary['n']:,} {noun}, {percent(primary['control'])} left without it and "
        f"{percent(primary['treated'])} with it: {points(primary['difference'])} points, 95% interval "
        f"{points_between(primary)}."
    )
    harmed = [each for each in trial["segments"] if each["ci95"][0] > 0 and each["p"] < 0.05]
    helped = [each for each in trial["segments"] if each["ci95"][1] < 0 and each["p"] < 0.05]
    if helped:
        said += f" It keeps {_group(helped[0]['name'])} ({points(helped[0]['difference'])})"
        said += (
            f" and **drives away {_group(harmed[0]['name'])} ({points(harmed[0]['difference'])})**." if harmed else "."
        )
    elif harmed:
        said += f" It **drives away {_group(harmed[0]['name'])} ({points(harmed[0]['difference'])})**."
    return said


def _group(name: str) -> str:
    """A segment in a sentence: those with "contract: monthly"."""
    return f"those with “{plain(name)}”"


def _worth(measured: Measured) -> str:
    if "decision" not in measured:
        return _stakes(measured)
    found, noun = measured["decision"], many(plain(measured["data"]["noun"]))
    unit, name = found["unit"], _rule_name(found["main"])
    by_name = {each["name"]: each for each in found["policies"]}
    main = by_name[found["main"]]
    if found["main"] == NOBODY:
        everybody = by_name[EVERYBODY]
        return f"Giving it to everybody would bring {_amount(everybody, unit)} for a thousand {noun}."
    said = f"{name[:1].upper()}{name[1:]} brings {_amount(main, unit)} for a thousand {noun}, against offering nothing"
    others = [each for each in found["against"] if each["name"] in (EVERYBODY, RISKIEST)]
    parts = [f"{_amount(each, unit)} against {_rule_name(each['name'])}" for each in others]
    return f"{said}{'; ' if parts else ''}{'; '.join(parts)}."


def _amount(row: Measured, unit: str) -> str:
    counted = "" if unit == MONEY else f" {unit}"
    return f"{money(row['gain'], unit)} {money_between(row, unit)}{counted}"


def _misleading(measured: Measured) -> str:
    """The plain difference, where better evidence says otherwise."""
    rungs = {each["name"]: each for each in measured["ladder"]}
    best = measured["strongest"]
    if NAIVE not in rungs or best is None or best["name"] == NAIVE:
        return _risk_is_no_reason(measured)
    plain_one = rungs[NAIVE]
    low, high = plain_one["ci95"]
    if low <= best["value"] <= high:
        return _risk_is_no_reason(measured)
    works = plain_one["value"] < 0
    if works == (best["value"] < 0):
        kind = "too large" if abs(plain_one["value"]) > abs(best["value"]) else "too small"
        return (
            f"A plain comparison of who got it with who did not says {points(plain_one['value'])} points, which is "
            f"{kind}: the estimate by {best['name']} is {points(best['value'])} {points_between(best)}. "
            f"{_risk_is_no_reason(measured)}"
        ).strip()
    said = (
        f"“Of those who got it, {abs(100 * plain_one['value']):.1f} points {'fewer' if works else 'more'} left, so "
        f"it {'works' if works else 'does not work'}.” They were chosen, and not at random; the estimate by "
        f"{best['name']} is {points(best['value'])} {points_between(best)}."
    )
    if (
        ROBUST in rungs
        and rungs[ROBUST]["stands"] == NO
        and not rungs[ROBUST]["ci95"][0] <= best["value"] <= rungs[ROBUST]["ci95"][1]
    ):
        said += f" Adjusting for all that was recorded still says {points(rungs[ROBUST]['value'])}: a cause is missing."
    return f"{said} {_risk_is_no_reason(measured)}".strip()


def _risk_is_no_reason(measured: Measured) -> str:
    against = {each["name"]: each for each in measured.get("decision", {}).get("against", [])}
    if RISKIEST not in against or against[RISKIEST]["ci95"][0] <= 0:
        return ""
    return (
        "“Offer it to those likeliest to leave” does worse than this rule: a high risk does not mean that the offer "
        "changes it."
    )


def _change(measured: Measured) -> str:
    even = measured.get("decision", {}).get("break_even")
    if not even:
        return ""
    costs = measured["decision"]["costs"]
    return (
        f"For those whom the rule now picks: an offer that costs more than ${even['cost']:.2f} (assumed: "
        f"${costs['offer']:.2f}), or {many(plain(measured['data']['noun']))} who, once kept, stay less than "
        f"{even['months']:g} months (assumed: {costs['months']:g}, at a margin of {percent(costs['margin'])})."
    )


def _stakes(measured: Measured) -> str:
    if not (stakes := measured.get("stakes")):
        return ""
    return (
        f"Whoever stays is worth about ${stakes['worth']:,.0f} more (assumed, see `config.py`), so an offer of "
        f"${stakes['cost']:.2f} pays where it keeps at least {1000 * stakes['needed_effect']:.0f} in a thousand who "
        "get it. Whether it would, only an experiment says."
    )


def _unknown(measured: Measured) -> str:
    said = []
    if "decision" in measured:
        said.append("whether the effect lasts beyond the time that was measured")
    if measured["data"]["synthetic"]:
        said.append("anything about real people: these were drawn by code")
    if (trial := measured.get("experiment")) and not trial["plan"]["is_first"]:
        said.append("what the plan would have said: it was changed after the arms were compared")
    if not said:
        return ""
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def _needed(measured: Measured) -> str:
    planned = measured.get("registered") or measured.get("experiment", {}).get("plan")
    if not planned:
        return ""
    return (
        f"With {planned['needed']:,} {many(plain(measured['data']['noun']))} in the smaller arm, an effect of "
        f"{100 * planned['smallest_effect']:g} points would be detected with 80% power."
    )


def _is_sure(found: Measured) -> bool:
    main = next(each for each in found["policies"] if each["name"] == found["main"])
    return bool(main["ci95"][0] > 0)


def _gains(cell: Measured, found: Measured) -> bool:
    """Whether somebody of this group with a usual value is offered it."""
    return bool(-cell["effect"] * found["usual_worth"] > found["costs"]["offer"])


def _rule_name(name: str) -> str:
    return {
        TARGETED: "a rule found in this way, valued where it was not found,",
        RISKIEST: "offering it to as many of the likeliest to leave",
        EVERYBODY: "offering it to everybody",
    }.get(name, name)
