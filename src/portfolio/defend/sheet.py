"""DEFENSE.md: the questions in report blocks, and behind each of them a blank for the author's answer.

Written again after another run, only the blocks change: what stands behind them is the author's.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from portfolio.audit.defense import NAME, PREFIX, with_answers_behind
from portfolio.audit.report.markdown import said
from portfolio.errors import PortfolioError
from portfolio.readme import blocks

if TYPE_CHECKING:
    from pathlib import Path

    from portfolio.defend.asked import Asked
    from portfolio.defend.question import Question

HEAD = """# What I will be asked

The questions are those of `portfolio defend --write`, about the newest run. Each answer below them is mine.
"""
CODE = re.compile(r"(`[^`]+`)")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
NO_LONGER = "_No longer asked of the newest run._\n\n"


def write(folder: Path, asked: Asked) -> int:
    """Make or renew the page; returns how many of its questions are new. Nothing behind a question is changed."""
    path = folder / NAME
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else HEAD
        after = renewed(before, asked)
        beside = path.with_name(f".{NAME}.tmp-{os.getpid()}")
        beside.write_bytes(after.encode())
        beside.replace(path)
    except UnicodeDecodeError:
        raise PortfolioError(
            f"{NAME} is not UTF-8, and was left as it is", "save it as UTF-8, or move it away"
        ) from None
    except OSError as error:
        raise PortfolioError(
            f"{NAME} cannot be written: {error.strerror}", "make it writable, or move it away"
        ) from None
    return len(blocks.names(after) - blocks.names(before))


def renewed(page: str, asked: Asked) -> str:
    """The page with these questions: those it has in their places, new ones at its end, unanswered old ones gone."""
    page = with_answers_behind(page)
    by_block = {f"{PREFIX}{each.name}": each for each in asked.questions}
    answers = {name: text for name, (_, text) in blocks.behind(page).items() if name.startswith(PREFIX)}
    kept = {name for name, text in answers.items() if name in by_block or COMMENT.sub("", text).strip()}
    for name in answers.keys() - kept:
        page = _without(page, name)
    contents = blocks.contents(page)
    old = {name: _no_longer(contents[name]) for name in kept - by_block.keys() if name in contents}
    page = blocks.fill(page, old | {name: _content(each) for name, each in by_block.items() if name in kept})
    added = (_block(name, each) for name, each in by_block.items() if name not in kept)
    return page.rstrip("\n") + "\n" + "".join(added)


def _block(name: str, question: Question) -> str:
    return f"\n<!-- report:{name} -->\n{_content(question)}<!-- /report:{name} -->\n\n"


def _content(question: Question) -> str:
    return (
        f"## {_safe(question.asks)}\n\n"
        f"**It rests on**: {_safe(question.rests_on)}  \n**Look at**: `{question.path}:{question.line}`\n"
    )


def _no_longer(content: str) -> str:
    return content if content.startswith(NO_LONGER) else NO_LONGER + content


def _without(page: str, name: str) -> str:
    pattern = rf"\n?<!--[ \t]*report:{re.escape(name)}[ \t]*-->.*?<!--[ \t]*/report:{re.escape(name)}[ \t]*-->\s*"
    return re.sub(pattern, "\n", page, count=1, flags=re.DOTALL)


def _safe(text: str) -> str:
    """Neither Markdown nor HTML, but for what we set as code."""
    return "".join(part if CODE.fullmatch(part) else said(part) if part else "" for part in CODE.split(text))
