"""The user's terminal: layout of text, questions, progress. Beside `cli.py` the only module that prints."""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import re
import shutil
import sys
import textwrap
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TextIO

import typer

from portfolio.errors import PortfolioError, WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

WIDEST = 100  # columns, beyond which lines are hard to read
NARROWEST = 40
INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
INVISIBLE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
TAIL = re.compile(r"\n(?=  \| )")  # the last lines of something that failed may stand below its error
ESCAPED = "portfolio.escaped"  # how letters are written that a stream's encoding cannot hold


class Unwritten(PortfolioError):
    """The answer could not be written."""

    exit_code = 3


class Format(StrEnum):
    """The formats in which a command answers."""

    text = "text"
    json = "json"


def prepare() -> None:
    """Make the standard streams usable: one that is closed goes nowhere, a letter that one cannot hold is escaped."""
    codecs.register_error(ESCAPED, _escape)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # the lowest free descriptor is taken: that of the stream, so no file of ours gets it
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - until we end
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ESCAPED)


def _escape(problem: UnicodeError) -> tuple[str, int]:
    """As JSON escapes: the same text is then valid in a document of any encoding."""
    assert isinstance(problem, UnicodeEncodeError)
    letters = problem.object[problem.start : problem.end].encode("utf-16-be", "surrogatepass")
    units = (int.from_bytes(letters[at : at + 2], "big") for at in range(0, len(letters), 2))
    return "".join(f"\\u{unit:04x}" for unit in units), problem.end


def json_text(document: Any, indent: int | None = 2) -> str:
    """A document for standard output: UTF-8, so that where that writes otherwise, all but ASCII is escaped."""
    is_utf8 = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"  # none: a text in memory
    text = json.dumps(document, indent=indent, ensure_ascii=not is_utf8)
    return INVISIBLE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def version() -> str:
    """Of this program."""
    from importlib.metadata import version

    return version("portfolio")


def document(body: dict[str, Any]) -> str:
    """A command's answer as the one document that it is, headed by the version that wrote it."""
    return json_text({"portfolio": version()} | body)


def visible(text: str) -> str:
    """Somebody else's text on one line: what would steer a terminal, or turn the order of letters, is spelled out."""
    return INVISIBLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def number(value: float, like: float) -> str:
    """A measured number with as many digits as one of the size of `like` needs: 0.866, 1.23, 12.5, 35,650."""
    size = abs(like)
    digits = 3 if size <= 1 else 2 if size < 10 else 1 if size < 100 else 0
    return f"{value:,.{digits}f}".replace("-", "−")


def show(answer: str) -> None:
    """Write an answer to standard output; Unwritten if that is full or gone."""
    if problem := _unwritten(answer):
        raise problem


def tell(news: str) -> None:
    """Write what was done to standard output; it is done even where that is full or gone."""
    if unwritten := _unwritten(news):
        warn(problem(unwritten))


def _unwritten(text: str) -> Unwritten | None:
    try:
        typer.echo(text)
    except BrokenPipeError:  # whoever read our answer has read enough
        _give_up(sys.stdout)
    except OSError as error:
        _give_up(sys.stdout)
        return Unwritten(f"standard output cannot be written: {error.strerror}", "make room, or send it elsewhere")
    return None


def _give_up(stream: TextIO) -> None:
    """Let what is still to be written go nowhere, or Python would try it once more at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def width() -> int:
    """How many columns there are to write in."""
    return max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST))


def wrap(text: str, indent: str = "", hanging: str | None = None, keep: bool = False) -> str:
    """The text broken into lines; `keep` leaves a command whole, so that it can be copied."""
    if keep:
        return indent + text
    return textwrap.fill(
        text,
        width(),
        initial_indent=indent,
        subsequent_indent=hanging if hanging is not None else indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def columns(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Names and their explanations side by side; a long name stands above its own, a name alone is never broken."""
    rows = list(rows)
    column = max((len(name) for name, why in rows if why and len(name) < 40), default=0)
    for name, why in rows:
        if not why:
            yield wrap(name, "  ", keep=True)
        elif len(name) > column and len(name) + 4 + len(why) > width():
            yield f"  {name}"
            yield wrap(why, " " * 6)
        else:
            yield wrap(f"{name:<{column}}  {why}", "  ", " " * (column + 4))


