"""The report's words on the experiment: the verdict, what looking too often does to it, and what the log alone says."""

from typing import Any

from recommender.blocks import table
from recommender.measured import signed_three
from recommender.wording import interval

UNMEASURED = "_Not measured yet: `python -m recommender run`._"


def abtest(measured: dict[str, Any]) -> str:
    if "abtest" not in measured:
        return UNMEASURED
    found = measured["abtest"]
    counts = " and ".join(f"{number} were shown {name}" for name, number in found["visitors"].items())
    who = "made-up visitors, whose wishes are known" if found["truth"] is not None else "visitors"
    lines = [
        f"Of the {who}, {counts}, in {found['lists']} rendered lists; {found['in_both']} who met both are left out.",
        _sample_ratio(found),
    ]
    if not found["estimates"]:
        return "\n\n".join([*lines, "**No difference is reported.** Find out who is missing before anything else."])
    planned = found["planned"]
    lines += [
        f"To find a change of {planned['relative']:.0%} of {found['control_mean']:.2f} {found['metric']} in four of "
        f"five repetitions takes {planned['visitors_each']} visitors each; with those there were, the least change "
        f"found so often is {planned['detectable']:.1%}.",
        table(
            [f"{found['treatment']} less {found['control']}", found["metric"], "95 % interval", "Relative", "Interval"],
            [
                [
                    each["estimate"],
                    signed_three(each["difference"]),
                    interval(each, signed_three),
                    _percent(each["relative"]),
                    f"[{', '.join(map(_percent, each['relative_ci95']))}]",
                ]
                for each in found["estimates"]
            ],
        ),
        _verdict(found),
        "![The estimates with their intervals](reports/figures/experiment.png)",
        "What must not get worse meanwhile:",
        table(
            ["Guardrail", found["control"], found["treatment"], "Difference", "95 % interval", "At most", "Holds"],
            [
                [
                    each["name"],
                    f"{each['control']:.3f}",
                    f"{each['treatment']:.3f}",
                    signed_three(each["difference"]),
                    interval(each, signed_three),
                    f"{each['margin']:g}",
                    "yes" if each["holds"] else "**no**",
                ]
                for each in found["guardrails"]
            ],
        ),
    ]
    return "\n\n".join(lines)


def _sample_ratio(found: dict[str, Any]) -> str:
    fits = found["sample_ratio_p"] >= found["mismatch"]
    return (
        f"**Are the groups as large as they should be?** {'Yes' if fits else 'No'}: a split at least this uneven has a "
        f"probability of {found['sample_ratio_p']:.4f}; below {found['mismatch']:g} no lift would be reported."
    )


def _verdict(found: dict[str, Any]) -> str:
    once, always = found["estimates"][1], found["estimates"][2]
    said = (
        f"For whoever looks once, at the end, {found['treatment']} {_says(once)}; for whoever may look at any time, it "
        f"{_says(always)}."
    )
    left = f" What is known of visitors beforehand leaves {found['variance_left']:.0%} of the variance (CUPED)."
    if found["truth"] is None:
        return f"**Verdict.** {said}{left}"
    low, high = once["ci95"]
    covered = "lies within" if low <= found["truth"] <= high else "lies outside"
    return (
        f"**Verdict.** {said}{left} The true difference, which only a simulation knows, is "
        f"{signed_three(found['truth'])}: it {covered} the interval for one look."
    )


def _says(estimate: dict[str, Any]) -> str:
    low, high = estimate["ci95"]
    return "gets more clicks" if low > 0 else "gets fewer clicks" if high < 0 else "has not been shown to differ"


def peeking(measured: dict[str, Any]) -> str:
    if "peeking" not in measured:
        return UNMEASURED
    return "\n\n".join(
        [
            "Both variants the same, two thousand times, with as many visitors as above and outcomes drawn from "
            "theirs. The share of those experiments that end with a discovery, all of them false:",
            table(
                ["Looks before the end", "Interval for one look", "Always-valid interval"],
                [
                    [str(each["looks"]), f"{each['naive']:.3f}", f"{each['always_valid']:.3f}"]
                    for each in measured["peeking"]
                ],
            ),
            "![False discoveries against the number of looks](reports/figures/peeking.png)",
        ]
    )


def ope(measured: dict[str, Any]) -> str:
    if "ope" not in measured:
        return UNMEASURED
    found = measured["ope"]
    lines = [
        f"From {found['lists']} first places that {found['logged_by']} filled for {found['visitors']} visitors, "
        f"{found['exploration']:.0%} of them by chance: how often would the first one be opened, had another ranking "
        "chosen it?",
        _policies(found["policies"]),
        f"Below an effective sample of {found['least_support']:g} no estimate is given: a few lists with enormous "
        "weights would decide it.",
    ]
    if "open_bandit" in measured:
        lines.append(_open_bandit(measured["open_bandit"]))
    return "\n\n".join(lines)


def _policies(rows: list[dict[str, Any]]) -> str:
    knows = any(row["truth"] is not None for row in rows)
    header = ["Ranking", "IPS", "SNIPS", "DR", "Effective sample", "Largest weight", *(["The truth"] if knows else [])]
    cells = []
    for row in rows:
        told = [f"{each['value']:.3f} {interval(each, '{:.3f}'.format)}" for each in row["estimates"]]
        truth = [f"{row['truth']:.3f}"] if knows else []
        behind = [f"{row['effective']:.0f}", f"{row['largest']:.1f}"]
        cells.append([row["policy"], *(told or ["too little support", "–", "–"]), *behind, *truth])
    return table(header, cells)


def _open_bandit(found: dict[str, Any]) -> str:
    row, clicks, rates = found["policy"], found["clicks"], found["rates"]
    snips = row["estimates"][1]
    low, high = found["ci95"]
    return (
        f"**On real logs** (Open Bandit Dataset, {found['licence']}): of {found['rows']} rows each, {clicks['bts']} of "
        f"Thompson sampling and {clicks['random']} of a uniform policy end with a click, a difference of "
        f"{100 * found['difference']:.2f} % of the rows, 95 % interval {100 * low:.2f} % to {100 * high:.2f} %. Asked "
        f"what the uniform policy would have earned, the first log says {snips['value']:.4f} "
        f"{interval(snips, '{:.4f}'.format)} (SNIPS, effective sample {row['effective']:.0f}); the second log says "
        f"{rates['random']:.4f}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:+.1f} %".replace("-", "−")
