"""RUN: can somebody else run it, and how does it run for others?"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from portfolio import phrases
from portfolio.readme import words
from portfolio.rules.rule import (
    SOFTWARE,
    Confidence,
    Severity,
    Verdict,
    failed,
    not_applicable,
    passed,
    rule,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.project import Project
    from portfolio.readme import Passage

PROMPT = re.compile(r"^\s*(\(\w+\)\s*)?([$%>!]|PS>|>>>)\s+")
PATH = re.compile(r"[\w][\w./-]*\.(py|sh|ipynb|ya?ml)$")
PLACEHOLDER = re.compile(r"[<>{}$*\[\]]|\bpath/to\b|your[-_]|\.\.\.|…|^(my|your)", re.I)
RECORDING = re.compile(r"\.(gif|mp4|webm|mov)(\?.*)?$|user-attachments/assets", re.I)
LONGEST_COMMAND = 10  # words; more are a sentence that begins with one
ASSIGNMENT = re.compile(r"[A-Z_]+=\S*$")
PROGRAM = re.compile(r"\./\S|\.?venv\S*[\\/]|python[\d.]+$|\S*[\\/](?:python|pip|activate)[\w.]*$")
TYPED = re.compile(  # a line of prose that begins so is one, though nothing marks it as code
    r"(?:pip3? install|(?:python3?|py) (?:-m )?[\w./-]+|git clone|docker (?:run|build|compose|pull)|docker-compose|"
    r"streamlit run|npm \w+|conda (?:env|create|activate|install)|uvicorn|sudo apt|export \w+=|jupyter \w+|make \w+$|"
    r"kaggle \w+|dvc pull|mlflow ui|flask run|virtualenv|source \S+/activate)(?= |$)"
)
SERVES = re.compile(r"(?<![\w./-])serve(?![\w./-])")  # as a verb of its own: `python -m image_api serve`
ADDRESS = re.compile(r"https?://\S+")
COURSE = re.compile(r"[?&](list|index)=")  # a video of somebody's lectures
HERE = re.compile(r"localhost|127\.0\.0\.1|0\.0\.0\.0|example\.(com|org)|your[-_]|<|shields\.io")
ADDRESS = re.compile(
    r"https?://\S+|localhost:\d+|127\.0\.0\.1|0\.0\.0\.0:\d+|/(predict|health|healthz|docs|recommend|forecast|metrics|api)\b"
)
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
    program = next((each for each in named if not ASSIGNMENT.match(each)), "").lower()
    return bool(PROGRAM.match(program)) or program in phrases.members("programs", "names")


@rule(
    "RUN501",
    "It says how to run it",
    severity=Severity.error,
    weight=4,
    confidence=Confidence.high,
    profiles=SOFTWARE,
    part="how to run",
)
def run_steps(project: Project) -> Verdict:
    """Give the commands to copy, from an empty machine to the first result.

    Why: A project that nobody else can start has not been shown to work.

    Decided: Two different shell commands stand in code, in a block or in a line.

    Ignore: It runs in a browser, and the page links to it.

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
    scope = reading.about("run")
    seen = f"only `{next(iter(found))}`" if found else "no command to copy"
    return failed(f"{seen} was found" + (f" in “{scope.title}”" if scope else ""), scope.line if scope else None)


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
    severity=Severity.error,
    weight=4,
    confidence=Confidence.high,
    profiles=SOFTWARE,
    needs_files=True,
)
def commands_exist(project: Project) -> Verdict:
    """Run every command of the README again after renaming a file, and correct the README.

    Why: The first command that fails is the last one a reviewer tries.

    Decided: In blocks of shell commands, each `python FILE`, `python -m MODULE`, `bash FILE`, `make TARGET`, `pip
    install -r FILE`, `streamlit run FILE` and `docker compose -f FILE` names a file, module or target of the
    repository. What a placeholder stands in, what an earlier `cd` may have changed and what a command makes is not
    judged.

    Ignore: The file comes with another repository that the README clones first.

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
                    return failed(f"`{command}` names {path}, which is not in the repository", code.line)
    return passed(f"{checked} references found") if checked else not_applicable("no command names a file")


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
        case [program, file, *_] if re.fullmatch(r"python[\d.]*|py|bash|sh|source", program) and PATH.search(file):
            yield file
        case ["streamlit", "run", file, *_] if PATH.search(file):
            yield file
        case ["pip" | "pip3", "install", "-r", file, *_]:
            yield file
        case ["make", target, *_] if re.fullmatch(r"[\w-]+", target):
            yield f"make {target}"
        case ["docker", "compose", "-f", file, *_] | ["docker-compose", "-f", file, *_]:
            yield file


def _resolves(project: Project, name: str) -> bool | None:
    """Whether it is there; None where that cannot be said."""
    if PLACEHOLDER.search(name):
        return None
    if name.startswith("-m "):
        module = name[3:]
        top = module.split(".")[0]
        if not any(part == top for folder in project.folders for part in folder.split("/")):
            return None  # a library's, or the standard library's
        path = module.replace(".", "/")
        return (
            any(
                each.endswith((f"/{path}.py", f"/{path}/__init__.py", f"/{path}/__main__.py"))
                for each in _rooted(project)
            )
            or any(f"/{each}/".endswith(f"/{path}/") for each in project.folders)
            or None
        )
    if name.startswith("make "):
        makefiles = [each for each in project.files if PurePosixPath(each).name.lower() in ("makefile", "gnumakefile")]
        texts = [project.read(each) for each in makefiles]
        if any("include " in each or "%" in each for each in texts):
            return None
        return any(re.search(rf"^([\w./-]+\s+)*{re.escape(name[5:])}(\s+[\w./-]+)*\s*:", each, re.M) for each in texts)
    clean = name.replace("\\", "/")
    if clean.startswith(("/", "~", "../")) or "://" in clean:
        return None
    if project.has(clean):
        return True
    # After a `cd`, the same path may stand further down.
    return any(each.endswith(f"/{clean.removeprefix('./')}") for each in _rooted(project))


def _rooted(project: Project) -> Iterator[str]:
    return (f"/{each}" for each in project.files)


@rule(
    "RUN503",
    "Dependencies are declared and locked",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.high,
    needs_files=True,
)
def dependencies(project: Project) -> Verdict:
    """Declare what the code imports, and lock it: a lock file, or exact versions.

    Why: Without them the project runs today, on your machine.

    Decided: There is a file that declares dependencies and is not empty, and a lock file beside it or at least half
    of its requirements pinned with `==`.

    Ignore: The project is a library: its users choose the versions.

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
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.high,
    profiles=SOFTWARE,
    needs_files=True,
)
def dockerfile(project: Project) -> Verdict:
    """Name a version of the base image, run as a user who is not root, and say what starts.

    Why: `latest` builds something else next month, and a service that runs as root is one bug away from the machine.

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
    found = sorted(project.matching(r"(^|/)Dockerfile(\.\w+)?$"), key=lambda each: (each.count("/"), each))
    if not found:
        return not_applicable("there is no Dockerfile")
    text = project.read(found[0])
    if HEREDOC.search(text):
        return unknown(f"{found[0]} has a heredoc, which is not followed")
    instructions = _instructions(text)
    stages = [i for i, (name, _) in enumerate(instructions) if name == "FROM"]
    if not stages:
        return failed(f"{found[0]} has no FROM")
    named = {rest.split()[-1].lower(): i for i in stages if re.search(r"\sas\s", rest := instructions[i][1], re.I)}
    last = instructions[stages[-1] :]
    base = re.sub(r"^(--\S+\s+)+", "", last[0][1]).split()[0]
    while base.lower() in named:  # a stage that builds on an earlier one inherits from it
        start = named.pop(base.lower())
        end = next((i for i in stages if i > start), len(instructions))
        last = [*instructions[start:end], *last[1:]]
        base = re.sub(r"^(--\S+\s+)+", "", instructions[start][1]).split()[0]
    wrong = []
    if "$" not in base and base != "scratch" and "@sha256:" not in base:
        tag = base.rsplit("/", 1)[-1].partition(":")[2]
        if tag in ("", "latest"):
            wrong.append(f"the base image {base} has no version")
    users = [rest.split(":")[0].strip() for name, rest in last if name == "USER"]
    if not users:
        wrong.append("it runs as root: there is no USER")
    elif users[-1] in ("root", "0"):
        wrong.append("it runs as root")
    if not any(name in ("CMD", "ENTRYPOINT") for name, _ in last):
        wrong.append("nothing starts: there is no CMD or ENTRYPOINT")
    return failed(f"{found[0]}: {'; '.join(wrong)}") if wrong else passed()


def _instructions(text: str) -> list[tuple[str, str]]:
    """(INSTRUCTION, rest) of a Dockerfile, continued lines joined and comments left out."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\[ \t]*\n", " ", kept)
    found = (line.strip().split(None, 1) for line in joined.splitlines())
    return [(each[0].upper(), each[1]) for each in found if len(each) == 2]


