"""RUN501 and RUN502: which commands does it give, and do they lead somewhere?"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.rules.rule import SOFTWARE, rule
from portfolio.audit.rules.serving import OPENS_THERE
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, not_applicable, passed
from portfolio.readme import markdown

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
OF_A_PART = re.compile(r"[\w-]{1,60}/readme\.md", re.I)
STEPS = re.compile(
    r"\brun all\b|\bopen in colab\b"
    r"|\b(?:run|start with|begin with|open|execute|launch|knit|render)\b"
    r"[^.\n]{0,40}?(?<![\w/.-])[\w/-]{1,80}\.(?:R|Rmd|qmd|ipynb)\b",
    re.I,
)
IN_R = re.compile(r"\b\w{1,30}::(?:run|render|deploy|install|serve)\w{0,20}\(|\bsource\([\"'][^\"'\n]{1,200}\.R[\"']\)")
CLONED = re.compile(  # (the folder that a clone makes, the one that is entered next)
    r"git clone (?:https?://|git@)\S{1,200}/([^\s/]{1,100}?)(?:\.git)?/?[ \t]{0,9}\n[$> \t]{0,9}cd ([^\s&;]{1,100})"
)


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

    Decided: Two different shell commands stand in code blocks or inline code, or the README of a part that this one
    links to (`backend/README.md`) has them.

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
    for link in reading.readme.links:
        if _has_commands(project, link.target.strip("./")):
            return passed("the README of a part has them", link.line)
    elsewhere = _elsewhere(project)
    if elsewhere and len(elsewhere) + len(found) > 1:
        return passed(line=elsewhere[0])
    scope = reading.about("run")
    seen = f"only `{next(iter(found))}`" if found else "no command to copy"
    paste = "\n".join(("```console", *project.evidence.commands, "```")) if len(project.evidence.commands) > 1 else ""
    where = f" in “{scope.title}”" if scope else ""
    return failed(f"{seen} was found{where}", scope.line if scope else None, paste)


def _has_commands(project: Project, part: str) -> bool:
    """Whether the README of a folder, or at that path, has a command."""
    here = part.casefold()
    paths = (path for path in project.files if path.casefold() in (here, f"{here}/readme.md"))
    pages = (markdown.parse(project.read(path)) for path in paths if OF_A_PART.fullmatch(path))
    return any(True for page in pages for code in page.code for _ in commands(code.text))


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
    install -r FILE`, `streamlit run FILE`, `docker build` and `docker compose -f FILE` names a file, module or target
    of the repository, and the folder entered after a `git clone` is the one that it makes. Placeholders, paths that
    depend on an earlier `cd` and files that a command creates are not checked.

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
        for cloned, entered in CLONED.findall(code.text):
            checked += 1
            if not _is_entered(project, cloned, entered):
                return failed(f"`cd {entered}` follows a clone that makes the folder {cloned}", code.line)
    return passed(f"{checked} references found") if checked else not_applicable("no command names a file")


def _is_entered(project: Project, cloned: str, entered: str) -> bool:
    """Whether a folder is there after a clone: its own, or one of the project."""
    folder = entered.strip("./").partition("/")[0]
    return not folder or PLACEHOLDER.search(folder + cloned) is not None or folder in (cloned, *project.folders)


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
        case ["docker", "build", *rest] if not any(each.startswith(("-f", "--file")) or "://" in each for each in rest):
            yield "Dockerfile"
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
