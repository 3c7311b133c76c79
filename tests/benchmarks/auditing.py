"""`portfolio audit` beside the parser alone and beside repo-review, in turn: what slows one slows both.

Run as: python -m tests.benchmarks.auditing PROJECT   (needs: pip install 'repo-review[cli]' sp-repo-review)
"""

from __future__ import annotations

import compileall
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import portfolio
from tests.audit.audited import READMES
from tests.benchmarks.__main__ import PROGRAMS, compare, measure

COHORT = 10_000
FINDINGS = (0, 1, 3)  # exit codes of an audit that found something, ours and theirs
PARSING = """
import pathlib, sys
from markdown_it import MarkdownIt
parser = MarkdownIt("commonmark").enable("table")
for path in pathlib.Path(sys.argv[1]).glob("*/README.md"):
    parser.parse(path.read_text(encoding="utf-8"))
"""


def cohort(folder: Path, size: int) -> None:
    """READMEs that differ: our examples, with other numbers, words and order of sections."""
    chance = random.Random(0)
    pages = [path.read_text(encoding="utf-8") for path in sorted(READMES.glob("*.md")) if path.stat().st_size > 1000]
    for number in range(size):
        lead, *sections = chance.choice(pages).split("\n## ")
        chance.shuffle(sections)
        page = (
            "\n## ".join([lead, *sections])
            .replace("0.7", f"0.{chance.randint(10, 99)}")
            .replace("the ", f"the {number} ")
        )
        (folder / f"{number:05}").mkdir()
        (folder / f"{number:05}/README.md").write_text(page, encoding="utf-8")


def peak(command: list[str], folder: Path) -> float:
    """Megabytes of the largest process so far, after this one."""
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main(project: str) -> None:
    """Print every comparison."""
    compileall.compile_dir(Path(portfolio.__file__).parent, quiet=1)  # as pip does when it installs
    ours, python = str(PROGRAMS / "portfolio"), sys.executable
    page = str(READMES / "complete.md")
    for which in (0, 1):
        imports = [python, "-c", "import markdown_it"]
        compare("audit of one README, against importing markdown-it", [ours, "audit", page], imports, 2.0, which)
    rival = [str(PROGRAMS / "repo-review"), project]
    for which in (0, 1):
        compare("audit of a project, against repo-review", [ours, "audit", project], rival, 0.8, which, FINDINGS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cohort(folder, COHORT)
        everybody = [ours, "audit", *sorted(each.name for each in folder.iterdir()), "--format", "json"]
        few = peak([*everybody[:2], *everybody[2 : COHORT // 10], "--format", "json"], folder)
        pairs = [(measure(everybody, folder), measure([python, "-c", PARSING, name], folder)) for _ in range(3)]
        for which, unit in ((0, "wall"), (1, "CPU")):
            ratio = statistics.median(one[which] / other[which] for one, other in pairs)
            first, second = pairs[0]
            print(
                f"{COHORT} READMEs: {first[which]:.1f} s against {second[which]:.1f} s of {unit} for parsing alone; "
                f"ratio {ratio:.2f} (goal ≤ 1.5)"
            )
        print(f"memory: {few:.0f} MB for {COHORT // 10}, {peak(everybody, folder):.0f} MB for {COHORT}")


if __name__ == "__main__":
    main(sys.argv[1])
