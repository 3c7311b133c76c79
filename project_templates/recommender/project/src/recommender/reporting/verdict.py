"""The report's words on the experiment: the verdict, what peeking does to it, and what the log alone can tell."""

from typing import Any

from recommender.kit.blocks import interval, table
from recommender.reporting.rows import signed_three

UNMEASURED = "_Not measured yet: `python -m recommender run`._"


def verdict(measured: dict[str, Any]) -> str:
    """The A/B test in three sentences and a figure."""
    if "abtest" not in measured:
        return UNMEASURED
    test = measured["abtest"]
    if not test["estimates"]:
        return f"{_sample_ratio(test)}\n\n**No difference is reported.** Find out who is missing before anything else."
    once, always = test["estimates"][1], test["estimates"][2]
    claim = (
        f"**Verdict.** With one look, at the end, {test['treatment']} {_says(once)}: "
        f"{signed_three(once['difference'])} {test['metric']}, 95% interval {interval(once, signed_three)}. Under "
        f"continuous monitoring, it {_says(always)}: {interval(always, signed_three)}."
    )
    if test["truth"] is not None:
        low, high = once["ci95"]
        covered = "lies within" if low <= test["truth"] <= high else "lies outside"
        claim += (
            f" The true difference, which only a simulation knows, is {signed_three(test['truth'])}: it {covered} the "
            "interval for one look."
        )
    return f"{claim}\n\n![The estimates with their intervals](reports/figures/experiment.png)"


def _says(estimate: dict[str, Any]) -> str:
    low, high = estimate["ci95"]
    return "gets more clicks" if low > 0 else "gets fewer clicks" if high < 0 else "has not been shown to differ"


def abtest(measured: dict[str, Any]) -> str:
    """The A/B test in full: groups, power, estimates, guardrails."""
    if "abtest" not in measured:
        return UNMEASURED
    test = measured["abtest"]
    counts = " and ".join(f"{number} were shown {name}" for name, number in test["visitors"].items())
    who = "simulated visitors, whose tastes are known" if test["truth"] is not None else "visitors"
    lines = [
        f"Of the {who}, {counts}, in {test['lists']} rendered lists; {test['in_both']} who saw both are left out.",
        _sample_ratio(test),
    ]
    if test["estimates"]:
        left = f"CUPED reduces the variance by {1 - test['variance_left']:.0%}."
        guardrails = "The guardrails, which must not get worse meanwhile:"
        lines += [_power(test), _estimates(test), left, guardrails, _guardrails(test)]
    return "\n\n".join(lines)


def _sample_ratio(test: dict[str, Any]) -> str:
    fits = test["sample_ratio_p"] >= test["mismatch"]
    return (
        f"The sample-ratio check {'passes' if fits else '**fails**'} (p = {test['sample_ratio_p']:.4f}); below "
        f"{test['mismatch']:g} no lift would be reported."
    )


def _power(test: dict[str, Any]) -> str:
    planned = test["planned"]
    return (
        f"To find a change of {planned['relative']:.0%} of {test['control_mean']:.2f} {test['metric']} with a power of "
        f"80% takes {planned['visitors_each']} visitors in each group; with those there were, the minimum detectable "
        f"effect is {planned['detectable']:.1%}."
    )


def _estimates(test: dict[str, Any]) -> str:
    header = [f"{test['treatment']} minus {test['control']}", test["metric"], "95% interval", "Relative", "Interval"]
    rows = [
        [
            each["estimate"],
            signed_three(each["difference"]),
            interval(each, signed_three),
            _percent(each["relative"]),
            f"[{', '.join(map(_percent, each['relative_ci95']))}]",
        ]
        for each in test["estimates"]
    ]
    return table(header, rows)


def _guardrails(test: dict[str, Any]) -> str:
    header = ["Guardrail", test["control"], test["treatment"], "Difference", "95% interval", "At most", "Holds"]
    rows = [
        [
            each["name"],
            f"{each['control']:.3f}",
            f"{each['treatment']:.3f}",
            signed_three(each["difference"]),
            interval(each, signed_three),
            f"{each['margin']:g}",
            "yes" if each["holds"] else "**no**",
        ]
        for each in test["guardrails"]
    ]
    return table(header, rows)


def peeking(measured: dict[str, Any]) -> str:
    """How often an A/A test looks like a discovery, the more often somebody looks."""
    if "peeking" not in measured:
        return UNMEASURED
    rows = [[str(each["looks"]), f"{each['naive']:.3f}", f"{each['always_valid']:.3f}"] for each in measured["peeking"]]
    return "\n\n".join(
        [
            "Both variants the same, two thousand times, with as many visitors as above and outcomes drawn from "
            "theirs. The share of those A/A tests that end with a discovery, all of them false:",
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
        f"From {found['lists']} first places that {found['logged_by']} filled for {found['visitors']} visitors, "
        f"{found['exploration']:.0%} of them at random (lists for visitors without a past are left out): how often "
        "would the first one be opened if another ranking chose it?",
        _policies(found["policies"]),
        f"Below an effective sample size of {found['least_support']:g} no estimate is given: a few lists with enormous "
        "weights would decide it.",
    ]
    if "open_bandit" in measured:
        lines.append(_open_bandit(measured["open_bandit"]))
    return "\n\n".join(lines)


def _policies(rows: list[dict[str, Any]]) -> str:
    knows = any(row["truth"] is not None for row in rows)
    header = ["Ranking", "IPS", "SNIPS", "DR", "Effective sample", "Largest weight", *(["Truth"] if knows else [])]
    cells = []
    for row in rows:
        estimates = [f"{each['value']:.3f} {interval(each, '{:.3f}'.format)}" for each in row["estimates"]]
        truth = [f"{row['truth']:.3f}"] if knows else []
        support = [f"{row['effective']:.0f}", f"{row['largest']:.1f}"]
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
