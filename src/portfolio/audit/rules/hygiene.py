"""HYG: may it be used, and would anyone notice if it broke?"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.kind import PROFILE
from portfolio.audit.rules.rule import EVERY, SERVED, rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, not_applicable, passed, unknown

if TYPE_CHECKING:
    from portfolio.audit.project import Project

LICENCE = re.compile(r"(^|/)(licen[cs]e|copying|unlicense|copyright)([-_.][\w.-]+)?$", re.I)
TESTED_BY = re.compile(r"\b(pytest|unittest|tox|nox|nose2?|make \S*test\S*|npm (run )?test|coverage run|ctest)\b")
ENOUGH_TESTS = 3
MOST_TESTS_READ = 200


@rule(
    "HYG801",
    "The project has a known license",
    gap="The project has no known license",
    severity=Severity.error,
    weight=2,
    confidence=Confidence.high,
    profiles=EVERY - {PROFILE},
    needs_files=True,
)
def licence(project: Project) -> Verdict:
    """Add a LICENSE file with the whole text of a known license; MIT if you have no preference.

    Why: Without a license nobody may use, change or even run your code, whatever you intended.

    Decided: A file called LICENSE, LICENCE or COPYING holds the text of a license in the SPDX list.

    Ignore: You do not own the code.

    Pass:
        LICENSE with the MIT license's text

    Fail:
        an empty LICENSE
    """
    found = sorted(
        (each for each in project.files if LICENCE.search(each) and each.count("/") < 2),
        key=lambda each: each.count("/"),
    )
    if not found:
        return failed("there is no LICENSE file")
    for path in found:
        text = " ".join(project.read(path).casefold().split())
        for name in phrases.names("licence_texts"):
            if all(phrase in text for phrase in phrases.entries("licence_texts", name)):
                return passed(f"{path}: {name}")
    if len(text) > 400:
        return unknown(f"{found[0]} holds a text that is not among the common licences")
    return failed(f"{found[0]} does not hold a license's text")


@rule(
    "HYG803",
    "Tests test something, and CI runs them",
    gap="No tests that test something and run in CI",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.high,
    profiles=SERVED,
    needs_files=True,
)
def tests(project: Project) -> Verdict:
    """Write three tests of what the README claims, and a workflow that runs them on every push.

    Why: A claim that nothing checks is true until the next commit.

    Decided: Three test functions have an assertion that is not a constant, and a CI configuration runs a test
    command.

    Ignore: The tests are in another repository.

    Pass:
        def test_no_plant_crosses_the_split() -> None:
            assert not set(train.plants) & set(test.plants)

    Fail:
        def test_nothing() -> None:
            assert True
    """
    if not any(each.endswith(".py") for each in project.files):
        return not_applicable("there is no Python code to test")
    files = project.matching(r"(^|/)(test_[^/]*|[^/]*_test|tests)\.py$")[:MOST_TESTS_READ]
    count = sum(_tests_in(project.read(each)) for each in files)
    workflows = project.matching(
        r"^(\.github/workflows/.+\.ya?ml|\.gitlab-ci\.yml|\.circleci/config\.yml|azure-pipelines\.yml|Jenkinsfile|\.travis\.yml|bitbucket-pipelines\.yml)$"
    )
    runs = any(TESTED_BY.search(_without_comments(project.read(each))) for each in workflows)
    if count >= ENOUGH_TESTS and runs:
        return passed(f"{count} tests")
    wrong = [] if count >= ENOUGH_TESTS else [f"{count} tests with an assertion were found"]
    if not runs:
        wrong.append("no CI workflow runs tests" if workflows else "there is no CI workflow")
    return failed("; ".join(wrong))


def _tests_in(text: str) -> int:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return sum(each.name.startswith("test") and any(map(_asserts, ast.walk(each))) for each in functions)


def _asserts(node: ast.AST) -> bool:
    match node:
        case ast.Assert(test=ast.Constant()):
            return False
        case ast.Assert():
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name.lower().startswith("assert") or name in ("raises", "warns", "approx", "fail")
        case _:
            return False


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
