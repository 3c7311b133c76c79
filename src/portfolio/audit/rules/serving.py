"""RUN, second half: how does it run for others, and who would notice if it stopped working?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.rules.rule import SHOWN, rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, not_applicable, passed
from portfolio.readme.words import spoken, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.project import Project
    from portfolio.audit.topics import Scope
    from portfolio.readme.model import Link, Passage

UPLOADED = "user-attachments/assets"  # where a host keeps what was dropped into a page
RECORDING = re.compile(rf"\.(gif|mp4|webm|mov)(\?.*)?$|{UPLOADED}", re.I)
DECORATION = re.compile(r"logo|banner|badge|header|typing|wave", re.I)
COURSE = re.compile(r"[?&](list|index)=")  # a video of somebody's lectures
# Of this machine, or of nobody.
NOT_OUTSIDE = re.compile(r"localhost|127\.0\.0\.1|0\.0\.0\.0|example\.(com|org)|your[-_]|<|shields\.io")
OF_CODE = re.compile(
    r"github\.com|kaggle\.com|linkedin|wikipedia|arxiv|readthedocs|docs\.|docker\.com|python\.org|/docs?/"
)
OF_DATA = re.compile(r"s3\.|/datasets?|docs\.|blob|\.(csv|zip|md)")
SHORTEST_NAME = 5  # letters of a title; a shorter one stands in many addresses
DEMO_WORDS = (" demo ", " live ", " app ", " video ", " website ")
OPENS_THERE = re.compile(r"colab\.research\.google\.com|mybinder\.org/v2|kaggle\.com/code/|deepnote\.com/launch")
FILMED = re.compile(
    r"\b(?:demo|video|walkthrough|recording)\b[^\n]{0,60}\b(?:youtu\.be/|youtube\.com/watch|loom\.com/share)", re.I
)
WATCHED = re.compile(
    r"\b(?:youtu\.be/|youtube\.com/watch\?v=|loom\.com/share|vimeo\.com/\d)(?!\S{0,80}[?&](?:list|index)=)"
)
URL = re.compile(r"https?://\S+")
SERVES = re.compile(r"(?<![\w./-])serve(?![\w./-])")  # as a verb of its own: `python -m image_api serve`
SERVED_AT = re.compile(
    r"https?://\S+|localhost:\d+|127\.0\.0\.1|0\.0\.0\.0:\d+"
    r"|/(predict|health|healthz|docs|recommend|forecast|metrics|api)\b"
)
NAMES_A_FILE = re.compile(r"dockerfile|\.ya?ml|\.py\b|\bmake [a-z]\w*_\w+|\bterraform\b")
RUNS_ON = re.compile(  # a sentence that says where it runs, and not where it may
    r"(?<!\bbe )\b(?:deployed|hosted|served|runs|running)\b[^.\n]{0,60}\b"
    r"(?:kubernetes|k8s|GKE|EKS|AKS|cloud run|app engine|ECS|fargate|EC2|AWS lambda|sagemaker|vertex ai|heroku|"
    r"railway|fly\.io|streamlit (?:community )?cloud|hugging ?face spaces?|azure (?:app service|container apps))\b",
    re.I,
)
SERVED_BY = re.compile(
    r"(?:^|/)(?:procfile|app\.(?:py|r)|serve\.py|streamlit_app\.py|serverless\.ya?ml"
    r"|dags/.{1,80}\.py)$|(?:^|/)(?:k8s|kubernetes|helm|deploy(?:ment)?|terraform)/",
    re.I,
)
COMMAND_OR_FILE = re.compile(r"`|/|\.\w{2,4}\b")


@rule(
    "RUN506",
    "There is a demo to look at",
    gap="There is no demo to look at",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.medium,
    needs_words=True,
    profiles=SHOWN,
)
def demo(project: Project) -> Verdict:
    """Link to a place where it runs, or show a short recording of it.

    Why: Most reviewers will not install anything. Ten seconds of the running project are worth a page of text.

    Decided: There is a link to a host of running apps or one that opens a notebook in the browser, a link called demo,
    app or video that leaves this machine, one to a front page that is called like the project, or a GIF or video.
    Whether the link still answers is not checked, as nothing is asked over the network.

    Ignore: There is nothing to see, as in a library.

    Pass:
        [Try it](https://leaf-doctor.streamlit.app)

    Fail:
        Open http://localhost:8000
    """
    demos = project.reading.about("demo")
    if line := line_of_a_demo(project):
        return passed(line=line)
    if project.record and not project.has_run:
        return not_applicable("there is nothing to show before the first run")
    line = demos.line if demos else None
    if found := project.evidence.demo:
        address, path = found
        return failed(f"{path} names {address}, and the README does not link to it", line, f"[Try it]({address})")
    return failed("no link to a running demo and no recording was found", line)


def line_of_a_demo(project: Project) -> int | None:
    """The line of a recording, or of where it runs."""
    demos = project.reading.about("demo")
    evidence = (_recorded(project, demos), _linked_demo(project, demos), _demo_in_text(project))
    return next(filter(None, evidence), None)


def _recorded(project: Project, demos: Scope) -> int | None:
    """The line of a recording."""
    for image in project.readme.images:
        if RECORDING.search(image.target) and not DECORATION.search(image.target):
            return image.line
    for link in demos.links:
        if RECORDING.search(link.target):
            return link.line
    if UPLOADED in project.readme_text:
        return project.readme_text.count("\n", 0, project.readme_text.index(UPLOADED)) + 1
    return None


def _linked_demo(project: Project, demos: Scope) -> int | None:
    """The line of a link to where it runs."""
    in_demo = {(link.line, link.target) for link in demos.links}
    title = project.reading.title.title if project.reading.title else ""
    first = next((each.line for each in project.readme.sections if each.level and each is not project.reading.title), 0)
    for link in project.readme.links:
        if _leads_to_a_demo(link, (link.line, link.target) in in_demo, title, link.line < first):
            return link.line
    return None


def _leads_to_a_demo(link: Link, is_in_demo: bool, title: str, is_early: bool) -> bool:
    target, text = link.target.casefold(), link.text.casefold()
    if "://" not in target or NOT_OUTSIDE.search(target):
        return False
    if OPENS_THERE.search(target):
        return True
    if _is_own_site(target, text, title, is_early):
        return True
    if phrases.holds(target, "deployment_cues", "hosts") and not OF_DATA.search(target):
        return True
    if phrases.holds(target, "demo_cues", "hosts") and not COURSE.search(target):
        return is_in_demo or bool(phrases.holds(text, "demo_cues", "words"))
    is_called = any(word in spoken(words(text)) for word in DEMO_WORDS)
    return (is_called or is_in_demo) and not OF_CODE.search(target)


def _is_own_site(target: str, text: str, title: str, is_early: bool) -> bool:
    """Whether an address is the project's own: a front page, called like the project or alone before its first part."""
    host, _, path = target.partition("://")[2].removeprefix("www.").partition("/")
    if path or OF_CODE.search(target):
        return False
    if text.removeprefix("www.").rstrip("/") == host:
        return is_early
    name = "".join(words(title))
    return len(name) >= SHORTEST_NAME and name in "".join(words(host)).replace("-", "")


def _demo_in_text(project: Project) -> int | None:
    """The line of an address of a host of running apps that stands as text."""
    titled = [(section.line, section.title) for section in project.readme.sections]
    watched = project.reading.about("demo").passages
    for passage in watched:
        if WATCHED.search(passage.text):
            return passage.line
    for line, text in [(passage.line, passage.text) for passage in project.readme.passages] + titled:
        url = URL.search(text)
        is_outside = url is not None and not NOT_OUTSIDE.search(url[0]) and "s3." not in url[0]
        if FILMED.search(text):
            return line
        if url and is_outside and phrases.holds(url[0].casefold(), "deployment_cues", "hosts"):
            return line
    return None


@rule(
    "RUN508",
    "It says how it is monitored",
    gap="Nothing says how it is monitored",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.medium,
    part="monitoring",
    topics=("monitoring",),
    needs_words=True,
)
def monitoring(project: Project) -> Verdict:
    """Say what is logged, which change raises an alarm, and what to do then; name the command, file or route.

    Why: Models go stale without anybody noticing. A plan for it shows that you have run a service before.

    Decided: There is a part about monitoring, drift, logging or alerts with 12 words of prose (30, and a file, route or
    command, in a project made by `portfolio`), or a sentence outside the plans that names what watches the service.

    Where nothing is served or scheduled, this is not asked.

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
    if project.record:
        return _own_monitoring(project, scope)
    if scope.size >= 12:
        return passed(line=scope.line)
    for passage in reading.saying("monitoring_cues", "phrases"):
        if passage not in reading.about("next_steps") and _says_more_than_a_name(passage):
            return passed(line=passage.line)
    for table in reading.readme.tables:
        cells = spoken(word for row in table.rows[:50] for cell in row for word in words(cell))
        if phrases.says(cells, "monitoring_cues", "phrases"):
            return passed(line=table.line)
    if scope and (scope.code or scope.tables or scope.images):
        return passed(line=scope.line)
    if scope:
        return failed(f"“{scope.title}” has {scope.size} words of prose", scope.line)
    if not _goes_on_running(project):
        return not_applicable("nothing of it is served, so there is nothing to watch")
    return failed("no part about monitoring, logs or drift was found")


def _goes_on_running(project: Project) -> bool:
    """Whether its prose or its files speak of something that answers others, or works again and again."""
    return not phrases.members("serving", "words").isdisjoint(project.reading.vocabulary) or bool(
        project.matching(SERVED_BY)
    )


def _own_monitoring(project: Project, scope: Scope) -> Verdict:
    """Of a project made by `portfolio`, more is asked."""
    lines = project.readme_text.splitlines()[scope.line - 1 : scope.line + 40]
    if scope.size >= 30 and COMMAND_OR_FILE.search("\n".join(lines)):
        return passed(line=scope.line)
    return failed(f"“{scope.title}” has {scope.size} words" if scope else "no part about monitoring was found")


def _says_more_than_a_name(passage: Passage) -> bool:
    """Whether there are three words beside addresses and the words of links."""
    return len(words(URL.sub(" ", passage.text))) >= 3 and passage.own_words not in (0, 1, 2)


@rule(
    "RUN509",
    "It says how it is served to others",
    gap="Nothing says how others can use it",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.medium,
    part="deployment",
    topics=("deployment",),
    needs_words=True,
)
def deployment(project: Project) -> Verdict:
    """Say how other people can use it: a container, a service or a hosted page, with its command, file or address.

    Why: A model on your laptop helps nobody, and the last step is the one that most projects lack.

    Decided: There is a command that builds or serves (docker, uvicorn, streamlit run, kubectl …), an address where it
    runs, or a part about deployment, serving or the API with 15 words (30 in a project made by `portfolio`) and a file,
    command or address.

    Ignore: It is a study, and nothing is meant to be served.

    Pass:
        ## Serving

        `docker compose up --build` starts the API on port 8000 with its
        limits and a volume for the logs.

    Fail:
        ## Deployment

        Can be deployed to the cloud.
    """
    for verdict in _ways_to_serve(project):
        return verdict
    scope = project.reading.about("deployment")
    has_address = bool(SERVED_AT.search(scope.text))
    names_something = bool(scope.code or scope.links or has_address or NAMES_A_FILE.search(scope.text))
    is_long = scope.size >= (30 if project.record else 15)
    if (is_long and names_something) or (scope and scope.code and has_address):
        return passed(line=scope.line)
    if scope:
        return failed(f"“{scope.title}” names no command, file or address", scope.line)
    return failed("no command, address or part says how it is served")


def _ways_to_serve(project: Project) -> Iterator[Verdict]:
    """A command that serves, in code or in a sentence, and an address where it runs; not those of the plans."""
    reading = project.reading
    plans = reading.about("next_steps")
    for code in reading.readme.code:
        if command := phrases.holds(code.text.casefold(), "deployment_cues", "commands"):
            yield passed(f"`{command}`")
        if SERVES.search(code.text.casefold()):
            yield passed()
    for passage in reading.readme.passages:
        text = passage.casefolded
        if passage in plans:
            continue
        if command := phrases.holds(text, "deployment_cues", "commands"):
            yield passed(f"`{command}`", passage.line)
        if RUNS_ON.search(passage.text):
            yield passed(line=passage.line)
        if "://" in text and phrases.holds(text, "deployment_cues", "hosts"):
            yield passed(line=passage.line)
    for link in reading.readme.links:
        is_of_data = re.search(r"/datasets?|s3\.", link.target)
        if phrases.holds(link.target.casefold(), "deployment_cues", "hosts") and not is_of_data:
            yield passed(line=link.line)
