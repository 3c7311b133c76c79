"""`portfolio defend` and `portfolio site` beside `portfolio audit` of the same project, in turn.

Run as: python -m tests.benchmarks.showing PROJECT
"""

from __future__ import annotations

import compileall
import sys
from pathlib import Path

import portfolio
from tests.benchmarks.__main__ import PROGRAMS, compare

FINDINGS = (0, 1)  # exit codes of an audit that found something


def main(project: str) -> None:
    """Print every comparison."""
    compileall.compile_dir(Path(portfolio.__file__).parent, quiet=1)  # as pip does when it installs
    ours = str(PROGRAMS / "portfolio")
    audit = [ours, "audit", project]
    for which in (0, 1):
        compare("defend, against audit", [ours, "defend", project], audit, 1.0, which, FINDINGS)
        compare("site of one, against audit", [ours, "site", project, "--out", "{}"], audit, 1.25, which, FINDINGS)


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()))
