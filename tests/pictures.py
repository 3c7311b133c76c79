"""Takes the README's picture of a command at work, from a real run in a terminal of 80 columns.

Run as: python -m tests.pictures portfolio new image-api --yes --run
"""

from __future__ import annotations

import io
import os
import pty
import re
import shlex
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

PICTURES = Path(__file__).parents[1] / ".github/pictures"
FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)  # would be fetched from another host


def main(command: list[str]) -> None:
    """Run it, pass on what it shows, and keep the last state of every line."""
    shown = bytearray()

    def keep(terminal: int) -> bytes:
        content = os.read(terminal, 4096)
        shown.extend(content)
        return content

    os.environ.update(COLUMNS="80", LINES="60")
    pty.spawn(command, keep)
    lines = [line.rsplit("\r", 1)[-1] for line in shown.decode().replace("\r\n", "\n").split("\n")]
    console = Console(record=True, width=82, file=io.StringIO())
    console.print(Text(f"$ {shlex.join(command)}", style="bold"))
    for line in lines:
        console.print(Text.from_ansi(line.rstrip()))
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture = console.export_svg(title="portfolio", theme=MONOKAI)
    kept = FONT.sub("", picture).replace("Fira Code", "monospace")
    (PICTURES / f"{command[1]}.svg").write_text(kept, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