@rule(
    "RUN506",
    "There is a demo to look at",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.medium,
    needs_words=True,
)
def demo(project: Project) -> Verdict:
    """Link to a place where it runs, or show a short recording of it.

    Why: Most reviewers will not install anything. Ten seconds of it at work are worth the whole page.

    Decided: A link to a host of running apps, a link called demo, app or video that leaves this machine, or a GIF
    or video. Whether it still answers is not checked: nothing is asked over the network.

    Ignore: There is nothing to see, as in a library.

    Pass:
        [Try it](https://leaf-doctor.streamlit.app)

    Fail:
        Open http://localhost:8000
    """
    reading = project.reading
    for image in reading.readme.images:
        if RECORDING.search(image.target) and not re.search(
            r"logo|banner|badge|header|typing|wave", image.target, re.I
        ):
            return passed(line=image.line)
    demos = reading.about("demo")
    in_demo = {(link.line, link.target) for link in demos.links}
    for link in reading.readme.links:
        target, text = link.target.casefold(), link.text.casefold()
        if "://" not in target or HERE.search(target):
            continue
        if phrases.holds(target, "deployment_cues", "hosts") and not re.search(
            r"s3\.|/datasets?|docs\.|blob|\.(csv|zip|md)", target
        ):
            return passed(line=link.line)
        if phrases.holds(target, "demo_cues", "hosts") and not COURSE.search(target):
            if (link.line, link.target) in in_demo or phrases.holds(text, "demo_cues", "words"):
                return passed(line=link.line)
            continue
        is_said = any(
            f" {word} " in phrases.spoken(words(text)) for word in ("demo", "live", "app", "video", "website")
        )
        is_code = re.search(
            r"github\.com|kaggle\.com|linkedin|wikipedia|arxiv|readthedocs|docs\.|docker\.com|python\.org|/docs?/",
            target,
        )
        if (is_said or (link.line, link.target) in in_demo) and not is_code:
            return passed(line=link.line)
    for each in reading.readme.passages:
        found = re.search(r"https?://\S+", each.text)
        if (
            found
            and not HERE.search(found[0])
            and phrases.holds(found[0].casefold(), "deployment_cues", "hosts")
            and "s3." not in found[0]
        ):
            return passed(line=each.line)
    if (
        RECORDING.search(" ".join(link.target for link in demos.links))
        or "user-attachments/assets" in project.readme_text
    ):
        return passed()
    if project.record and not project.has_run:
        return not_applicable("there is nothing to show before the first run")
    return failed("no link to a running demo and no recording was found", demos.line if demos else None)


