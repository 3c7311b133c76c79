"""COM, second half: what can be seen at a glance: a diagram, pictures that are real, something to look at."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.metric_tables import metric_tables, states_a_measure
from portfolio.audit.pictures import SUFFIXES
from portfolio.audit.rules.communication import OUTWARD
from portfolio.audit.rules.rule import EVERY, SHOWN, rule
from portfolio.audit.rules.serving import line_of_a_demo
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, not_applicable, passed
from portfolio.readme.words import spoken, words

if TYPE_CHECKING:
    from portfolio.audit.project import Project
    from portfolio.audit.topics import Scope
    from portfolio.readme.model import Code, Image, Readme

JOINS = re.compile(r"-->|---|-\.->|==>|->>|-->>|\|>|--o|--x|<-->|:")
JOINED = re.compile(r"(?:-->|->>|==>|-\.->|---)[ \t]{0,9}(?:\|[^|\n]{0,80}\|)?[ \t]{0,9}(\w+)")
NODES = re.compile(r"\b([A-Za-z_][\w-]*)\s*(?:[\[({>|]|-->|---|-\.|==>|->>|-->>|$)")
ARROW = re.compile(r"[▶►→⟶⇒]|(?<![-─=])(?:[-─]+|=+)>")
DRAWN = re.compile(r"[▼▲▶►◄◀→←⟶⇒↓↑]|-->|<--|=>|\+-{3,80}\+|[┌┐┘╔╗]|^\s*[v|]\s*$")
TREE = re.compile(r"[├└]─{1,4}[ \t]|\|--")  # a branch, and not the corner of a box
REMARK = re.compile(r"\s{0,20}[\w./-]{1,60}\.\w{1,10}\s{0,20}(?:→|->|=>)")  # on a file that is named before it
FIRST_SCREEN = 40  # lines of a page
SMALLEST = (200, 100)  # pixels; below it is an icon


def is_picture(image: Image) -> bool:
    """Whether it shows something of the project: no badge, logo or banner."""
    if not image.target or phrases.holds(image.target.casefold(), "pictures", "badges"):
        return False
    return not phrases.says(_caption_words(image), "pictures", "decoration")


def _caption_words(image: Image) -> str:
    """The words of its alternative text and of its file's name."""
    return spoken(words(re.sub(r"[-_.%\d]+", " ", f"{image.alt} {image.target.rsplit('/', 1)[-1]}")))


def _is_diagram(code: Code) -> bool:
    """Mermaid with at least three nodes and two edges."""
    if code.language != "mermaid":
        return False
    edges = [line for line in code.text.splitlines() if _is_an_edge(line) and not line.strip().startswith("%%")]
    nodes = {*NODES.findall(code.text), *JOINED.findall(code.text)}
    return len(edges) >= 2 and len(nodes) >= 3


def _is_an_edge(line: str) -> bool:
    """Whether it joins one thing to another."""
    joined = JOINS.search(line)
    return joined is not None and bool(words(line[: joined.start()]) and words(line[joined.end() :]))


@rule(
    "COM601",
    "A diagram shows how it works",
    gap="No diagram shows how it works",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.high,
    part="diagram",
    topics=("architecture",),
    needs_words=True,
)
def diagram(project: Project) -> Verdict:
    """Draw the pipeline from data to answer, in Mermaid or as a picture: five to ten boxes are enough.

    Why: One look at a diagram says more than a page of text, and shows that there is a pipeline.

    Decided: There is a Mermaid block with three nodes and two edges, or a picture that is called architecture,
    pipeline, workflow, diagram or system design or stands below such a heading. Boxes drawn with characters count too.

    Ignore: There is only one step.

    Pass:
        ```mermaid
        flowchart LR
          photographs --> train --> model[ONNX model]
          model --> api[REST API] --> log
        ```

    Fail:
        ```mermaid
        flowchart LR
          model
        ```
    """
    readme, here = project.readme, project.reading.about("architecture")
    if line := _line_of_diagram(readme, here):
        return passed(line=line)
    small = next((code for code in readme.code if code.language == "mermaid"), None)
    if small:
        return failed("the Mermaid block has fewer than three nodes or two edges", small.line)
    return failed("no diagram of the pipeline or the architecture was found", here.line if here else None)


def _line_of_diagram(readme: Readme, here: Scope) -> int | None:
    """The line of a Mermaid block, else of a picture that is called or placed as a diagram, else of drawn boxes."""
    mermaid = (code.line for code in readme.code if _is_diagram(code))
    placed = {(image.line, image.target) for image in here.images}
    pictures = (
        image.line
        for image in readme.images
        if is_picture(image)
        and ((image.line, image.target) in placed or phrases.says(_caption_words(image), "pictures", "diagrams"))
    )
    below_a_heading = (
        section.line
        for section in readme.sections
        if any(map(is_picture, section.images)) and phrases.says(spoken(words(section.title)), "pictures", "headings")
    )
    drawn = (
        code.line
        for code in readme.code
        if code.language in ("", "text", "txt", "plaintext") and _is_drawn_with_characters(code.text)
    )
    return next(itertools.chain(mermaid, pictures, below_a_heading, drawn), None)


def _is_drawn_with_characters(text: str) -> bool:
    lines = text.splitlines()
    if "┌" not in text and sum(bool(TREE.search(line)) for line in lines) >= 2:  # a list of files
        return False
    return sum(map(_has_an_arrow, lines)) >= 3 or any(len(ARROW.findall(line)) >= 3 for line in lines)


