"""A program statement by statement, by what it says: layout, comments and the names it gives make no difference.

Two versions of a program are laid beside each other by the shape of their statements. One that says the same under
other names counts as the same where the names were changed throughout a function; one that was moved is still that.
"""

from __future__ import annotations

import ast
import copy
import io
import itertools
import tokenize
import warnings
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WITHIN = ("body", "orelse", "finalbody", "handlers", "cases")  # where a statement holds others
PARTS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
DISTINCT = 6  # words, from which on a statement that stands elsewhere in the template was moved, not written again
MOST = 4_000_000  # pairs of lines that are laid beside each other: a generated program is compared by what is in it
NAME = "·"


@dataclass(frozen=True)
class Line:
    """One statement, or the head of one that holds others."""

    words: tuple[str, ...]
    given: frozenset[str] = frozenset()  # names that this program gives, and could give otherwise
    begins_a_part: bool = False  # whether it is the head of a function or a class

    @cached_property
    def shape(self) -> tuple[str, ...]:
        """Its words, with every given name left open."""
        return tuple(NAME if word in self.given else word for word in self.words)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What was left open, in order."""
        return tuple(word for word in self.words if word in self.given)


def of(text: str) -> list[Line]:
    """The statements of a program; of what Python cannot read, the lines as they are."""
    try:
        tree = _parsed(text)
        given = frozenset(_given(tree))
        return [Line(_words(node), given, isinstance(node, PARTS)) for node in _statements(tree)]
    except (SyntaxError, ValueError, RecursionError):
        return [Line(tuple(line.split())) for line in text.splitlines() if line.strip()]


def count(text: str) -> int:
    """How many there are."""
    try:
        return sum(1 for _ in _statements(_parsed(text)))
    except (SyntaxError, ValueError, RecursionError):
        return len(of(text))


def changed(now: Sequence[Line], before: Sequence[Line], elsewhere: frozenset[tuple[str, ...]]) -> int:
    """How many lines of a program are not those of the one before, nor of what stood `elsewhere` in it."""
    if len(now) * len(before) > MOST:
        elsewhere |= {line.words for line in before}
        return sum(line.words not in elsewhere for line in now)
    matcher = SequenceMatcher(None, [line.shape for line in before], [line.shape for line in now], autojunk=False)
    pairs = [
        (block.a + place, block.b + place) for block in matcher.get_matching_blocks() for place in range(block.size)
    ]
    kept = set[int]()
    for part in _parts(pairs, now):
        renamed = _renamed((before[old], now[new]) for old, new in part)
        kept.update(new for old, new in part if tuple(renamed[each] for each in before[old].names) == now[new].names)
    is_moved = [len(line.words) >= DISTINCT and line.words in elsewhere for line in now]
    return sum(place not in kept and not is_moved[place] for place in range(len(now)))


def _parts(pairs: Iterable[tuple[int, int]], now: Sequence[Line]) -> Iterator[list[tuple[int, int]]]:
    """The pairs of each function, and of what stands between them."""
    starts = list(itertools.accumulate(line.begins_a_part for line in now))
    for _, part in itertools.groupby(pairs, key=lambda pair: starts[pair[1]]):
        yield list(part)


def _renamed(pairs: Iterable[tuple[Line, Line]]) -> dict[str, str]:
    """What each name of before is called now, as most of the lines have it."""
    called: dict[str, Counter[str]] = {}
    for old, new in pairs:
        for name, other in zip(old.names, new.names, strict=True):
            called.setdefault(name, Counter())[other] += 1
    return {name: others.most_common(1)[0][0] for name, others in called.items()}


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings(action="ignore"):  # what Python thinks of it is for its author
        return ast.parse(text)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    for field in WITHIN:
        held = getattr(node, field, ())
        for each in held if isinstance(held, list) else ():
            yield each
            yield from _statements(each)


def _words(node: ast.AST) -> tuple[str, ...]:
    head = copy.copy(node)
    for field in WITHIN:
        if isinstance(getattr(head, field, None), list):
            setattr(head, field, [])
    match head:
        case ast.Expr(value=ast.Constant(value=str(text))):  # a docstring, however it is wrapped
            return (" ".join(text.split()),)
    tokens = tokenize.generate_tokens(io.StringIO(ast.unparse(head)).readline)
    return tuple(token.string for token in tokens if token.string.strip())


def _given(tree: ast.AST) -> Iterator[str]:
    """The names that a program binds: what it only uses has its name from elsewhere."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.alias(asname=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name):
                yield name.partition(".")[0]
            case ast.ExceptHandler(name=str(name)):
                yield name
