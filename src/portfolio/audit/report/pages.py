"""The rules themselves: a line for each, or one rule's page, both from its docstring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfolio.audit import engine
from portfolio.audit.rules import RULES
from portfolio.terminal import Format, bold, document, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portfolio.audit.rules.rule import Rule

HEADINGS = {
    "why": "Why a reviewer cares",
    "decided": "How it is decided",
    "pass": "Passes",
    "fail": "Fails",
    "ignore": "When to ignore it",
}


def answer(code: str, output: Format) -> str:
    """The rule of that code, or all of them, in the form that was asked for."""
    rules = (engine.rule_of(code),) if code else RULES
    if output is Format.json:
        return as_json(rules)
    return page(rules[0]) if code else overview(rules)


def overview(rules: Sequence[Rule]) -> str:
    """All rules, a line each."""
    lines = [f"  {bold(each.code)}  {each.severity.value:<5}  {each.title}" for each in rules]
    return "\n".join([*lines, "", "What one asks, and why: portfolio rules CODE"])


def page(rule: Rule) -> str:
    """One rule at length."""
    lines = [f"{bold(rule.code)} {rule.title}", "", wrap(rule.advice)]
    for key, heading in HEADINGS.items():
        text = rule.page[key]
        lines += ["", bold(heading)]
        lines += [f"  {line}".rstrip() for line in text.splitlines()] if key in ("pass", "fail") else [wrap(text, "  ")]
    known = f"{rule.severity.value}, weight {rule.weight} of 5, confidence {rule.confidence.value}"
    return "\n".join(
        [
            *lines,
            "",
            wrap(f"A finding is of severity {known}; in repositories that portfolio did not make, at most a warning."),
            wrap(f"Asked of: {', '.join(sorted(rule.profiles))}."),
            "",
            "To set it aside with a reason, in pyproject.toml or in the README:",
            "  [tool.portfolio.audit]",
            f'  ignore = {{ {rule.code} = "your reason" }}',
            f"  <!-- portfolio: ignore {rule.code} your reason -->",
        ]
    )


def as_json(rules: Sequence[Rule]) -> str:
    """The rules as one document."""
    documents = [
        {
            "code": each.code,
            "title": each.title,
            "severity": each.severity.value,
            "weight": each.weight,
            "confidence": each.confidence.value,
            "part": each.part or None,
            "profiles": sorted(each.profiles),
            **each.page,
        }
        for each in rules
    ]
    return document({"rules": documents})
