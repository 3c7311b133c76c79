"""COM: can it be seen at a glance, and does everything in it lead somewhere?"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.rules.rule import EVERY, rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, not_applicable, passed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

    from portfolio.audit.project import Project
    from portfolio.readme.model import Image, Link, Passage

FILL = "portfolio:fill"
JINJA = re.compile(
    r"\{\{\s{0,3}(?:cookiecutter\.)?[a-z_][\w.]{0,80}(?:\s{0,3}\|[^{}]{0,80})?\s{0,3}\}\}"
    r"|\{%-?\s{0,3}(?:if|for|endif|endfor|set|include|else|raw|block)\b[^%]{0,200}%\}"
)
OF_A_FORM = re.compile(
    r"\[(?:add|insert|describe|your|enter|write|put|replace|fill in|todo:?)\b[^\]\n]{2,80}\](?!\()"
    r"|\((?:add|insert)\b[^)\n]{2,80}\bhere\)"
    r"|\(replace (?:it )?with [^)\n]{0,60}\b(?:url|link|screenshot|image|demo)\)",
    re.I,
)
NOT_A_LETTER = re.compile(r"[^\w]")
OF_A_HOST = re.compile(r"top$|readme|l\d+(?:c\d+)?(?:l\d|$)")  # a file's page, or its lines
CLONE_OF_NOBODY = re.compile(
    r"git clone \S{0,120}?(?:<[^<>\n]{2,60}>|\byour[-_ ]?(?:user)?name\b|\byour[-_]?(?:github|repo)|\busername/repo)",
    re.I,
)
CONFLICT = re.compile(r"(?m)^(?:<{7} |>{7} )\S")
OUTWARD = re.compile(r"^([a-z][a-z0-9+.-]*:|//|www\.)", re.I)
FILLER = "lorem ipsum"
DRAWN = frozenset("│┃║▼▲↓↑├└┌┐┘┤┬┴┼─━═")
MOST_DRAWINGS, LONGEST_DRAWING = 300, 40  # lines of each
OF_A_TREE = re.compile(r"(?m)^[ \t│|]{0,60}(?:├──|└──|├─|└─|\|--|`--|\+--) ?([\w.@-][\w.@-]{0,80}/?)(?=[ \t]|$)")
MADE_LATER = re.compile(  # folders that a run fills, or that are not for everybody
    r"\b\.?(?:data\w{0,20}|raw|processed|interim|external|models?|checkpoints?|weights|saved?_\w{1,20}|logs?|runs?|outputs?|results?"
    r"|reports?|figures?|plots?|artifacts?|artefacts|cache|te?mp|build|dist|target|node_modules|v?env|mlruns|wandb|uploads?"
    r"|static|media|images?|assets|db|\w{0,20}(?:store|index|db|cache)|__pycache__|secrets|git)/",
    re.I,
)
KEPT = re.compile(
    r"\.(?:py|ipynb|md|rst|r|rmd|sh|ya?ml|toml|js|ts|tsx)$|^(?:Dockerfile|Makefile|LICENSE|requirements\.txt)$", re.I
)
OPENING = 4  # passages, at the top and at the end, where a template speaks of itself


@rule(
    "COM603",
    "Local links lead somewhere",
    gap="A local link leads nowhere",
    severity=Severity.error,
    weight=2,
    confidence=Confidence.high,
    profiles=EVERY,
    needs_files=True,
)
def links(project: Project) -> Verdict:
    """Repair or remove each link to a file, folder or heading that does not exist.

    Why: A dead link in your own README says that nobody read it after it was written.

    Decided: Each link to a path leads to a tracked file or folder, with the same upper and lower case; each `#anchor`
    is a heading or an `id`. Addresses of other hosts are not checked.

    Ignore: The file is made by a release.

    Pass:
        See the [model card](MODEL_CARD.md).

    Fail:
        See the [model card](docs/removed.md).
    """
    from urllib.parse import unquote

    readme, broken, checked = project.readme, [], 0
    anchors = set(map(_plain, readme.link_targets))
    for link in readme.links:
        target = link.target.strip()
        if not target or OUTWARD.match(target) or "{{" in target or target.startswith(("../../", "<")):
            continue
        path, _, anchor = unquote(target).partition("#")
        path = path.partition("?")[0]
        checked += 1
        if path and project.record and not project.has_run and path == project.results_path:
            continue  # the first run writes it
        if path:
            if not _is_there(project, path):
                broken.append((link.line, f"[{link.text}]({link.target})"))
        elif anchor and not _is_anchor(anchor, anchors):
            broken.append((link.line, f"[{link.text}](#{anchor})"))
    if broken:
        more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
        lead = "leads" if len(broken) == 1 else "lead"
        return failed(", ".join(text for _, text in broken[:3]) + f"{more} {lead} nowhere", broken[0][0])
    return passed(f"{checked} links followed") if checked else not_applicable("it has no local link")


def _is_there(project: Project, path: str) -> bool:
    if path.startswith("../"):  # issues, wiki, actions: of the host
        return True
    base = (project.readme_path or "").rpartition("/")[0]
    plain = path.lstrip("/")
    return project.has(plain) or (bool(base) and project.has(f"{base}/{plain}"))


def _is_anchor(anchor: str, known: Set[str]) -> bool:
    """As a browser finds it, or a host that shows a file's lines."""
    plain = _plain(anchor)
    return plain in known or plain.removeprefix("usercontent") in known or bool(OF_A_HOST.match(plain))


