"""The brief: whatever is missing, empty or in contradiction is named; nothing in the file does harm."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from product_brief.brief import agreed, value
from product_brief.brief import brief as briefs
from product_brief.brief.agreed import Terms
from product_brief.brief.brief import Brief
from product_brief.brief.node import BadBriefError
from product_brief.brief.value import RIGHT, Counts
from product_brief.config import BRIEF, PROJECT, Config
from product_brief.data.articles import Case, Faq
from product_brief.kit.project import ExplainedError

COUNTS = Counts(50, 10, 100, np.random.default_rng(1).normal([0.5, 0.1], 0.02, (500, 2)).clip(0, 1))
Change = Callable[[dict[str, Any]], object]


def _written(folder: Path, change: Change) -> Path:
    given = yaml.safe_load(BRIEF.read_text(encoding="utf-8"))
    change(given)
    path = folder / "brief.yaml"
    path.write_text(json.dumps(given), encoding="utf-8")  # which YAML is a superset of
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda given: given.pop("problem"), "lacks the field 'problem'"),
        (lambda given: given.update(problem=""), "problem is empty"),
        (lambda given: given.update(problem="  "), "problem is empty"),
        (lambda given: given.update(problem=None), "problem is empty"),
        (lambda given: given.update(problem=["a"]), "problem is \"['a']\", and not a text"),
        (lambda given: given.update(problem="x" * 700), "problem has 700 characters"),
        (lambda given: given.update(problem="a\u202eb"), "problem has characters that cannot be printed"),
        (lambda given: given.update(vision="to the moon"), "has the field 'vision'"),
        (lambda given: given.update(users=[]), "users has 0 entries"),
        (lambda given: given.update(users="everybody"), "users is not a list"),
        (lambda given: given["goal"].update(measure="happiness"), "goal.measure is 'happiness', and none of"),
        (lambda given: given["goal"].update(at_least=35), "goal.at_least is 35: it has to be between 0 and 1"),
        (lambda given: given["goal"].update(at_least=True), "goal.at_least is 'True', and not a number"),
        (lambda given: given["goal"].update(at_least="a third"), "goal.at_least is 'a third', and not a number"),
        (lambda given: given["kill"].update(below=0.9), "what reaches the goal would be stopped"),
        (lambda given: given["kill"].update(after_users=1), "kill.after_users is 1"),
        (lambda given: given["launch"].pop("correct"), "launch lacks the field 'correct'"),
        (lambda given: given["launch"]["correct"].update(pilot=0.9), "launch.correct asks less for a launch"),
        (lambda given: given["launch"]["wrong_suggestions"].update(pilot=0.0), "asks less for a launch"),
        (lambda given: given["guardrails"].append(given["guardrails"][0]), "guardrails names a measure twice"),
        (lambda given: given["risks"].pop(0), "risks names no risk of the kind 'privacy'"),
        (lambda given: given["risks"][0].update(impact="huge"), "risks[1].impact is 'huge'"),
        (lambda given: given["ai_act"].update({"class": "prohibited"}), "there is nothing to launch"),
        (lambda given: given["ai_act"].update({"class": "harmless"}), "ai_act.class is 'harmless'"),
        (lambda given: given["roadmap"].reverse(), "roadmap is not in order"),
        (lambda given: given["non_goals"].append(given["solution"]), "non_goals holds what is also promised"),
        (lambda given: given["trial"].update(baseline=0.95), "would lift the measure above 1"),
        (lambda given: given["stories"][0].update(event="clicked"), "stories[1].event is 'clicked'"),
        (lambda given: given["stories"][0].update(test="tests/test_api.py::test_magic"), "there is no such test"),
        (lambda given: given["stories"][0].update(test="/etc/passwd::test_x"), "there is no such test"),
        (lambda given: given.update(stories=given["stories"] * 10), "stories has 60 entries: from 1 to 40"),
        (lambda given: given.update(stories=given["stories"] * 2_000), "bytes: at most 200,000"),
        (lambda given: given["value"]["inputs"]["build_cost"].update(low=9e9), "inputs.build_cost is not in order"),
        (lambda given: given["value"]["inputs"]["build_cost"].update(low=-1), "build_cost.low is -1"),
        (lambda given: given["value"]["inputs"].pop("build_cost"), "value.inputs lacks the field 'build_cost'"),
        (lambda given: given["value"].update(months=0), "value.months is 0"),
        (lambda given: given["value"].update(months=10**400), "value.months is 1000000"),
        (lambda given: given["value"].update(months=24.9), "value.months is 24.9, and not a whole number"),
        (lambda given: given["refuses"].append("- !"), "refuses[6] is '- !', and has no word"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_brief_is_refused_by_its_field(change: Change, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadBriefError) as refused:
        briefs.load(_written(tmp_path, change), PROJECT.root)
    assert said in str(refused.value)
    assert str(refused.value).startswith("brief.yaml")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(12)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "anchors and aliases"),
        ("[" * 4_000 + "]" * 4_000, "fields deep"),
        ("a: !!python/object/apply:os.system ['true']", "cannot be read"),
        ("feature: [", "cannot be read"),
        ("x" * 300_000, "300,000 bytes"),
        ("", "is not a list of fields"),
        ("just a text", "is not a list of fields"),
        ("feature: \x00", "cannot be read"),
        ("? [a, b]\n: 1", "the name of a field is no text"),
        ("goal: 1\nkill: 2\ngoal: 3", "line 3: the field 'goal' stands twice"),
        ("launch:\n  correct: 1\n  correct: 2", "line 3: the field 'correct' stands twice"),
    ],
)
def test_a_hostile_file_is_refused_at_once(text: str, said: str, tmp_path: Path) -> None:
    path, started = tmp_path / "brief.yaml", time.monotonic()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadBriefError, match=said):
        briefs.load(path)
    assert time.monotonic() - started < 2


def test_a_comment_changes_nothing_and_a_limit_does(brief: Brief, tmp_path: Path) -> None:
    path = tmp_path / "brief.yaml"
    path.write_text(BRIEF.read_text(encoding="utf-8") + "\n# a comment\n", encoding="utf-8")
    assert briefs.load(path).agreed_sha256 == brief.agreed_sha256
    stricter = briefs.load(_written(tmp_path, lambda given: given["launch"]["correct"].update(launch=0.9)))
    assert stricter.agreed_sha256 != brief.agreed_sha256
    reworded = briefs.load(_written(tmp_path, lambda given: given.update(problem="Another one")))
    assert reworded.agreed_sha256 == brief.agreed_sha256
    assert reworded.sha256 != brief.sha256


def _terms(
    brief: Brief, faq: Faq, questions: str = "cd", source: str = "sample", config: Config | None = None
) -> Terms:
    """One case for each letter; a capital asks the same, and says that another article is right."""
    cases = [Case(f"question {each.lower()}{each.lower()}", "" if each.islower() else "a", "log") for each in questions]
    return agreed.terms(brief, cases, faq, source, config or Config())


def test_limits_that_change_after_the_measurement_are_known(
    brief: Brief, faq: Faq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is ever taken out: neither changing back nor a detour by another name hides a change."""
    monkeypatch.setattr(agreed, "AGREED", tmp_path / "agreed.json")
    with pytest.raises(ExplainedError, match="nothing is agreed on yet"):
        agreed.measure(_terms(brief, faq))
    agreed.agree(_terms(brief, faq))
    with pytest.raises(ExplainedError, match=r"the cases are not those that were agreed on"):
        agreed.measure(_terms(brief, faq, "x"))
    assert agreed.measure(_terms(brief, faq, "dc")).limits_are_first
    looser = briefs.load(_written(tmp_path, lambda given: given["launch"]["correct"].update(launch=0.56)))
    with pytest.raises(ExplainedError, match=r"brief.yaml is not what was agreed on"):
        agreed.measure(_terms(looser, faq))
    assert not agreed.agree(_terms(looser, faq)).limits_are_first
    assert not agreed.agree(_terms(looser, faq, source="another name")).limits_are_first
    assert not agreed.measure(_terms(looser, faq, source="another name")).limits_are_first
    assert not agreed.agree(_terms(brief, faq)).limits_are_first, "it was measured under others in between"
    assert agreed.agree(_terms(looser, faq, "xy")).limits_are_first, "none of these questions was measured"


