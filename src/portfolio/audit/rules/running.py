"""RUN, first half: can somebody else run it?"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.rules.rule import SOFTWARE, rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, not_applicable, passed, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.project import Project
    from portfolio.readme.model import Code, Passage

PROMPT = re.compile(r"^\s*(\(\w+\)\s*)?([$%>!]|PS>|>>>)\s+")
PATH = re.compile(r"[\w./-]+")
NAMED = (".py", ".sh", ".ipynb", ".yaml", ".yml")
PLACEHOLDER = re.compile(r"[<>{}$*\[\]]|\bpath/to\b|your[-_]|\.\.\.|…|^(my|your)", re.I)
LONGEST_COMMAND = 10  # words; more are a sentence that begins with one
ASSIGNMENT = re.compile(r"[A-Z_]{1,60}=\S*$")
PROGRAM = re.compile(r"\./\S|\.?venv\S{0,99}[\\/]|python[\d.]{1,9}$")
IN_A_FOLDER = re.compile(r"[\\/](?:python|pip|activate)[\w.]{0,9}$")
TYPED = re.compile(  # a line of prose that begins so is one, though nothing marks it as code
    r"(?:pip3? install|(?:python3?|py) (?:-m )?[\w./-]+|git clone|docker (?:run|build|compose|pull)|docker-compose|"
    r"streamlit run|npm \w+|conda (?:env|create|activate|install)|uvicorn|sudo apt|export \w+=|jupyter \w+|make \w+$|"
    r"kaggle \w+|dvc pull|mlflow ui|flask run|virtualenv|source \S+/activate)(?= |$)"
)
OPENS_THERE = re.compile(r"colab\.research\.google\.com|mybinder\.org/v2|kaggle\.com/code/|deepnote\.com/launch")
STEPS = re.compile(
    r"\brun all\b|\bopen in colab\b"
    r"|\b(?:run|start with|begin with|open|execute|launch|knit|render)\b"
    r"[^.\n]{0,40}?(?<![\w/.-])[\w/-]{1,80}\.(?:R|Rmd|qmd|ipynb)\b",
    re.I,
)
IN_R = re.compile(r"\b\w{1,30}::(?:run|render|deploy|install|serve)\w{0,20}\(|\bsource\([\"'][^\"'\n]{1,200}\.R[\"']\)")
PINNED = re.compile(r"==\s?\d")
HEREDOC = re.compile(r"<<-?\s*[\"']?\w+")


def commands(text: str) -> Iterator[str]:
    """The shell commands among lines of code."""
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        plain = PROMPT.sub("", line).strip()
        if _is_command(plain):
            yield plain


def _is_command(line: str) -> bool:
    """Whether a line begins with a known program, variables it is given and a path to it aside."""
    named = line.removeprefix("sudo ").split()
    if named[1:2] == ["version"]:  # "Quarto version 1.1" is a requirement
        return False
    program = next((each for each in named if not ASSIGNMENT.match(each)), "").lower()
    return bool(PROGRAM.match(program) or IN_A_FOLDER.search(program)) or program in phrases.members(
        "programs", "names"
    )


@rule(
    "RUN501",
    "It says how to run it",
    gap="There are no commands to run it",
    severity=Severity.error,
    weight=4,
    confidence=Confidence.high,
    profiles=SOFTWARE,
    part="how to run",
    topics=("run",),
)
def run_steps(project: Project) -> Verdict:
    """Give the commands to copy, from a fresh machine to the first result.

    Why: A project that nobody else can start has not been shown to work.

    Decided: Two different shell commands stand in code blocks or inline code.

    Ignore: It runs in a browser, and the README links to it.

    Pass:
        ## Try it

        ```console
        uv sync
        uv run python -m image_api run
        ```

    Fail:
        ## Try it

        Install the requirements and start the script.
    """
    reading = project.reading
    found = dict.fromkeys(each for code in reading.readme.code for each in commands(code.text))
    if len(found) < 2:
        found |= dict.fromkeys(_inline_commands(project))
    if len(found) >= 2:
        return passed(line=next((code.line for code in reading.readme.code if any(commands(code.text))), None))
    elsewhere = _elsewhere(project)
    if elsewhere and len(elsewhere) + len(found) > 1:
        return passed(line=elsewhere[0])
    scope = reading.about("run")
    seen = f"only `{next(iter(found))}`" if found else "no command to copy"
    paste = "\n".join(("```console", *project.evidence.commands, "```")) if len(project.evidence.commands) > 1 else ""
    where = f" in “{scope.title}”" if scope else ""
    return failed(f"{seen} was found{where}", scope.line if scope else None, paste)


def _elsewhere(project: Project) -> list[int]:
    """The lines of other ways to run it: a notebook that opens in a browser, a call in R."""
    opened = [link.line for link in project.readme.links if OPENS_THERE.search(link.target)]
    texts: list[Code | Passage] = [*project.readme.code, *project.readme.passages]
    return opened + [each.line for each in texts for way in (IN_R, STEPS) for _ in way.finditer(each.text)]


def _inline_commands(project: Project) -> Iterator[str]:
    text = project.readme_text
    for found in re.findall(r"`([^`\n]{4,200})`|<code>([^<\n]{4,200})</code>", text):
        plain = PROMPT.sub("", found[0] or found[1]).strip()
        if _is_command(plain) and " " in plain:
            yield plain
    for line in (*text.splitlines(), *(each.text for each in project.reading.readme.passages)):
        plain = PROMPT.sub("", line).strip()
        if TYPED.match(plain) and len(plain.split()) <= LONGEST_COMMAND:
            yield plain


@rule(
    "RUN502",
    "The commands refer to things that exist",
    gap="A command names what is not there",
    severity=Severity.error,
    weight=4,
    confidence=Confidence.high,
    profiles=SOFTWARE,
    needs_files=True,
)
def commands_exist(project: Project) -> Verdict:
    """Run every command of the README again after you rename a file, and correct the README.

    Why: The first command that fails is the last one a reviewer tries.

    Decided: In blocks of shell commands, each `python FILE`, `python -m MODULE`, `bash FILE`, `make TARGET`, `pip
    install -r FILE`, `streamlit run FILE` and `docker compose -f FILE` names a file, module or target of the
    repository. Placeholders, paths that depend on an earlier `cd` and files that a command creates are not checked.

    Ignore: The file belongs to another repository, which the README clones first.

    Pass:
        ```console
        python train.py        # beside a file train.py
        ```

    Fail:
        ```console
        python old_name.py
        ```
    """
    checked = 0
    for code in project.reading.readme.code:
        if code.language in ("python", "py", "json", "yaml", "toml", "text", "mermaid"):
            continue
        for command in commands(code.text):
            for path in _named_in(command):
                found = _resolves(project, path)
                checked += found is not None
                if found is False:
                    return failed(
                        f"`{command}` names {path}, which is not in the repository{_found(project, path)}", code.line
                    )
    return passed(f"{checked} references found") if checked else not_applicable("no command names a file")


def _found(project: Project, path: str) -> str:
    """Where a file of that name is instead."""
    same = sorted(each for each in project.files if each.rpartition("/")[2] == path.rpartition("/")[2])
    return f"; {same[0]} is" if same else ""


def _named_in(command: str) -> Iterator[str]:
    """The files, modules (`-m x.y`) and targets (`make:x`) that a command refers to."""
    import shlex

    try:
        parts = shlex.split(command.replace("\\", "/"), comments=True)
    except ValueError:
        return
    while parts and (parts[0] in ("sudo", "time", "exec") or "=" in parts[0]):
        parts = parts[1:]
    for prefix in (["uv", "run"], ["poetry", "run"], ["pipenv", "run"], ["conda", "run"]):
        if parts[:2] == prefix:
            parts = parts[2:]
            while parts and parts[0].startswith("-"):
                parts = parts[2:] if parts[0] in ("--extra", "--group", "--with", "-n") else parts[1:]
    match parts:
        case [python, "-m", module, *_] if python.startswith(("python", "py")) and re.fullmatch(r"[\w.]+", module):
            yield f"-m {module}"
        case [program, file, *_] if re.fullmatch(r"python[\d.]*|py|bash|sh|source", program) and _is_path(file):
            yield file
        case ["streamlit", "run", file, *_] if _is_path(file):
            yield file
        case ["pip" | "pip3", "install", "-r", file, *_]:
            yield file
        case ["make", target, *_] if re.fullmatch(r"[\w-]+", target):
            yield f"make {target}"
        case ["docker", "compose", "-f", file, *_] | ["docker-compose", "-f", file, *_]:
            yield file


def _is_path(word: str) -> bool:
    return word.endswith(NAMED) and bool(PATH.fullmatch(word))


def _resolves(project: Project, name: str) -> bool | None:
    """Whether it is there; None where that cannot be said."""
    if PLACEHOLDER.search(name):
        return None
    if name.startswith("-m "):
        return _has_module(project, name[3:])
    if name.startswith("make "):
        return _has_target(project, name[5:])
    clean = name.replace("\\", "/")
    if clean.startswith(("/", "~", "../")) or "://" in clean:
        return None
    if project.has(clean):
        return True
    # After a `cd`, the same path may stand further down.
    return any(path.endswith(f"/{clean.removeprefix('./')}") for path in _rooted(project))


def _has_module(project: Project, module: str) -> bool | None:
    top = module.split(".")[0]
    if not any(part == top for folder in project.folders for part in folder.split("/")):
        return None  # a library's, or the standard library's
    path = module.replace(".", "/")
    endings = (f"/{path}.py", f"/{path}/__init__.py", f"/{path}/__main__.py")
    is_file = any(file.endswith(endings) for file in _rooted(project))
    return is_file or any(f"/{folder}/".endswith(f"/{path}/") for folder in project.folders) or None


def _has_target(project: Project, target: str) -> bool | None:
    makefiles = [path for path in project.files if PurePosixPath(path).name.lower() in ("makefile", "gnumakefile")]
    texts = [project.read(path) for path in makefiles]
    if any("include " in text or "%" in text for text in texts):
        return None
    named = re.compile(rf"^([\w./-]+\s+)*{re.escape(target)}(\s+[\w./-]+)*\s*:", re.M)
    return any(named.search(text) for text in texts)


def _rooted(project: Project) -> Iterator[str]:
    return (f"/{each}" for each in project.files)


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

    Decided: There is a file that declares dependencies and is not empty, and either a lock file or at least half of the
    requirements pinned with `==`.

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
    lines = [line.strip() for each in filled for line in project.read(each).splitlines()]
    asked = [line for line in lines if re.match(r"^[\"'-]?\s?[A-Za-z][\w.\[\]-]*\s?([=<>~!]=?|$)", line)]
    pinned = [line for line in asked if PINNED.search(line) or re.match(r"^-\s?[\w-]+=\d", line)]
    if pinned and len(pinned) >= len(asked) / 2:
        return passed(f"{filled[0]} pins exact versions")
    return failed(f"{filled[0]} is there; no lock file, and {len(pinned)} of {len(asked)} requirements are pinned")


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

    Decided: In the last stage of the Dockerfile, the base image has a tag other than `latest` or a digest, the last
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
    paths = sorted(project.matching(r"(^|/)Dockerfile(\.\w+)?$"), key=lambda path: (path.count("/"), path))
    if not paths:
        return not_applicable("there is no Dockerfile")
    text = project.read(paths[0])
    if HEREDOC.search(text):
        return unknown(f"{paths[0]} has a heredoc, which is not followed")
    base, instructions = _last_image(_instructions(text))
    if not base:
        return failed(f"{paths[0]} has no FROM")
    wrong = list(_wrong_with(base, instructions))
    return failed(f"{paths[0]}: {'; '.join(wrong)}") if wrong else passed()


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
