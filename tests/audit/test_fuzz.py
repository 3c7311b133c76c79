"""Mutated READMEs, results files, settings and repositories: no rule crashes, none takes long, only git is started.

A few hundred of each; more of them with another seed by hand:

    PORTFOLIO_FUZZ=20000 PORTFOLIO_FUZZ_SEED=7 pytest -n0 tests/audit/test_fuzz.py
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portfolio.audit.engine import audit
from portfolio.audit.project import open_project
from portfolio.errors import PortfolioError
from tests.audit.audited import COMPLETE, READMES, RESULTS, build, picture

COUNT = int(os.environ.get("PORTFOLIO_FUZZ", "300"))
SEED = int(os.environ.get("PORTFOLIO_FUZZ_SEED", "1"))
LONGEST = 2.0  # seconds of the processor for one
PAGES = [path.read_text(encoding="utf-8") for path in sorted(READMES.iterdir()) if path.suffix in (".md", ".rst")]
PIECES = [
    *(
        "```\n",
        "~~~\n",
        "---\n",
        "===\n",
        "<!--",
        "-->",
        "<div",
        "<table><tr><td>",
        "</table>",
        "<details>",
        "<summary>",
    ),
    *(
        "| a | b |\n|-|-|\n",
        "| E5-base | 1e999 |\n",
        "$F_1$",
        "\\pm",
        "{{a|",
        "{% if",
        "[",
        "](",
        "![",
        "[x](#",
        "**",
        "_",
    ),
    *("\x00", "\x1b[31m", "\u202e", "\ufeff", "\r\n", "\u2028", "𝟙", "½", "9" * 60, "0,62", "6.2×10⁻⁴", "(0.1–0.2)"),
    *(".. |a| replace:: |b|\n", "* * *\n", "#" * 7, "> " * 30, "  " * 40 + "- a\n", "<!-- report:a -->\n", "http://"),
    *(
        "python ../../x.py\n",
        "<a href=",
        "&#1114112;",
        "<![CDATA[",
        "---\nkey: value\n---\n",
        "[[",
        "|===\n",
        "= Title\n",
    ),
]
VALUES: list[object] = [
    None,
    True,
    -1,
    1e308,
    "x",
    [],
    {},
    [1, 2],
    [True, False],
    {"value": True},
    "\ud800",
    "9" * 5000,
    [[[]]],
    0.5,
]


def mutated(text: str, chance: random.Random) -> str:
    """With pieces put in, taken out, doubled and cut."""
    for _ in range(chance.randint(1, 12)):
        at, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        end = min(end, at + 400)
        match chance.randrange(5):
            case 0:
                text = text[:at] + chance.choice(PIECES) * chance.choice((1, 1, 2, 50)) + text[at:]
            case 1:
                text = text[:at] + text[end:]
            case 2:
                text = text[:end] + text[at:end] + text[end:]
            case 3:
                text = (
                    text[:at]
                    + chr(chance.choice((0, 9, 10, 32, 0x2028, 0x1F600, chance.randrange(32, 0x2FFF))))
                    + text[at:]
                )
            case _:
                text = text[:end] if end > 200 else text
    return text


def strange(node: object, chance: random.Random) -> object:
    """A document with some of its values replaced by others."""
    if chance.random() < 0.15:
        return chance.choice(VALUES)
    match node:
        case dict():
            return {key: strange(value, chance) for key, value in node.items()}
        case list():
            return [strange(value, chance) for value in node]
        case _:
            return node


def survives(folder: Path) -> None:
    started = time.process_time()
    try:
        found = audit(open_project(folder), "project")
    except PortfolioError:  # said in two lines
        return
    assert not found.faults, found.faults
    assert time.process_time() - started < LONGEST


@pytest.mark.parametrize("part", range(3))
def test_any_page_is_survived(tmp_path: Path, part: int) -> None:
    chance = random.Random(SEED * 3 + part)
    for _ in range(COUNT // 3):
        name = chance.choice((*["README.md"] * 3, "README.rst", "README.org", "README.adoc", "README"))
        page = tmp_path / name
        page.write_bytes(mutated(chance.choice(PAGES), chance).encode("utf-8", "surrogatepass"))
        survives(page)


def test_any_results_file_and_any_settings_are_survived(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    settings = str(COMPLETE["pyproject.toml"])
    build(tmp_path, {**COMPLETE, "README.md": str(COMPLETE["README.md"])})
    for _ in range(COUNT // 4):
        text = json.dumps(strange(RESULTS, chance))
        (tmp_path / "results.json").write_text(
            mutated(text, chance) if chance.random() < 0.3 else text, errors="replace"
        )
        (tmp_path / "pyproject.toml").write_text(
            mutated(settings, chance) if chance.random() < 0.3 else settings, errors="replace"
        )
        survives(tmp_path)


NAMES = ["a b.py", "ü.md", "-rf", "x\ny.py", "'q'.ipynb", "a" * 200, "README.md.bak", ".hidden", "con.py", "data/x.csv"]
TARGETS = ["/dev/zero", "/etc/passwd", "nowhere", ".", "..", "README.md", "loop"]


@pytest.mark.skipif(os.name == "nt", reason="of POSIX")
def test_any_repository_is_survived_and_starts_nothing_but_git(tmp_path: Path) -> None:
    chance, started = random.Random(SEED), set()
    is_watching = [True]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if is_watching[0] and event == "subprocess.Popen":
            started.add(str(arguments[0]))

    for number in range(COUNT // 20):
        page = mutated(chance.choice(PAGES), chance).encode("utf-8", "replace")
        folder = build(tmp_path / str(number), {"README.md": page})
        for name in chance.sample(NAMES, 4):
            build(folder, {name: picture() if chance.random() < 0.2 else mutated("import os\n" * 30, chance).encode()})
        for name in ("loop", "train.py", "figures.png", "LICENSE"):
            if chance.random() < 0.5:
                (folder / name).symlink_to(chance.choice(TARGETS))
        if chance.random() < 0.3:
            os.mkfifo(folder / "requirements.txt")
        if chance.random() < 0.5:
            subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
        if number == 0:
            sys.addaudithook(watch)
            started.clear()
        survives(folder)
    is_watching[0] = False
    assert {Path(program).name for program in started} <= {"git"}
