"""RUN503 and RUN504: does it get, on another machine, the packages and the container that it got here?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portfolio.audit.rules.rule import SOFTWARE, rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, not_applicable, passed, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.project import Project

PINNED = re.compile(r"==\s?\d")
MOST_IMAGES = 10
HEREDOC = re.compile(r"<<-?\s*[\"']?\w+")


@rule(
    "RUN503",
    "Dependencies are declared and locked",
    gap="Dependencies are not locked",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.high,
    needs_files=True,
)
def dependencies(project: Project) -> Verdict:
    """Declare what the code imports, and lock it: a lock file, or exact versions.

    Why: Without them the project runs today, on your machine only.

    Decided: There is a file that declares dependencies and is not empty, and either a lock file, or one of those files
    pins at least half of its requirements with `==`.

    Ignore: The project is a library, whose users choose the versions.

    Pass:
        requirements.lock made by `uv pip compile pyproject.toml -o
        requirements.lock`

    Fail:
        requirements.txt with the line `pandas`
    """
    declaring = project.matching(
        r"(^|/)(requirements[^/]*\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|Pipfile|environment[^/]*\.ya?ml|conda[^/]*\.ya?ml"
        r"|package\.json|DESCRIPTION|renv\.lock|Project\.toml)$"
    )
    locks = project.matching(
        r"(^|/)(uv\.lock|poetry\.lock|Pipfile\.lock|pdm\.lock|pixi\.lock|conda-lock\.ya?ml|[^/]*\.lock"
        r"|requirements[^/]*lock[^/]*\.txt|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|Manifest\.toml)$"
    )
    filled = [each for each in declaring if project.read(each).strip()]
    if not filled:
        return failed("no file declares what it needs (pyproject.toml, requirements.txt, environment.yml …)")
    if locks:
        return passed(f"{filled[0]} and {locks[0]}")
    counts = {path: _pinned(project.read(path)) for path in filled}
    for path, (pinned, asked) in counts.items():
        if pinned and pinned >= asked / 2 and asked >= max(of for _, of in counts.values()) / 2:
            return passed(f"{path} pins exact versions")
    pinned, asked = (sum(each) for each in zip(*counts.values(), strict=True))
    return failed(f"{filled[0]} is there; no lock file, and {pinned} of {asked} requirements are pinned")


def _pinned(text: str) -> tuple[int, int]:
    """(how many requirements have an exact version, how many there are)."""
    lines = [line.strip() for line in text.splitlines()]
    asked = [line for line in lines if re.match(r"^[\"'-]?\s?[A-Za-z][\w.\[\]-]*\s?([=<>~!]=?|$)", line)]
    return sum(bool(PINNED.search(line) or re.match(r"^-\s?[\w-]+=\d", line)) for line in asked), len(asked)


@rule(
    "RUN504",
    "The Dockerfile is sound",
    gap="The Dockerfile has a flaw",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.high,
    profiles=SOFTWARE,
    needs_files=True,
)
def dockerfile(project: Project) -> Verdict:
    """Pin a version of the base image, run as a user who is not root, and say which command starts.

    Why: `latest` is another image next month, and a service that runs as root is one bug away from the whole machine.

    Decided: In the last stage of each Dockerfile, the base image has a tag other than `latest` or a digest, the last
    `USER` is not root, and there is a `CMD` or `ENTRYPOINT`. A heredoc makes it `unknown`.

    Ignore: The image is for development only.

    Pass:
        FROM python:3.12-slim
        USER nobody
        CMD ["python", "-m", "image_api", "serve"]

    Fail:
        FROM python
        CMD ["python", "app.py"]
    """
    paths = sorted(project.matching(r"(^|/)Dockerfile$"), key=lambda path: (path.count("/"), path))
    paths = paths or sorted(project.matching(r"(^|/)Dockerfile(\.\w+)?$"))[:1]
    if not paths:
        return not_applicable("there is no Dockerfile")
    texts = {path: project.read(path) for path in paths[:MOST_IMAGES] if not path.startswith(".")}
    for path, text in texts.items():
        if not HEREDOC.search(text) and (wrong := list(_wrong_in(_instructions(text)))):
            return failed(f"{path}: {'; '.join(wrong)}")
    unread = next((path for path, text in texts.items() if HEREDOC.search(text)), "")
    return unknown(f"{unread} has a heredoc, which is not followed") if unread else passed()


def _wrong_in(instructions: list[tuple[str, str]]) -> Iterator[str]:
    base, last = _last_image(instructions)
    if base:
        yield from _wrong_with(base, last)
    else:
        yield "it has no FROM"


def _last_image(instructions: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """(base image, instructions) of what is built last, with those of the stages that it builds on."""
    stages = [i for i, (name, _) in enumerate(instructions) if name == "FROM"]
    if not stages:
        return "", []
    named = {rest.split()[-1].lower(): i for i in stages if re.search(r"\sas\s", rest := instructions[i][1], re.I)}
    last = instructions[stages[-1] :]
    base = _base(last[0][1])
    while base.lower() in named:  # a stage that builds on an earlier one inherits from it
        start = named.pop(base.lower())
        end = next((i for i in stages if i > start), len(instructions))
        last = [*instructions[start:end], *last[1:]]
        base = _base(instructions[start][1])
    return base, last


def _base(rest: str) -> str:
    return re.sub(r"^(--\S+\s+)+", "", rest).split()[0]


def _wrong_with(base: str, instructions: list[tuple[str, str]]) -> Iterator[str]:
    if "$" not in base and base != "scratch" and "@sha256:" not in base:
        tag = base.rsplit("/", 1)[-1].partition(":")[2]
        if tag in ("", "latest"):
            yield f"the base image {base} has no version"
    users = [rest.split(":")[0].strip() for name, rest in instructions if name == "USER"]
    if not users:
        yield "it runs as root: there is no USER"
    elif users[-1] in ("root", "0"):
        yield "it runs as root"
    if not any(name in ("CMD", "ENTRYPOINT") for name, _ in instructions):
        yield "nothing starts: there is no CMD or ENTRYPOINT"


def _instructions(text: str) -> list[tuple[str, str]]:
    """(INSTRUCTION, rest) of a Dockerfile, continued lines joined and comments left out."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\[ \t]*\n", " ", kept)
    found = (line.strip().split(None, 1) for line in joined.splitlines())
    return [(each[0].upper(), each[1]) for each in found if len(each) == 2]