@rule(
    "RUN508",
    "It says how it is watched",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.medium,
    part="monitoring",
    needs_words=True,
)
def monitoring(project: Project) -> Verdict:
    """Say what is logged, which change raises an alarm, and what to do then; name the command, file or route.

    Why: Models go stale quietly. Who planned for it has run one before.

    Decided: A part about monitoring, drift, logging or alerts with 12 words of prose (30, and a file, route or
    command, in a project made by `portfolio`), or a sentence outside the plans that names what watches the service.

    Ignore: Nothing runs for longer than a minute.

    Pass:
        ## Monitoring

        `python -m image_api monitor` compares the newest answers in `logs/`
        with the photographs that the model was tested on and exits with 1
        on an alarm. When brightness has moved, look at ten photographs
        before you trust the answers; if they are good ones, label some and
        measure on them.

    Fail:
        ## Monitoring

        Planned.
    """
    reading = project.reading
    scope = reading.about("monitoring")
    needed = 30 if project.record else 12
    if scope.size >= needed and (not project.record or re.search(r"`|/|\.\w{2,4}\b", _raw(project, scope.line))):
        return passed(line=scope.line)
    if project.record:
        return failed(f"“{scope.title}” has {scope.size} words" if scope else "no part about monitoring was found")
    plans = reading.about("next_steps").passages
    for each in reading.saying("monitoring_cues", "phrases"):
        if each not in plans and _says_more_than_a_name(each):
            return passed(line=each.line)
    for table in reading.readme.tables:
        cells = phrases.spoken(word for row in table.rows[:50] for cell in row for word in words(cell))
        if phrases.says(cells, "monitoring_cues", "phrases"):
            return passed(line=table.line)
    if scope and (scope.code or scope.tables or scope.images):
        return passed(line=scope.line)
    if scope:
        return failed(f"“{scope.title}” has {scope.size} words of prose", scope.line)
    return failed("no part about monitoring, logs or drift was found")


