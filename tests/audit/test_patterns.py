"""Every pattern takes time in proportion to its text, also over what is worst for it."""

from __future__ import annotations

import ast
import importlib
import re
import re._constants as sre  # type: ignore[import-not-found]  # how `re` itself names the parts of a pattern
import re._parser as parser  # type: ignore[import-not-found]
import string
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHECKOUT

SOURCE = CHECKOUT / "src"
OF_STRANGERS = (*(SOURCE / "portfolio/audit").rglob("*.py"), *(SOURCE / "portfolio/readme").rglob("*.py"))
FLAGS = {"I": re.I, "M": re.M, "S": re.S, "IGNORECASE": re.I, "MULTILINE": re.M, "DOTALL": re.S}
LETTERS = string.ascii_letters + string.digits + string.punctuation + " \n▶─"
QUICK = 0.15  # seconds, below which a clock tells nothing
STEEPEST = 40  # ten times the text: ten times the time, and a noisy machine


def _module(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Those that stand at the top of a module, and those that stand in a call."""
    for path in OF_STRANGERS:
        module = importlib.import_module(_module(path))
        for name, value in vars(module).items():
            for each in value if isinstance(value, tuple) else (value,):
                pattern = each[0] if isinstance(each, tuple) and each else each
                if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
                    yield f"{module.__name__}.{name}", pattern
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=[ast.Constant(value=str(text)), *rest]):
                    named = [each.attr for each in rest if isinstance(each, ast.Attribute)]
                    flags = sum((FLAGS[each] for each in named if each in FLAGS), re.NOFLAG)
                    yield f"{module.__name__}:{node.lineno}", re.compile(text, flags)


def _sample(parts: Any) -> str:
    """A short text that these parts of a pattern take."""
    text = ""
    for kind, value in parts:
        match kind:
            case sre.LITERAL:
                text += chr(value)
            case sre.NOT_LITERAL:
                text += next(each for each in LETTERS if each != chr(value))
            case sre.ANY:
                text += "x"
            case sre.IN:
                pattern = re.compile(parser.SubPattern(parser.State(), [(kind, value)]) and _of_set(value))
                text += next((each for each in LETTERS if pattern.match(each)), "x")
            case sre.SUBPATTERN:
                text += _sample(value[-1])
            case sre.BRANCH:
                text += _sample(value[1][0])
            case sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT:
                text += _sample(value[2]) * max(value[0], 1)
    return text


def _of_set(items: Any) -> str:
    """A set of characters, as a pattern again."""
    inner = ""
    for kind, value in items:
        match kind:
            case sre.NEGATE:
                inner = "^" + inner
            case sre.LITERAL:
                inner += re.escape(chr(value))
            case sre.RANGE:
                inner += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
            case sre.CATEGORY:
                names = {"DIGIT": r"\d", "NOT_DIGIT": r"\D", "SPACE": r"\s", "NOT_SPACE": r"\S", "WORD": r"\w"}
                inner += names.get(str(value).removeprefix("CATEGORY_"), r"\W")
    return f"[{inner}]"


def _worst(parts: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """(what comes once, what comes again and again) for each part that may repeat without end."""
    for position, (kind, value) in enumerate(parts):
        ahead = before + _sample(list(parts)[:position])
        match kind:
            case sre.MAX_REPEAT | sre.MIN_REPEAT if value[1] > 1000:
                yield ahead, _sample(value[2])
                yield "", ahead + _sample(value[2])
                yield from _worst(value[2], ahead)
            case sre.MAX_REPEAT | sre.MIN_REPEAT:
                yield from _worst(value[2], ahead)
            case sre.SUBPATTERN:
                yield from _worst(value[-1], ahead)
            case sre.BRANCH:
                for branch in value[1]:
                    yield from _worst(branch, ahead)
    yield "", before + _sample(parts)


def _seconds(pattern: re.Pattern[str], once: str, again: str, size: int) -> float:
    text = once + again * (size // len(again))
    started = time.process_time()
    pattern.findall(text)
    return time.process_time() - started


PATTERNS = {name: each for each, name in {(p.pattern, p.flags): (p, n) for n, p in _patterns()}.values()}


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 80


@pytest.mark.parametrize("large", [100_000, pytest.param(1_000_000, marks=pytest.mark.e2e)], ids=["100 kB", "1 MB"])
@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_linear(name: str, large: int) -> None:
    """Ten times its own worst case takes no more than a noisy machine's share above ten times as long."""
    pattern = PATTERNS[name]
    cases = {case for case in _worst(parser.parse(pattern.pattern, pattern.flags)) if case[1]}
    cases |= {("", letter) for letter in " a1-|<[(`.\n"}
    times: dict[tuple[str, str], float] = {}
    for case in sorted(cases):
        times[case] = _seconds(pattern, *case, 1_000)
        assert times[case] < 0.1, case
    case = max(times, key=lambda each: times[each])
    small = _seconds(pattern, *case, large // 10)
    assert small < 1, case
    slowest = _seconds(pattern, *case, large)
    assert slowest < QUICK or slowest < STEEPEST * small, (case, small, slowest)