def _plain(anchor: str) -> str:
    """Without case, and the marks that hosts strip differently."""
    return NOT_A_LETTER.sub("", anchor.casefold())


@rule(
    "COM608",
    "The page renders as it was meant",
    gap="The page does not render as it was meant",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.high,
    profiles=EVERY,
)
def renders(project: Project) -> Verdict:
    """Close each block of code, and leave an empty line between a sentence and a line of dashes.

    Why: Half a page in gray letters tells a reviewer that its author never looked at it.

    Decided: No block of code stays open while headings follow, no sentence of eight words stands right above a line of
    dashes, which makes it a heading, no table lacks the dashes below its first row, and no drawing of lines and arrows
    stands outside of a block of code.

    Ignore: Another system renders it, and it looks right there.

    Pass:
        ```console
        python train.py
        ```

    Fail:
        The model was trained on the photographs of three whole summers.
        ---
    """
    for slip in project.readme.slips:
        return failed(slip.message, slip.line)
    lines = project.readme_text.split("\n")
    marked = (each for each in project.readme.passages if each.text[:1] == "|" or not DRAWN.isdisjoint(each.text))
    for passage in itertools.islice(marked, MOST_DRAWINGS):
        below = lines[passage.line - 1 : passage.line - 1 + LONGEST_DRAWING]
        wrong = _runs_together(list(itertools.takewhile(str.strip, below)))
        if wrong and project.place(passage.line)[0] == project.readme_path:
            return failed(wrong, passage.line)
    return passed()


def _runs_together(block: Sequence[str]) -> str:
    """What is wrong with lines that are shown as one; empty if nothing is."""
    rows = sum(line.strip().startswith("|") and line.count("|") >= 3 for line in block)
    if rows >= 2 and rows == len(block):
        return "rows of a table, without the line of dashes below the first, are shown as text"
    drawn = sum(DRAWN.issuperset("".join(line.split())) or line.strip().startswith(("├", "└")) for line in block)
    return "a drawing outside of a block of code is shown in one line" if drawn >= 2 else ""


