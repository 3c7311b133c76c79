"""What the report says of the offer: the experiment, the ladder of evidence, and the decision."""

from churn_study.causal.ladder import NAIVE, NO, ROBUST
from churn_study.decision import memo
from churn_study.decision.policies import EVERYBODY, NOBODY, RISKIEST, TARGETED
from churn_study.decision.words import MONEY, code, many, money, money_between, percent, plain, points, points_between
from churn_study.experiment.analysis import BROKEN, SLIGHT
from churn_study.kit.blocks import signed, table
from churn_study.reporting.rows import Measured

NO_TRIAL = "_Nothing was tried by lot in these data: there is no experiment to analyze._"


def trial(measured: Measured) -> str:
    """Plan, ratio of the arms, and then the effect."""
    if not (found := measured.get("experiment")):
        return f"{NO_TRIAL}\n\n{_planned(measured)}".strip()
    noun = many(plain(measured["data"]["noun"]))
    control, treated = found["arms"]
    lines = [_plan(measured, noun)]
    ratio = (
        f"Arms: {control:,} without and {treated:,} with it; so unequal arms have p = {_p(found['ratio_p'])} by chance."
    )
    if found["state"] == BROKEN:
        return "\n\n".join(
            [
                *lines,
                f"{ratio} **No effect is reported: the arms are not as they were drawn.** Whose records are missing?",
            ]
        )
    if found["state"] == SLIGHT:
        ratio += (
            " That is suspicious, and seldom mentioned where these data are analyzed."
            if measured["data"]["source"] == "cookie-cats"
            else " That is suspicious: ask whose records may be missing."
        )
    lines += [ratio, table(["What", "Without", "With", "Difference", "p"], _rows(found))]
    lines.append(_notes(found))
    lines += [_others(each) for each in measured.get("other_experiments", [])]
    return "\n\n".join(filter(None, lines))


def _plan(measured: Measured, noun: str) -> str:
    plan = measured["experiment"]["plan"]
    state = (
        "before the arms were compared"
        if plan["is_first"]
        else "and **changed after the arms were compared: what follows explores, and confirms nothing**"
    )
    return (
        f"The plan (`plan.yaml`, sha256 `{plan['sha256'][:12]}…`) was registered {plan['at'][:10]}, {state}: "
        f"{plain(plan['question'])} One primary metric; smallest effect that matters "
        f"{100 * plan['smallest_effect']:g} points, which takes {plan['needed']:,} {noun} in each arm for a power of "
        f"{plan['power']:g} (simulated: {plan['simulated_power']:.2f}). With these arms, "
        f"{100 * measured['experiment']['detectable']:.2f} points would be seen. Stopping: {plain(plan['stopping'])}."
    )


def _planned(measured: Measured) -> str:
    plan = measured.get("registered")
    if not plan:
        return ""
    return (
        f"One that shows an effect of {100 * plan['smallest_effect']:g} points takes {plan['needed']:,} "
        f"{many(plain(measured['data']['noun']))} in each arm (`plan.yaml`)."
    )


def _rows(found: Measured) -> list[list[str]]:
    """The primary metric, the same after CUPED, the secondary metrics, the segments."""
    rows = [_shares(found["primary"])]
    if adjusted := found["adjusted"]:
        rows.append(_shares(adjusted))
    for each in found["secondary"]:
        name, (low, high) = f"{plain(each['name'])} ({each['how']})", each["ci95"]
        gap = f"{signed(each['difference'])} [{signed(low)}, {signed(high)}]"
        rows.append([name, f"{each['control']:.2f}", f"{each['treated']:.2f}", gap, _p(each["p"])])
    return rows + [_shares(each) for each in found["segments"]]


def _shares(row: Measured) -> list[str]:
    gap = f"{points(row['difference'])} {points_between(row)}"
    return [plain(row["name"]), percent(row["control"]), percent(row["treated"]), gap, _p(row["p"])]


def _notes(found: Measured) -> str:
    said = ["Differences of shares are in percentage points, with 95% intervals."]
    if found["adjusted"]:
        said.append(
            f"Taking off the risk that was predicted beforehand saves {100 * found['adjusted']['saved']:.0f}% of the "
            "variance."
        )
    if found["secondary"]:
        said.append("p of secondary metrics is corrected by Holm.")
    if found["segments"]:
        said.append("p of segments is corrected by Benjamini and Hochberg.")
    return " ".join(said)


def _others(found: Measured) -> str:
    control, treated = found["arms"]
    said = (
        f"The experiment “{plain(found['name'])}” has arms of {control:,} and {treated:,} (p = {_p(found['ratio_p'])})"
    )
    broken = "its arms are not as they were drawn, so no effect is reported."
    return f"{said}: {broken if found['is_broken'] else 'as drawn.'}"