@pytest.mark.parametrize("text", ["", "{}", '{"history": [{"limits": "l"}]}', '{"history": 7}'])
def test_a_damaged_record_is_said(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreed, "AGREED", tmp_path / "agreed.json")
    (tmp_path / "agreed.json").write_text(text, encoding="utf-8")
    with pytest.raises(ExplainedError, match="cannot be read"):
        agreed.read()


@pytest.mark.parametrize("change", [{"test_share": 0.5}, {"fewest_cases": 10}])
def test_the_split_is_part_of_what_is_agreed_on(
    change: dict[str, Any], brief: Brief, faq: Faq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreed, "AGREED", tmp_path / "agreed.json")
    agreed.agree(_terms(brief, faq))
    agreed.measure(_terms(brief, faq))
    assert not agreed.agree(_terms(brief, faq, config=Config(**change))).limits_are_first


def test_cases_may_be_added_and_none_taken_away(
    brief: Brief, faq: Faq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreed, "AGREED", tmp_path / "agreed.json")
    agreed.agree(_terms(brief, faq, "ab"))
    agreed.measure(_terms(brief, faq, "ab"))
    more = agreed.agree(_terms(brief, faq, "abc"))
    assert (more.removed, more.added) == (0, 1)
    fewer = agreed.agree(_terms(brief, faq, "ac"))
    assert (fewer.removed, fewer.added) == (1, 1)
    altered = agreed.agree(_terms(brief, faq, "aB"))
    assert altered.removed == 1, "the same question with another answer"
    mended = agreed.agree(_terms(brief, Faq(faq.articles[:-1]), "ab"))
    assert not mended.articles_are_first
    assert agreed.as_document(mended)["articles_are_first"] is False