def _has_an_arrow(line: str) -> bool:
    """From one thing to another; what follows the name of a file is a remark."""
    return bool(DRAWN.search(line)) and not REMARK.match(line)


@rule(
    "COM602",
    "The pictures are real",
    gap="A picture is missing, broken or empty",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.high,
    profiles=EVERY,
    needs_files=True,
)
def pictures(project: Project) -> Verdict:
    """Commit each picture that the README shows, at least 200 by 100 pixels, with alternative text that says what it
    shows.

    Why: A broken picture is the first thing that people see, and a picture without alternative text excludes people who
    cannot see it.

    Decided: Each picture of the repository, except badges and logos, is there, can be opened, is 200 x 100 pixels or
    larger and has more than one color. In a project made by `portfolio` it also needs alternative text.

    Ignore: The pictures are made by a build.

    Pass:
        ![Macro F1 of every model, with intervals](figures/results.png)

    Fail:
        ![](blank.png)
    """
    from urllib.parse import unquote

    looked = 0
    for image in project.readme.images:
        if OUTWARD.match(image.target) or not image.target or not is_picture(image):
            continue
        path = unquote(image.target.partition("#")[0].partition("?")[0]).lstrip("/")
        if not project.has(path) and not (project.record and project.file(path)):
            return failed(f"{image.target} is not in the repository", image.line)
        looked += 1
        if wrong := _wrong_with(project, path):
            return failed(f"{image.target} {wrong}", image.line)
        if project.record and not image.alt:
            return failed(f"{image.target} has no alternative text", image.line)
    return passed(f"{looked} pictures looked at") if looked else not_applicable("it shows no picture of its own")


def _wrong_with(project: Project, path: str) -> str:
    """What is wrong with a picture, in words that follow its name; empty if nothing is."""
    file = project.file(path)
    if file is None or file.suffix.lower() not in SUFFIXES:
        return ""
    if project.content(path, most=200).startswith(b"version https://git-lfs"):
        return ""
    match project.picture(path):
        case str(reason):
            return f"cannot be opened ({reason})"
        case seen if seen.width < SMALLEST[0] or seen.height < SMALLEST[1]:
            return f"is only {seen.width} x {seen.height} pixels"
        case seen:
            return "is all of one color" if seen.is_flat else ""


@rule(
    "COM607",
    "There is something to look at",
    gap="There is nothing to look at",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.high,
    part="something to look at",
    profiles=SHOWN,
)
def visual(project: Project) -> Verdict:
    """Show a plot of the result, a screenshot or a diagram near the top.

    Why: People look at pictures first, and read a page without one last.

    Decided: There is a diagram (Mermaid, or boxes drawn with characters), or a picture or recording that is not a
    badge, logo, icon or banner, or a link to where it runs.

    Ignore: There is nothing to see.

    Pass:
        ![Macro F1 of every model, with intervals](figures/results.png)

    Fail:
        ![build](https://img.shields.io/badge/build-passing-green.svg)
    """
    readme = project.reading.readme
    for image in readme.images:
        if is_picture(image):
            return passed(line=image.line)
    if line := _line_of_diagram(readme, project.reading.about("architecture")):
        return passed(line=line)
    if re.search(r"user-attachments/assets|\.(gif|mp4)\b", " ".join(link.target for link in readme.links)):
        return passed()
    if any(
        re.search(r"https://(github\.com/[\w/-]+|[\w.-]+)/assets/|user-attachments/assets", each.text)
        for each in readme.passages
    ):
        return passed()
    if line := line_of_a_demo(project):
        return passed("it can be tried where it runs", line)
    line = readme.images[0].line if readme.images else None
    seen = "only badges, logos or banners are shown" if readme.images else "no picture, plot or screenshot is shown"
    has = project.evidence
    if has.plot:
        return failed(f"{has.plot} is in the repository, and no page shows it", line, has.plot_line)
    if has.plotting_notebook:
        return failed(f"{seen}; {has.plotting_notebook} has plots among its outputs: save one as a file", line)
    return failed(seen, line)


@rule(
    "COM605",
    "The first screen shows the result",
    gap="The first screen does not show the result",
    severity=Severity.info,
    weight=2,
    confidence=Confidence.medium,
)
def first_screen(project: Project) -> Verdict:
    """Move your best picture and your result, with what it is compared with, into the first lines of the README.

    Why: A recruiter gives a page two minutes, and decides by its first screen whether to give them.

    Decided: A picture (no badge or logo) or a measured number stands in its first 40 lines. Where it has neither, this
    is not asked.

    Ignore: The page is shorter than two screens.

    Pass:
        # House prices in Lisbon

        RMSE 41,000 EUR, against 96,000 for the mean of the district.

        ![Predicted and actual prices](figures/results.png)

    Fail:
        # House prices in Lisbon

        (60 lines on the set-up, then the first picture)
    """
    readme = project.reading.readme
    pictures = [image for image in readme.images if is_picture(image)]
    results = [table.line for table in metric_tables(readme)]
    results += [each.line for each in filter(states_a_measure, project.reading.prose)]
    first = min([*(image.line for image in pictures[:1]), *results], default=0)
    if not first:
        return not_applicable("it shows no picture and no result yet")
    if first <= FIRST_SCREEN:
        return passed(line=first)
    if pictures:
        shown = f"![{pictures[0].alt}]({pictures[0].target})"
        return failed(f"the first picture stands on line {pictures[0].line}: move {shown} up", pictures[0].line)
    return failed(f"the first result stands on line {first}", first)