def bold(text: str, stream: TextIO | None = None) -> str:
    """The text in bold on a terminal, unless NO_COLOR asks for none."""
    return _styled(text, stream, bold=True)


def dim(text: str, stream: TextIO | None = None) -> str:
    """The text less bright on a terminal."""
    return _styled(text, stream, dim=True)


def _styled(text: str, stream: TextIO | None, bold: bool = False, dim: bool = False) -> str:
    is_plain = os.environ.get("NO_COLOR") or not (stream or sys.stdout).isatty()
    return text if is_plain else typer.style(text, bold=bold or None, dim=dim or None)


def is_interactive(output: Format) -> bool:
    """Whether there is a person at the terminal who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty() and output is Format.text


def warn(*lines: str) -> None:
    """Show messages on standard error."""
    try:
        for line in lines:
            typer.echo(line, err=True)
    except OSError:  # nobody can be told
        _give_up(sys.stderr)


def problem(error: PortfolioError) -> str:
    """The two lines of an error."""
    first, second = (bold(word, sys.stderr) for word in ("error:", "hint:"))
    message, hint = ("\n".join(map(visible, TAIL.split(text))) for text in (error.message, error.hint))
    return f"{first} {message}\n{second}  {hint}"


def ask(question: str, default: str, check: Callable[[str], object]) -> str:
    """Ask until `check` raises no PortfolioError; returns what was typed."""
    while True:
        text: str = typer.prompt(question, default=default, err=True)
        try:
            check(text)
        except PortfolioError as error:
            warn(problem(error))
        else:
            return text


def pick(choices: Sequence[tuple[str, str]]) -> str:
    """The name that the user picks from a numbered list of (name, summary)."""
    for number, (name, summary) in enumerate(choices, start=1):
        warn(wrap(f"{number}. {bold(name)}: {summary}"))
    warn("")
    names = {str(number): name for number, (name, _) in enumerate(choices, start=1)}
    typed: str = typer.prompt("Which one", default="1", err=True)
    return names.get(typed.strip(), typed.strip())


def quiz(questions: Iterable[tuple[str, str]], output: Format) -> None:
    """Show each question, let it be answered in as many lines as it takes, then show the other side; keep nothing."""
    if not is_interactive(output):
        raise WrongUse("--quiz needs a terminal to answer at", "without it: portfolio defend")
    warn("Answer in as many lines as you like; an empty line shows what it rests on. Ctrl-C ends it.")
    with contextlib.suppress(typer.Abort):
        for question, other_side in questions:
            warn(question)
            while typer.prompt(">", default="", show_default=False, prompt_suffix=" ", err=True).strip():
                pass
            warn(other_side)


class Progress:
    """Shows each step of a run on standard error: on a terminal its newest line too, and the seconds so far."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty()
        self._step = ""
        self._started = 0.0

    def __call__(self, step: str, line: str) -> None:
        """Show `line` as the newest of `step`."""
        if step != self._step:
            self.finish()
            self._step, self._started = step, time.monotonic()
            if not self._is_live:
                warn(f"  {step} …")
        if self._is_live:
            self._draw(line)

    def say(self, line: str) -> None:
        """Leave the last step's line standing, and this one below it."""
        self.finish()
        warn(wrap(line, "  "))

    def finish(self) -> None:
        """Leave the last step's line standing, with its seconds."""
        if self._step and self._is_live:
            self._draw("")
            warn("")
        self._step = ""

    def _draw(self, line: str) -> None:
        shown = f"  {self._step:<12} {time.monotonic() - self._started:6.1f} s  {line}"
        sys.stderr.write("\r" + shown[: width() - 1].ljust(width() - 1))
        sys.stderr.flush()
