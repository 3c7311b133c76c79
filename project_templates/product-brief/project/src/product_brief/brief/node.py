"""Reads YAML that a person wrote: every mistake is named by the field that it is in, and nothing in it can do harm."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from product_brief.kit.project import ExplainedError

LARGEST = 200_000  # bytes of a file
LONGEST = 600  # characters of a text
DEEPEST = 12  # fields inside each other


class BadBriefError(ExplainedError):
    """The brief says nothing, too much, or two things at once; the message names the field."""


@dataclass(frozen=True)
class Node:
    """A value, and the path by which its author finds it: `launch.correct.pilot`."""

    value: Any
    path: str
    file: str = "brief.yaml"

    def refuse(self, why: str) -> BadBriefError:
        """The error to raise about this field."""
        return BadBriefError(f"{self.file}: {self.path or 'the file'} {why}")

    def fields(self, *names: str, optional: tuple[str, ...] = ()) -> dict[str, "Node"]:
        """The fields of those names, which have to be there, and no others."""
        if not isinstance(self.value, Mapping):
            raise self.refuse(f"is not a list of fields; it needs: {', '.join(names)}")
        known = {str(name): value for name, value in self.value.items()}
        if lacking := [name for name in names if name not in known]:
            raise self.refuse(f"lacks the field {lacking[0]!r}")
        if unknown := [name for name in known if name not in (*names, *optional)]:
            raise self.refuse(
                f"has the field {unknown[0][:60]!r}, which is not one of: {', '.join((*names, *optional))}"
            )
        return {name: Node(value, f"{self.path}.{name}".strip("."), self.file) for name, value in known.items()}

    def text(self, optional: bool = False, choices: tuple[str, ...] = ()) -> str:
        """A line of text; refused where it is empty, too long or another kind of value."""
        value = "" if self.value is None else self.value
        if isinstance(value, date):
            value = value.isoformat()
        if not isinstance(value, str):
            raise self.refuse(f"is {str(value)[:40]!r}, and not a text")
        said = " ".join(value.split())
        if not said.isprintable():
            raise self.refuse("has characters that cannot be printed")
        if not said and not optional:
            raise self.refuse("is empty: fill it in")
        if len(said) > LONGEST:
            raise self.refuse(f"has {len(said):,} characters: at most {LONGEST}")
        if choices and said not in choices:
            raise self.refuse(f"is {said[:40]!r}, and none of: {', '.join(choices)}")
        return said

    def number(self, low: float, high: float) -> float:
        """A number in that range, with both ends."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.refuse(f"is {str(self.value)[:40]!r}, and not a number")
        if not low <= self.value <= high:
            raise self.refuse(f"is {str(self.value)[:40]}: it has to be between {low:g} and {high:g}")
        return float(self.value)

    def whole(self, low: int, high: int) -> int:
        """A whole number in that range."""
        number = self.number(low, high)
        if number != int(number):
            raise self.refuse(f"is {number:g}, and not a whole number")
        return int(number)

    def items(self, at_least: int = 1, at_most: int = 50) -> Iterator["Node"]:
        """The entries of a list."""
        if not isinstance(self.value, list):
            raise self.refuse("is not a list")
        if not at_least <= len(self.value) <= at_most:
            raise self.refuse(f"has {len(self.value):,} entries: from {at_least} to {at_most} can be read by somebody")
        for number, each in enumerate(self.value, start=1):
            yield Node(each, f"{self.path}[{number}]", self.file)

    def texts(self, at_least: int = 1, at_most: int = 50) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(each.text() for each in self.items(at_least, at_most))


def read(path: Path) -> Node:
    """The file as one node. Anchors are refused: a few lines of them stand for more text than a machine has memory."""
    import yaml

    try:
        content = path.read_bytes()
        if len(content) > LARGEST:
            raise BadBriefError(f"{path.name} has {len(content):,} bytes: at most {LARGEST:,} can be a brief")
        text = content.decode("utf-8-sig")
        _check_shape(path, yaml.parse(text, Loader=yaml.SafeLoader))
        _check_twice(path, yaml.compose(text, Loader=yaml.SafeLoader))
        return Node(yaml.safe_load(text), "", path.name)
    except (OSError, UnicodeDecodeError, ValueError, yaml.YAMLError) as error:
        raise BadBriefError(f"{path.name} cannot be read: {' '.join(str(error).split())[:200]}") from error


def _check_twice(path: Path, node: Any) -> None:
    """A field that stands twice says two things; YAML would keep the last."""
    values = getattr(node, "value", None)
    if not isinstance(values, list):
        return
    seen = set[str]()
    for each in values:
        key, value = each if isinstance(each, tuple) else (None, each)
        if key is not None and not isinstance(key.value, str):
            raise BadBriefError(f"{path.name}, line {key.start_mark.line + 1}: the name of a field is no text")
        if key is not None and key.value in seen:
            raise BadBriefError(f"{path.name}, line {key.start_mark.line + 1}: the field {key.value!r} stands twice")
        seen |= {key.value} if key is not None else set()
        _check_twice(path, value)


def _check_shape(path: Path, events: Iterator[Any]) -> None:
    depth = 0
    for event in events:
        kind = type(event).__name__
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            line = event.start_mark.line + 1
            raise BadBriefError(f"{path.name}, line {line}: anchors and aliases (& and *) are not read: write it out")
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if depth > DEEPEST:
            raise BadBriefError(f"{path.name}, line {event.start_mark.line + 1}: more than {DEEPEST} fields deep")