def _says_more_than_a_name(passage: Passage) -> bool:
    """Whether there are three words beside addresses and the words of links."""
    return len(words(ADDRESS.sub(" ", passage.text))) >= 3 and passage.own_words not in (0, 1, 2)


def _raw(project: Project, line: int) -> str:
    return "\n".join(project.readme_text.splitlines()[line - 1 : line + 40])


@rule(
    "RUN509",
    "It says how it is served to others",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.medium,
    part="deployment",
    needs_words=True,
)
def deployment(project: Project) -> Verdict:
    """Say how it reaches other people: a container, a service, a hosted page; with the command, file or address.

    Why: A model on your laptop helps nobody; the last step is the one most projects lack.

    Decided: A command that builds or serves (docker, uvicorn, streamlit run, kubectl …), an address where it runs,
    or a part about deployment, serving or the API with 15 words and a file, command or address. In a project made
    by `portfolio`, 30.

    Ignore: It is a study that nothing is meant to be served from.

    Pass:
        ## Serving

        `docker compose up --build` starts the API on port 8000 with its
        limits and a volume for the logs.

    Fail:
        ## Deployment

        Can be deployed to the cloud.
    """
    reading = project.reading
    scope = reading.about("deployment")
    plans = {id(each) for each in reading.about("next_steps").passages}
    code = "\n".join(each.text for each in reading.readme.code).casefold()
    if cue := phrases.holds(code, "deployment_cues", "commands"):
        return passed(f"`{cue}`")
    if SERVES.search(code):
        return passed()
    for each in reading.readme.passages:
        text = each.casefolded
        if id(each) in plans:
            continue
        if cue := phrases.holds(text, "deployment_cues", "commands"):
            return passed(f"`{cue}`", each.line)
        if "://" in text and phrases.holds(text, "deployment_cues", "hosts"):
            return passed(line=each.line)
    for link in reading.readme.links:
        if phrases.holds(link.target.casefold(), "deployment_cues", "hosts") and not re.search(
            r"/datasets?|s3\.", link.target
        ):
            return passed(line=link.line)
    enough = 30 if project.record else 15
    names_something = bool(
        scope.code or scope.links or ADDRESS.search(scope.text) or re.search(r"dockerfile|\.ya?ml|\.py\b", scope.text)
    )
    if scope.size >= enough and names_something:
        return passed(line=scope.line)
    if scope and scope.code and ADDRESS.search(scope.text):
        return passed(line=scope.line)
    if scope:
        return failed(f"“{scope.title}” names no command, file or address", scope.line)
    return failed("no command, address or part says how it is served")
