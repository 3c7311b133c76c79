"""The report's words on the experiment: the decision, what peeking does to it, and what the log alone can tell."""

from typing import Any

from recommender.experiment.abtest import KEEP, SHIP
from recommender.kit.blocks import interval, table
from recommender.reporting.rows import signed_three

UNMEASURED = "_Not measured yet: `python -m recommender run`._"


def decision(test: dict[str, Any]) -> str:
    """What the experiment says to do, in a sentence, and by whose clicks."""
    who = test["source"]
    if test["reason"]:
        return f"**No decision**: {test['reason']} ({who})."
    if test["decision"] == SHIP:
        return f"**Ship {test['chosen']}**, say the {who}: more {test['metric']}, and every guardrail holds."
    if test["decision"] == KEEP:
        return f"**Keep {test['control']}**, say the {who}: the other ranking is not better, or a guardrail is broken."
    return (
        f"**Undecided**: the {who} have not shown that {test['chosen']} should replace {test['control']}, "
        "and not that it should not."
    )


def verdict(measured: dict[str, Any]) -> str:
    """The A/B test in a few sentences and a figure."""
    if "abtest" not in measured:
        return UNMEASURED
    test = measured["abtest"]
    lines = [decision(test)]
    if test["reason"]:
        return "\n\n".join([*lines, _sample_ratio(test)])
    lines += [_arm(arm, test) for arm in test["arms"]]
    return "\n\n".join([*lines, "![The estimates with their intervals](reports/figures/experiment.png)"])


def _arm(arm: dict[str, Any], test: dict[str, Any]) -> str:
    once, always = arm["estimates"][1], arm["estimates"][2]
    said = (
        f"Among {test['source']}, {arm['treatment']} {_says(always)} than {test['control']} by the interval that is "
        f"valid at any time: {signed_three(always['difference'])} {test['metric']}, 95% interval "
        f"{interval(always, signed_three)}. One look at the end, planned before, would have said "
        f"{interval(once, signed_three)}."
    )
    if arm["truth"]:
        truth = arm["truth"]["clicks_per_visitor"]
        low, high = always["ci95"]
        within = "within" if low <= truth <= high else "outside"
        said += (
            f" The true difference, which only a simulation knows, is {signed_three(truth)}, {within} that interval; "
            f"once the charm of the new is gone, {signed_three(arm['truth']['lasting'])}."
        )
    return f"{said} {_novelty(arm, test)}".strip()


def _says(estimate: dict[str, Any]) -> str:
    low, high = estimate["ci95"]
    return (
        "gets more clicks"
        if low > 0
        else "gets fewer clicks"
        if high < 0
        else "has not been shown to get more or fewer"
    )


def _novelty(arm: dict[str, Any], test: dict[str, Any]) -> str:
    """Whether the effect fades, where enough visitors came back to tell."""
    if not (found := arm["novelty"]):
        return ""
    first, later, fades = found["first"], found["later"], found["fades"]
    low, _ = fades["ci95"]
    reach = ", ".join(map(_percent, later["ci95"]))
    said = (
        f"In the first {found['days']:g} days of each visitor the effect on clicks per list is "
        f"{_percent(first['value'])}, after that {_percent(later['value'])} [{reach}]: "
    )
    if low > 0:
        return f"{said}it fades, so part of it was the charm of the new."
    return f"{said}this does not show that it fades."


def abtest(measured: dict[str, Any]) -> str:
    """The A/B test in full: groups, power, estimates, guardrails."""
    if "abtest" not in measured:
        return UNMEASURED
    test = measured["abtest"]
    counts = ", ".join(f"{number} were shown {name}" for name, number in test["visitors"].items())
    lines = [f"Of the {test['source']}, {counts}, in {test['lists']} rendered lists.", *_left_out(test)]
    lines.append(_sample_ratio(test))
    if test["arms"]:
        lines += [_power(test), _estimates(test)]
        for arm in test["arms"]:
            changed = 1 - arm["variance_left"]
            if changed > 0:
                lines.append(f"CUPED reduces the variance of {arm['treatment']}'s difference by {changed:.0%}.")
            lines.append(f"The guardrails of {arm['treatment']}, which must not get worse meanwhile:")
            lines.append(_guardrails(arm, test))
    return "\n\n".join(lines)


def _left_out(test: dict[str, Any]) -> list[str]:
    """Whoever does not count, and why."""
    reasons = (
        (test["in_both"], "visitors saw several variants, and are left out"),
        (test["bots"], "visitors were shown so many lists that they must be bots, and are left out"),
        (test["orphans"], "clicks belong to no list that was rendered, and do not count"),
    )
    return [f"{number} {what}." for number, what in reasons if number]


def _sample_ratio(test: dict[str, Any]) -> str:
    return (
        f"The sample-ratio check {'passes' if test['fits'] else '**fails**'} (p = {test['sample_ratio_p']:.4f}); below "
        f"{test['mismatch']:g} no difference would be reported."
    )


def _power(test: dict[str, Any]) -> str:
    planned = test["planned"]
    return (
        f"Planned before the first visitor: {planned['visitors']} in all groups. To find a change of "
        f"{planned['relative']:.0%} of {test['control_mean']:.2f} {test['metric']} with a power of 80% in one look "
        f"takes {planned['visitors_each']} visitors in each group; with those there were, the minimum detectable "
        f"effect is {planned['detectable']:.1%}."
    )