def ladder(measured: Measured) -> str:
    """Every way to the same effect, the best evidence first."""
    if not measured["ladder"]:
        return "_Nobody in these data got anything that others did not: no effect can be estimated._"
    has_truth = any(each["truth"] is not None for each in measured["ladder"])
    header = ["Way", "Effect on churn, points", *(["Truth"] if has_truth else []), "May a decision stand on it?"]
    rows = [
        [
            each["name"],
            f"{points(each['value'])} {points_between(each)}",
            *([points(each["truth"])] if has_truth else []),
            f"**{each['stands']}**: {each['why']}",
        ]
        for each in measured["ladder"]
    ]
    said = [
        table(header, rows),
        _missed(measured),
        "![One effect, and every way to find it](reports/figures/ladder.png)",
    ]
    if has_truth:
        said.insert(
            1,
            "The truth is known because the data are drawn by code; no estimate reads it. It differs a little "
            "between the ways because each speaks of others.",
        )
    return "\n\n".join(filter(None, said))


def _missed(measured: Measured) -> str:
    """What argues against the observational estimates, where the experiment says something else."""
    rungs = {each["name"]: each for each in measured["ladder"]}
    best = measured["strongest"]
    if NAIVE not in rungs or best is None or best["name"] in (NAIVE, ROBUST):
        return ""
    low, high = rungs[ROBUST]["ci95"]
    if low <= best["value"] <= high:
        return "Here adjusting for what was recorded comes out where better evidence does; it need not have."
    placebo = measured["observed"]["placebo"]
    said = "Adjusting for everything that was recorded does not bring the estimate to where better evidence has it."
    if placebo and rungs[ROBUST]["stands"] == NO and (placebo["ci95"][0] > 0 or placebo["ci95"][1] < 0):
        said += (
            f" The placebo shows why: the same method finds an “effect” of {signed(placebo['value'], 3)} on "
            f"{code(measured['data']['placebo'])}, which happened before the offer."
        )
    return said


def panel(measured: Measured) -> str:
    """Difference-in-differences and what was checked about it."""
    if not (found := measured.get("panel")):
        return "_There is no panel in these data: nothing began in some places while others went on._"
    said = (
        f"{found['treated_units']} of {found['units']} units from one moment on. {found['placebos']} choices of "
        f"units, the real one among them: {100 * found['placebo_p']:.1f}% of them show as large an effect. The "
        f"standard error by units would be {100 * found['clustered_error']:.2f} points, which is too small for so "
        "few of them; the interval in the ladder comes from the placebos. Before the offer the units moved apart by "
        f"{points(found['pre_trend'])} points a period; {100 * found['detectable_trend']:.2f} is what would be "
        "detected with 80% power."
    )
    return f"{said}\n\n![Event study](reports/figures/event_study.png)"


def observed(measured: Measured) -> str:
    """Overlap and balance of those who were chosen."""
    if not (found := measured.get("observed")):
        return "_Nobody was chosen for anything in these data._"
    noun = many(plain(measured["data"]["noun"]))
    said = (
        f"{found['treated']:,} {noun} got it and {found['controls']:,} did not. After weighting, the controls count "
        f"as {found['controls_that_count']:,.0f}. Trimming keeps {percent(found['kept'])} of all, and weighting "
        f"alone then says {points(found['trimmed'])} points."
    )
    rows = [[plain(each["name"]), f"{each['before']:.2f}", f"{each['after']:.2f}"] for each in found["balance"]]
    balance = table(["Covariate", "Standardized difference before", "After weighting"], rows)
    return "\n\n".join([said, balance, "![Propensities of both arms](reports/figures/overlap.png)"])


def decision(measured: Measured) -> str:
    """The memo's decision, and what every policy is worth."""
    lines = [f"**{memo.decision(measured)}** The memo: [reports/memo.md](reports/memo.md)."]
    if not (found := measured.get("decision")):
        return "\n\n".join([*lines, *(text for name, text in memo.sections(measured) if name == "What it is worth")])
    unit, noun = found["unit"], many(plain(measured["data"]["noun"]))
    rows = [
        [
            f"**{each['name']}**" if each["name"] == found["main"] else each["name"],
            percent(each["offers"]),
            f"{money(each['gain'], unit)} {money_between(each, unit)}" if each["name"] != NOBODY else "0",
        ]
        for each in found["policies"]
    ]
    lines.append(table(["Who gets it", f"Share of the {noun}", f"Gain for a thousand {noun}, {unit}"], rows))
    against = [
        f"{money(each['gain'], unit)} {money_between(each, unit)} against {each['name']}"
        for each in found["against"]
        if each["name"] in (EVERYBODY, RISKIEST)
    ]
    if against:
        lines.append(
            f"Paired on the same {noun}, “{found['main']}” brings {'; '.join(against)}."
            f"{' A rule is valued on those on whom it was not found.' if found['main'] == TARGETED else ''}"
        )
    if found["rule"]["cells"] and found["segments"]:
        cells = [[plain(each["name"]), f"{each['n']:,}", points(each["effect"])] for each in found["rule"]["cells"]]
        lines.append(table(["Group", noun.capitalize(), "Effect, points"], cells))
    if unit == MONEY:
        costs = found["costs"]
        lines.append(
            f"Assumed in `config.py`: an offer costs ${costs['offer']:.2f}; who stays pays for {costs['months']:g} "
            f"more months at a margin of {percent(costs['margin'])}."
        )
    return "\n\n".join(lines)


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.0001 else "under 0.0001"
