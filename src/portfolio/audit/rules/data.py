"""DAT: where do the data come from, may they be used, and what is in them?"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.kind import LLM
from portfolio.audit.rules.first_run import has_not_run, needs_run
from portfolio.audit.rules.rule import TRAINED, rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, not_applicable, passed
from portfolio.readme.words import spoken, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portfolio.audit.project import Project
    from portfolio.audit.topics import Scope
    from portfolio.readme.model import Code, Link, Passage

DATA_FILE = re.compile(
    r"(?<![\w./-])[\w./-]{1,200}\.(csv|tsv|parquet|xlsx?|jsonl?|feather|arff|sqlite|db|npz|h5|zip|data)\b|\bdata/\w*",
    re.I,
)
READERS_OWN = re.compile(
    r"\b(?:your|their|the user[’']?s|users[’']?) (?:own )?(?:documents?|pdfs?|files?|notes|knowledge base|data)\b"
    r"|\bupload(?:s|ed|ing)? (?:a |an |any |your |own |multiple |one or more )?(?:\w+ )?(?:documents?|pdfs?|files?)\b"
    r"|\buser-(?:provided|uploaded|supplied)\b"
)
OWN_DOCUMENTS = "the reader brings the documents"
BESIDE = re.compile(
    r"\b(?:repo(?:sitory)?|folder|directory)\b[^.\n]{0,40}\b(?:contains?|includes?|holds?|has)\b[^.\n]{0,40}\bdata(?:set)?s?\b"
    r"|\bdata(?:set)?s?\b[^.\n]{0,60}\b(?:included|bundled|provided|stored|located|available)\b[^.\n]{0,30}"
    r"\b(?:in|with|under)\b[^.\n]{0,20}\b(?:repo|repository|folder|directory)\b",
    re.I,
)
OF_DATA = re.compile(r"(?:^|/)\w{0,30}data\w{0,30}/|\.(?:csv|tsv|parquet|xlsx?|jsonl|feather|arff|npz|h5)$", re.I)
GENERATED = re.compile(r"\b(generated|synthetic|simulated|simulation|drawn by)\b")
SCRIPT = re.compile(r"(?<![\w./-])[\w./-]{1,200}\.(py|ipynb|sh|r)\b", re.I)
NUMBER_WORDS = frozenset(
    {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "hundreds", "thousands"}
)
REACH = 4  # words from a number to its unit: "60000 32x32 RGB images"
DATA_HOST = re.compile(
    r"\b(?:www\.)?(?:kaggle\.com/(?!code)[\w-]+|archive\.ics\.uci\.edu|zenodo\.org|openml\.org)/[\w]"
)
ELSEWHERE = re.compile(r"https?://(?!localhost|127)\S+")
NO_SOURCE = re.compile(r"visuali[sz]ation|figure|plot|output|result|submission|model|processed", re.I)
TAKEN_FROM = re.compile(  # a site or a body with a name, which can be asked
    r"\b(?:collect|scrap|crawl|download|obtain|gather|sourc|retriev|extract|pull|provid|publish|releas|tak)(?:e|ed|en|ing|es)?d?\b"
    r"[^.\n]{0,60}\b(?:from|by|of)\s(?:the\s)?[A-Z][\w&-]{2}"
)
NUMBERED = re.compile(
    r"\b[A-Z][A-Za-z]{2,20}[-_ ]?\d{1,5}[kKmM]?\b(?!\s*(?:images|rows|samples))"
)  # HAM10000, CIFAR-10
ACRONYM = re.compile(  # PJM regional energy dataset; not the form of the data, and not the trade
    r"\b(?!(?:CSV|JSON|XML|SQL|PDF|HTML|EDA|ML|DL|AI|NLP|LLM|RAG|API|GPU|CPU|ETL|ELT|IOT|AWS|GCP|S3|PCA|RGB|MRI|CT|USD)\b)"
    r"[A-Z]{3,8}\b(?:\s[\w&-]{1,20}){0,5}\s(?:[Dd]ata\s?set|[Dd]ata|DATA|[Cc]orpus)\b"
)
NAME = re.compile(r"\b[A-Z][a-z]{1,15}[A-Z]\w{1,20}\b")  # TweetEval, as the title of a part about data
PERIOD = re.compile(r"\b(?:19|20)\d\d\b[^.\n|]{0,25}(?:–|-|—|to|until|through|and)[^.\n|]{0,25}\b(?:19|20)\d\d\b")
SHAPE = re.compile(r"\d[\d,]{0,20}\s?[x×]\s?\d|\(\d{1,12}, \d{1,12}\)")
OPENS_A_LIST = re.compile(r"\b(columns|attributes|features|fields|variables)\b.{0,60}:$", re.I)


@rule(
    "DAT201",
    "The data's source is named",
    gap="The data's source is not named",
    severity=Severity.error,
    weight=4,
    confidence=Confidence.high,
    part="data source",
    topics=("data",),
    needs_words=True,
)
def source(project: Project) -> Verdict:
    """Link to where the data come from, or name the file of this project that holds them or the script that makes them.

    Why: Nobody can judge a result without the data, and "from the web" cannot be checked.

    Decided: The part about data has a link to another site, a path to a data file, a script that makes the data, a
    library's loader, or a name by which the data are found (MovieLens, HAM10000, "scraped from Mubawab"); or the page
    links to a known host of data sets, or names a service that hands them out (Yahoo Finance, NewsAPI).

    Ignore: The data are confidential; then say so, and describe what they look like.

    Pass:
        ## Data

        Photographs of leaves from
        [PlantVillage](https://github.com/spMohanty/PlantVillage-Dataset).

    Fail:
        ## Data

        A public dataset of leaves.
    """
    if project.profile == LLM and READERS_OWN.search(project.reading.sentences):
        return not_applicable(OWN_DOCUMENTS)
    scope = project.reading.about("data")
    if (line := _linked_source(project, scope)) or (line := _named_source(project, scope)):
        return passed(line=line)
    if not scope:
        return failed("no part about data was found, and no link to any")
    return failed(f"“{scope.title}” names no address, file or script that the data come from", scope.line)


def _linked_source(project: Project, scope: Scope) -> int | None:
    """The line of a link that leads to the data."""
    readme = project.readme
    for link in scope.links:
        if _leads_to_data(project, link):
            return link.line
    for passage in readme.passages:
        if DATA_HOST.search(passage.text):
            return passage.line
    for link in readme.links:
        is_filled_in = not link.is_image and "??" not in link.target
        if is_filled_in and phrases.holds(link.target.casefold(), "data_cues", "hosts") and not _is_own(link):
            return link.line
    for link in readme.links:
        if _speaks_of_data(link.text) and "://" in link.target and _leads_to_data(project, link) and not _is_own(link):
            return link.line
    if "http" in scope.text and ELSEWHERE.search(scope.text):
        return scope.line
    for passage in readme.passages:
        if re.search(r"https?://\S+", passage.text) and _speaks_of_data(passage.text):
            return passage.line
    return None


def _named_source(project: Project, scope: Scope) -> int | None:
    """The line of a loader, a file or a script that holds or makes the data; that of the part where it is unknown."""
    readme, here = project.readme, scope.line if scope else 1
    texts: list[Code | Passage] = [*readme.code, *readme.passages]
    for each in texts:
        if phrases.holds(each.text.casefold(), "data_cues", "loaders"):
            return each.line
    everything = "" if project.is_alone else "\n".join(each.text for each in texts)
    file = DATA_FILE.search(scope.text) or DATA_FILE.search(everything)
    if file and _exists(project, file[0]) and not (project.is_alone and NO_SOURCE.search(file[0])):
        return here
    if GENERATED.search(scope.text) and SCRIPT.search(scope.text):
        return here
    lying_here = (passage.line for passage in readme.passages if BESIDE.search(passage.text))
    if (line := next(lying_here, None)) and (project.is_alone or project.matching(OF_DATA)):
        return line
    return _line_of_a_name(project, scope)


def _line_of_a_name(project: Project, scope: Scope) -> int | None:
    """The line that names a data set by which it is found, or the site that the data were taken from."""
    for passage in project.readme.passages:
        is_about_data = passage in scope or _speaks_of_data(passage.text)
        if not is_about_data:
            continue
        if phrases.says(passage.spoken, "data_cues", "named") or (NUMBERED.search(passage.text) and passage in scope):
            return passage.line
        if TAKEN_FROM.search(passage.text) or ACRONYM.search(passage.text):
            return passage.line
    if phrases.says(project.reading.everything, "data_cues", "services"):
        return scope.line if scope else 1
    return next((each.line for each in scope.sections if NAME.search(each.title)), None) if scope else None


def _leads_to_data(project: Project, link: Link) -> bool:
    if link.is_image or link.target.startswith(("#", "mailto:")) or "??" in link.target:
        return False
    if "://" in link.target or link.target.startswith("www."):
        return not re.search(r"localhost|127\.0\.0\.1|shields\.io|example\.(com|org)", link.target)
    return project.is_alone or project.has(link.target.partition("#")[0])


def _is_own(link: Link) -> bool:
    """Whether an address of a code host is no data's: the project's own, or somebody's profile or library."""
    if "github" not in link.target:
        return False
    said = f"{link.target} {link.text}".casefold()
    return not re.search(r"data(?!class)|corpus|\.csv|\.zip|plantdoc|plantvillage", said)


def _speaks_of_data(text: str) -> bool:
    return bool(re.search(r"\b(data ?sets?|data|corpus)\b", text.casefold()))


def _exists(project: Project, path: str) -> bool:
    if project.is_alone:
        return True
    clean = path.strip("./").rstrip("/")
    return project.has(clean) or any(each.endswith(f"/{clean}") for each in (*project.files, *project.folders))


@rule(
    "DAT202",
    "The data's license is stated",
    gap="The data's license is not stated",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.medium,
    needs_words=True,
)
def licence(project: Project) -> Verdict:
    """Say under which license or terms the data may be used.

    Why: An employer's lawyers ask this first, and a project that does not say it looks careless.

    Decided: The part about data, or a sentence that speaks of the data, names a license or terms of use. The
    license of the code does not count.

    Ignore: The data are your own, and the README says so.

    Pass:
        ## Data

        Photographs of
        [PlantVillage](https://github.com/spMohanty/PlantVillage-Dataset),
        license CC BY-SA 3.0.

    Fail:
        ## Data

        Photographs of PlantVillage.
    """
    if project.profile == LLM and READERS_OWN.search(project.reading.sentences):
        return not_applicable(OWN_DOCUMENTS)
    scope = project.reading.about("data")
    if scope and phrases.says(_prose_and_cells(scope), "licences", "phrases"):
        return passed(line=scope.line)
    for each in project.reading.saying("licences", "phrases"):
        if _speaks_of_data(each.text):
            return passed(line=each.line)
    if path := project.evidence.data_licence:
        paste = f"The data are used under the terms of [{path}]({path}), which lie beside them."
        return failed(f"{path} is in the repository, and the README does not say so", scope.line or None, paste)
    if scope and GENERATED.search(scope.text):
        return not_applicable("the data are made by the project itself")
    if scope:
        return failed(f"“{scope.title}” names no license or terms of the data", scope.line)
    return failed("nothing names a license or terms of the data")


def _prose_and_cells(scope: Scope) -> str:
    cells = (cell for table in scope.tables for row in table.rows for cell in row)
    return "".join(each.spoken for each in scope.prose) + spoken(word for cell in cells for word in words(cell))


@rule(
    "DAT203",
    "The data's size and fields are described",
    gap="The data's size and fields are not described",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.medium,
    part="data described",
    topics=("data",),
    needs_words=True,
    profiles=TRAINED,
)
def described(project: Project) -> Verdict:
    """Say how much data there is and what is in it: rows or pictures, classes or columns, the period.

    Why: "94%" means one thing on 200 rows with two classes, and another on a million rows with fifty.

    Decided: The prose or the tables about data hold two numbers with a unit (rows, images, classes, columns, years …),
    or there is a table or list of the columns.

    Ignore: Another file of the repository describes the data, and the README links to it.

    Pass:
        ## Data

        2,010 photographs of 670 plants in 5 classes.

    Fail:
        ## Data

        Many photographs of leaves.
    """
    reading = project.reading
    scope = reading.about("data")
    counts = _counts(project, scope) | {("", period) for period in PERIOD.findall(reading.sentences)}
    if len(counts) >= 2 or (counts and SHAPE.search(scope.text)):
        return passed(line=scope.line if scope else None)
    for table in scope.tables:
        heads = set(words(" ".join(table.header)))
        if len(table.rows) >= 3 and heads & phrases.members("data_cues", "fields"):
            return passed(line=table.line)
    if _lists_fields(scope.passages) or _lists_fields(_after_a_colon(reading.readme.passages)):
        return passed(line=scope.line)
    if has_not_run(project):
        return needs_run(project, "the data have not been counted yet")
    seen = f"only “{' '.join(next(iter(counts)))}”" if counts else "no number of rows, pictures, classes or columns"
    return failed(f"{seen} was found", scope.line if scope else None)


def _counts(project: Project, scope: Scope) -> set[tuple[str, str]]:
    """Numbers with their unit: `2,010 photographs`, `Records: 17,000`."""
    cells = (" ".join(row) for table in scope.tables for row in (table.header, *table.rows[:50]))
    within = {id(passage) for passage in scope.passages}
    passages = {id(passage): passage for passage in (*project.reading.prose, *scope.passages)}
    texts = [
        *((passage.spoken, key in within) for key, passage in passages.items()),
        *((spoken(words(cell)), True) for cell in cells),
        *((code.text, True) for code in scope.code),
    ]
    return {count for text, is_about_data in texts for count in _counts_in(text.split(), is_about_data)}


def _counts_in(said: list[str], is_about_data: bool) -> Iterator[tuple[str, str]]:
    units = phrases.members("data_cues", "units")
    if units.isdisjoint(said):
        return
    for i, word in enumerate(said):
        # Elsewhere, "one row" is a way to speak.
        if not (word[0].isdigit() or (is_about_data and word in NUMBER_WORDS)):
            continue
        around = (*said[i + 1 : i + 1 + REACH], *said[max(0, i - 1) : i])
        unit = next((near for near in around if near in units or f"{near}s" in units), None)
        if unit and word.strip("0"):
            yield word, unit
        elif unit and i:  # "10,000" in two
            yield said[i - 1], unit


def _lists_fields(passages: Sequence[Passage]) -> bool:
    """At least four items that open with a name: `- age: in years`, "- **Fare** …"."""
    items = [each for each in passages if each.is_item]
    named = [each for each in items if each.label or re.match(r"^[\w /()-]{1,40}\s?[:=–—-]\s", each.text)]
    short = [each for each in items if len(each.all_words) <= 4]
    return len(named) >= 4 or len(short) >= 6


def _after_a_colon(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The items that follow a line like "with these columns:"."""
    for i, each in enumerate(passages):
        if OPENS_A_LIST.search(each.text):
            return tuple(itertools.takewhile(lambda item: item.is_item, passages[i + 1 :]))
    return ()