def test_inputs_of_the_value_are_registered_and_a_source_may_be_found_later(brief: Brief, tmp_path: Path) -> None:
    sourced = briefs.load(
        _written(tmp_path, lambda given: given["value"]["inputs"]["build_cost"].update(source="an offer"))
    )
    assert sourced.values_sha256 == brief.values_sha256
    higher = briefs.load(_written(tmp_path, lambda given: given["value"]["inputs"]["build_cost"].update(high=9e5)))
    assert higher.values_sha256 != brief.values_sha256


def test_the_value_is_what_a_spreadsheet_says(brief: Brief, config: Config) -> None:
    """(2,000 x .35 x (.5 x .8 x 7 / 60 x 38 - .1 x 4) - 300) a month, for 24 months at 8% a year, less 8,000."""
    found = value.appraise(brief, COUNTS, config)
    monthly = 2_000 * 0.35 * (0.5 * 0.8 * 7 / 60 * 38 - 0.1 * 4) - 300
    assert found["monthly"] == pytest.approx(monthly)
    discounted = [monthly / 1.08 ** (month / 12) for month in range(1, 25)]
    paid = np.flatnonzero(np.cumsum(discounted) >= 8_000)
    assert found["payback_months"] == (int(paid[0]) + 1 if len(paid) else None)
    for swing in found["swings"]:
        if swing["flips_at"] is not None:
            changed = {"low": swing["flips_at"], "likely": swing["flips_at"], "high": swing["flips_at"]}
            assert _present(brief, swing["name"], changed["likely"]) == pytest.approx(0, abs=1e-6 * 8_000)


def _present(brief: Brief, name: str, at: float) -> float:
    values: dict[str, float] = {key: each.likely for key, each in brief.inputs.items()}
    values |= {RIGHT: 0.5, value.WRONG: 0.1, name: at}
    return float(value._present(values, brief))


def test_an_input_without_a_source_is_an_assumption_and_the_draws_stay_in_its_range(
    brief: Brief, config: Config
) -> None:
    found = value.appraise(brief, COUNTS, config)
    assert found["assumptions"] == sum(not each.source for each in brief.inputs.values())
    assert found["p10"] < found["p50"] < found["p90"]
    assert 0 <= found["chance_of_loss"] <= 1
    hopeless = value.appraise(brief, Counts(0, 100, 100, np.full((50, 2), [0.0, 1.0])), config)
    assert hopeless["chance_of_loss"] == 1
    assert hopeless["payback_months"] is None