@rule(
    "COM609",
    "The files it lists are there",
    gap="It lists files that are not there",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.medium,
    profiles=EVERY,
    needs_files=True,
)
def listed_files(project: Project) -> Verdict:
    """List the files that are in the repository, or commit those that are missing.

    Why: A tree of files is a map; a reviewer who follows it to a script that is not there stops believing the rest.

    Decided: In a block of code drawn as a tree, each program, notebook, page, configuration and folder is in the
    repository under that name; folders that a run fills are not asked for. Where less than half of them are, it is
    another folder's tree and is not judged.

    Ignore: A build makes the file.

    Pass:
        ```
        ├── LICENSE
        └── README.md
        ```

    Fail:
        ```
        ├── README.md
        ├── LICENSE
        └── removed.py
        ```
    """
    there = {path.rpartition("/")[2] for path in project.files}
    there |= {f"{path.rpartition('/')[2]}/" for path in project.folders}
    left_out = project.read(".gitignore")
    for code in project.readme.code:
        named = dict.fromkeys(found[1].strip() for found in OF_A_TREE.finditer(code.text))
        listed = [name for name in named if KEPT.search(name) or (name[-1] == "/" and not MADE_LATER.fullmatch(name))]
        missing = [name for name in listed if name not in there and name not in left_out]
        if missing and len(missing) <= len(listed) / 2:
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            return failed(f"{', '.join(missing[:3])}{more} not in the repository", code.line)
    return passed()


@rule(
    "COM604",
    "No leftovers of a template",
    gap="Words of a template are left over",
    severity=Severity.error,
    weight=4,
    caps_score=True,
    confidence=Confidence.high,
    profiles=EVERY,
)
def leftovers(project: Project) -> Verdict:
    """Fill in what a template left open, and delete the comment that asks for it.

    Why: "[Add description here]" tells a reviewer that nobody looked at the page before sending it.

    Decided: A `portfolio:fill` comment, a `{{ name }}` or `{% tag %}` in prose, or a bracket that asks for text
    ("[Add …]", "[Your name]", "(Add … here)"), a link to "link", the first sentence of a well-known template, or a
    conflict that git left, or a `git clone` of nobody's address (`<your-repo-url>`) where no reader is asked to fork.
    Other code, BibTeX, workflow expressions and the word TODO are left alone.

    Ignore: The page is about templates.

    Pass:
        ## Limitations

        One photograph shows one leaf.

    Fail:
        ## Limitations

        <!-- portfolio:fill RFL701: two things it cannot do -->
    """
    for message, line in _leftovers(project):
        return failed(message, line)
    return passed()


def _leftovers(project: Project) -> Iterator[tuple[str, int]]:
    """(what was left, its line), the surest first."""
    readme = project.readme
    for comment in readme.comments:
        if comment.text.startswith(FILL):
            yield f"still to be filled in: {comment.text.removeprefix(FILL).strip()}", comment.line
    opening = {*readme.passages[:OPENING], *readme.passages[-OPENING:]}
    for passage in readme.passages:
        if "${{" not in passage.text and (quote := _left_in(passage, passage in opening)):
            yield f"“{quote}” is a template's", passage.line
    if "fork" not in project.reading.everything:  # there, each reader clones a copy of their own
        for code in readme.code:
            clone = CLONE_OF_NOBODY.search(code.text)
            if clone and "fork" not in clone[0] and project.place(code.line)[0] == project.readme_path:
                yield f"`{clone[0]}` has no address yet", code.line
    conflict = CONFLICT.search(project.readme_text)
    if conflict and not any(CONFLICT.search(code.text) for code in readme.code):  # there, one is explained
        line = project.readme_text.count("\n", 0, conflict.start()) + 1
        yield "a conflict that git left is not resolved", line
    pointing: list[Link | Image] = [*readme.links, *readme.images]
    for link in pointing:
        if link.target.casefold().strip("<>()") in phrases.members("untouched", "addresses"):
            yield f"a link leads to “{link.target}”, which stands for an address", link.line
    for section in readme.sections:
        if placeholder := JINJA.search(section.title):
            yield f"“{placeholder[0]}” is a template's", section.line


def _left_in(passage: Passage, is_at_an_end: bool) -> str | None:
    """What a template left in a passage; its first sentence is looked for at the ends of the page."""
    if FILLER in passage.casefolded:
        return FILLER
    if not (is_at_an_end or any(mark in passage.prose for mark in "{[(")):
        return None
    placeholder = JINJA.search(passage.prose) or OF_A_FORM.search(passage.prose)
    return placeholder[0] if placeholder else phrases.holds(passage.casefolded, "untouched", "sentences")