def _estimates(test: dict[str, Any]) -> str:
    header = [f"Against {test['control']}", "Estimate", test["metric"], "95% interval", "Relative", "Interval"]
    rows = [
        [
            arm["treatment"],
            each["estimate"],
            signed_three(each["difference"]),
            interval(each, signed_three),
            "–" if each["relative"] is None else _percent(each["relative"]),
            f"[{', '.join(map(_percent, each['relative_ci95']))}]" if each["relative_ci95"] else "–",
        ]
        for arm in test["arms"]
        for each in arm["estimates"]
    ]
    return table(header, rows)


def _guardrails(arm: dict[str, Any], test: dict[str, Any]) -> str:
    header = ["Guardrail", test["control"], arm["treatment"], "Difference", "95% interval", "At most", "Power", "State"]
    rows = [
        [
            each["name"],
            f"{each['control']:.3f}",
            f"{each['treatment']:.3f}",
            signed_three(each["difference"]),
            interval(each, signed_three),
            f"{each['margin']:g}",
            f"{each['power']:.0%}",
            each["state"] if each["state"] == "holds" else f"**{each['state']}**",
        ]
        for each in arm["guardrails"]
    ]
    return f"{table(header, rows)}\n\n_Power_: the chance that the guardrail holds where nothing got worse."


def peeking(measured: dict[str, Any]) -> str:
    """How often an A/A test looks like a discovery, the more often somebody looks."""
    if "peeking" not in measured:
        return UNMEASURED
    rows = [[each["looks"], f"{each['naive']:.3f}", f"{each['always_valid']:.3f}"] for each in measured["peeking"]]
    return "\n\n".join(
        [
            "Both variants the same, a thousand times, with as many visitors as above, drawn from them, analyzed as "
            "the experiment is. The share of those A/A tests that end with a discovery, all of them false:",
            table(["Number of looks, the last at the end", "Interval for one look", "Always-valid interval"], rows),
            "![False discoveries by the number of looks](reports/figures/peeking.png)",
        ]
    )


def ope(measured: dict[str, Any]) -> str:
    """What other rankings would have earned, by the log of today's."""
    if "ope" not in measured:
        return UNMEASURED
    found = measured["ope"]
    lines = [
        f"From {found['lists']} first places that {found['logged_by']} filled for {found['visitors']} "
        f"{found['source']}, {found['exploration']:.0%} of them at random (lists for visitors without a past are left "
        "out): how often would the first one be opened if another ranking chose it?",
        _policies(found["policies"]),
        f"No estimate is given below an effective sample size of {found['least_support']:g}, where a few lists with "
        f"enormous weights would decide it, and below a mean weight of {found['least_mass']:g}: it should be one, and "
        "is less where the log holds too little of what the ranking would show.",
        *missed(found["policies"]),
    ]
    if "open_bandit" in measured:
        lines.append(_open_bandit(measured["open_bandit"]))
    return "\n\n".join(lines)


def missed(rows: list[dict[str, Any]]) -> list[str]:
    """Where the truth is known and no estimate's interval holds it."""
    missed = [
        row["policy"]
        for row in rows
        if row["truth"] is not None
        and row["estimates"]
        and not any(each["ci95"][0] <= row["truth"] <= each["ci95"][1] for each in row["estimates"])
    ]
    names = " and ".join(missed)
    return [f"**The truth lies outside every interval for {names}**: do not rely on this log for it."] if missed else []


def _policies(rows: list[dict[str, Any]]) -> str:
    knows = any(row["truth"] is not None for row in rows)
    header = ["Ranking", "IPS", "SNIPS", "DR", "Effective sample", "Mean weight", *(["Truth"] if knows else [])]
    cells = []
    for row in rows:
        estimates = [f"{each['value']:.3f} {interval(each, '{:.3f}'.format)}" for each in row["estimates"]]
        truth = [f"{row['truth']:.3f}"] if knows else []
        support = [f"{row['effective']:.0f}", f"{row['mass']:.2f}"]
        cells.append([row["policy"], *(estimates or ["too little support", "–", "–"]), *support, *truth])
    return table(header, cells)


def _open_bandit(found: dict[str, Any]) -> str:
    row, clicks, rates = found["policy"], found["clicks"], found["rates"]
    snips = row["estimates"][1]
    low, high = found["ci95"]
    return (
        f"**On real logs** (Open Bandit Dataset, {found['licence']}): of {found['rows']} rows each, {clicks['bts']} of "
        f"Thompson sampling and {clicks['random']} of a uniform policy end with a click, a difference of "
        f"{100 * found['difference']:.2f}% of the rows, 95% interval {100 * low:.2f}% to {100 * high:.2f}%. From the "
        f"first log, the uniform policy is estimated to earn {snips['value']:.4f} "
        f"{interval(snips, '{:.4f}'.format)} (SNIPS, effective sample size {row['effective']:.0f}); its own log says "
        f"{rates['random']:.4f}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:+.1f}%".replace("-", "−")
