"""The kind of a project, which decides which rules apply: told by what it holds, then by what its README says."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.readme.words import spoken, words

if TYPE_CHECKING:
    from portfolio.audit.topics import Reading

IMAGE, TABULAR, FORECAST, RECOMMENDER, NLP, LLM = "image", "tabular", "forecast", "recommender", "nlp", "llm"
NOTEBOOK, COLLECTION, LIST, PROFILE = "notebook", "collection", "list", "profile"
LIBRARY, FRONT_END, NOT_ML = "library", "front-end", "not-ml"
KINDS = frozenset(
    {IMAGE, TABULAR, FORECAST, RECOMMENDER, NLP, LLM, NOTEBOOK, COLLECTION, LIST, PROFILE, LIBRARY, FRONT_END, NOT_ML}
)
SUBJECTS = (IMAGE, FORECAST, RECOMMENDER, NLP)

SHORT = 80  # words, of which one that speaks of machine learning is enough
ENOUGH = 2  # words of a subject in the opening, where the title names none; a package of its own counts as one
OPENING = 10  # passages
MEMBERS = 3  # folders with a README of their own, from which on it is a collection
MANY_LINKS = 12  # outward links, from which on a page without code may be a collection
FEWEST_ENTRIES = 4  # of a list, which are then half of all that it says
CODE = (".py", ".ipynb", ".r", ".rmd", ".qmd", ".jl", ".scala", ".js", ".jsx", ".ts", ".tsx", ".java", ".go", ".rs",
        ".cpp", ".c", ".cs", ".rb", ".dart", ".swift", ".kt", ".vue", ".php")  # fmt: skip
OF_A_PAGE = (".js", ".jsx", ".ts", ".tsx", ".vue", ".svelte", ".html", ".css", ".scss", ".dart", ".php")
NOT_A_MEMBER = re.compile(
    r"^(\.|src|tests?|docs?|data|notebooks?|models?|deploy\w*|frontend|backend|api|app|config\w*|scripts?|assets|images"
    r"|infra\w*|monitoring|web|client|server|packages?|lib|libs|examples?|reports?|k8s|terraform)(/|$)",
    re.I,
)
PLURAL = re.compile(
    r"\b(projects|collection of|my portfolio|portfolio of|portfolio (?:demonstrat|showcas|contain|includ)\w+)\b"
)
OF_READINGS = re.compile(r"\b(?:awesome|papers|articles|books|tutorials|resources|reading list)\b")
OF_MY_OWN = re.compile(r"\b(?:my|i|our|we|portfolio)\b")
OF_WORKS = re.compile(r"\b(?:portfolios?|portafolio|portfólio)\b")
OF_MYSELF = re.compile(
    r"\b(?:hi there|hi,? i['’]?m|hey,? i['’]?m|hello,? i|i am an?|i['’]m an?|about me|connect with me|my name is)\b"
)
OF_A_PROFILE = re.compile(r"github-readme-stats|streak-stats|readme-typing-svg|komarev|profile-(?:summary|counter|3d)")
FEW = 4  # programs, beside a profile page: they draw its pictures
MADE_TO_IMPORT = re.compile(r"\b(?:library|package|toolkit|sdk)\s(?:for|to|that|which|providing|implementing)\b")
FOR_OTHERS = re.compile(r"\b(?:library|package|toolkit|framework|sdk|wrapper|bindings)\b")
DECLARED = re.compile(r"[a-z0-9][a-z0-9_.-]*")  # whole names: "implicit" is not in "no_implicit_optional"
SEPARATORS = re.compile(r"[-_+.]")
OWN_INSTALL = re.compile(
    r"\b(?:pip3? install|uv add|conda install|install\.packages\(|cargo add|npm i(?:nstall)?)"
    r"(?:\s-{1,2}[\w-]{1,20}){0,3}\s{1,3}[\"']?([\w.-]{1,80})"
)


@dataclass(frozen=True)
class Signs:
    """What the kind is worked out from."""

    reading: Reading
    name: str  # of a README that is called after its project; empty otherwise, as a folder may be called anything
    declared: str  # everything that declares dependencies, in lower case
    files: Set[str]
    members: tuple[str, ...]  # folders below it that have a README of their own
    package: str  # what it is called where it is installed from; empty if it is not
    imported: Callable[[], Set[str]]  # the packages that its code asks for

    @cached_property
    def code(self) -> tuple[str, ...]:
        """The paths of its programs and notebooks."""
        return tuple(path for path in self.files if path.lower().endswith(CODE))

    @cached_property
    def rooms(self) -> frozenset[str]:
        """The folders at the top that hold programs, and are not named for a part of one project."""
        tops = (path.partition("/")[0] for path in self.code if "/" in path)
        return frozenset(top for top in tops if not NOT_A_MEMBER.match(top))

    @cached_property
    def text(self) -> str:
        """Its name and its README as one spoken text."""
        return spoken(words(SEPARATORS.sub(" ", self.name))) + self.reading.everything

    @cached_property
    def title(self) -> str:
        """What it is called, which tells more than the rest."""
        heading = self.reading.title.title if self.reading.title else ""
        return spoken(words(SEPARATORS.sub(" ", f"{self.name} {heading}")))

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(self.text.split())

    def opens_with(self, kind: str) -> int:
        """How many phrases of a kind stand where a page says what it is about; further down they are about anything."""
        return sum(phrase in self._opening for phrase in phrases.possible(self._vocabulary, "profiles", kind, "words"))

    @cached_property
    def _opening(self) -> str:
        titles = spoken(word for section in self.reading.readme.sections[:OPENING] for word in words(section.title))
        return self.title + titles + "".join(each.spoken for each in self.reading.prose[:OPENING])

    def telling(self, kind: str) -> tuple[int, int]:
        """How many phrases of a kind stand in the title, and how many in the text."""
        if kind not in self._told:
            possible = phrases.possible(self._vocabulary, "profiles", kind, "words")
            found = [phrase for phrase in possible if phrase in self.text]
            self._told[kind] = sum(phrase in self.title for phrase in found), len(found)
        return self._told[kind]

    @cached_property
    def _told(self) -> dict[str, tuple[int, int]]:
        return {}

    def asks_for(self, kind: str) -> bool:
        """Whether it declares or imports a package of that kind."""
        packages = phrases.entries("profiles", kind, "packages")
        return not self._declared.isdisjoint(packages) or not self.imported().isdisjoint(
            name.replace("-", "_") for name in packages
        )

    @cached_property
    def _declared(self) -> frozenset[str]:
        return frozenset(DECLARED.findall(self.declared))


def of(signs: Signs) -> str:
    """One of KINDS."""
    if whole := _of_many(signs):
        return whole
    if _is_of_language_models(signs):
        return LLM
    if _is_library(signs):
        return LIBRARY
    if _is_front_end(signs):
        return FRONT_END
    if not _is_ml(signs):
        return NOT_ML
    if signs.code and all(path.endswith(".ipynb") for path in signs.code):
        return NOTEBOOK
    best = max(SUBJECTS, key=lambda kind: (signs.telling(kind)[0], signs.opens_with(kind), signs.asks_for(kind)))
    told = signs.opens_with(best) + signs.asks_for(best)
    return best if signs.telling(best)[0] or told >= ENOUGH else TABULAR


def _of_many(signs: Signs) -> str:
    """A collection of projects, a list of links, or the page of a person; empty if it is one project."""
    readme = signs.reading.readme
    outward = {link.target for link in readme.links if not link.is_image and "://" in link.target}
    lead = f"{signs.title} {' '.join(passage.text for passage in signs.reading.lead[:3])}".casefold()
    is_bare = not readme.sections  # nobody says at the top what they are, and each has a page of its own
    is_of_several = PLURAL.search(lead) or OF_WORKS.search(signs.title) or _leads_to_members(signs)
    if len(signs.members) >= MEMBERS and (is_bare or is_of_several):
        return COLLECTION
    if PLURAL.search(signs.title) and len(signs.rooms) >= MEMBERS:
        return COLLECTION
    opening = " ".join((lead, *(section.title for section in readme.sections[:4]))).casefold()
    is_about_a_person = OF_MYSELF.search(opening) or any(OF_A_PROFILE.search(each.target) for each in readme.images)
    if is_about_a_person and len(signs.code) < FEW:
        return PROFILE
    if signs.code and len(signs.code) > len(outward) / 4:
        return ""
    if PLURAL.search(lead) and len(outward) >= MANY_LINKS / 2:
        return LIST if OF_READINGS.search(lead) and not OF_MY_OWN.search(lead) else COLLECTION
    linking = {link.line for link in readme.links if not link.is_image and "://" in link.target}
    entries = [each.line for each in readme.passages if each.is_item] + [n for t in readme.tables for n in t.lines]
    listed = sum(line in linking for line in entries)
    return LIST if listed >= FEWEST_ENTRIES and listed >= len(readme.passages) / 2 else ""


def _leads_to_members(signs: Signs) -> bool:
    targets = " ".join(link.target.casefold() for link in signs.reading.readme.links)
    return sum(member.casefold().replace(" ", "%20") in targets for member in signs.members) >= MEMBERS


def _is_of_language_models(signs: Signs) -> bool:
    if signs.telling(LLM) <= max(signs.telling(kind) for kind in SUBJECTS):
        return False
    count = sum(signs.telling(LLM))
    return count >= 4 or (count >= 2 and (not signs.code or signs.asks_for(LLM)))


def _is_library(signs: Signs) -> bool:
    """Whether it is made to be installed: it calls itself one, or tells others to install it by its own name."""
    own = {SEPARATORS.sub("", name.casefold()) for name in (signs.package, signs.title.strip()) if name}
    lead = " ".join(passage.casefolded for passage in signs.reading.readme.passages[:5])
    first = signs.reading.lead[0].casefolded if signs.reading.lead else ""
    if signs.package and MADE_TO_IMPORT.search(first):
        return True
    if signs.package and FOR_OTHERS.search(lead) and "setup.py" in signs.files:
        return True
    texts = (*(code.text for code in signs.reading.readme.code), *(p.text for p in signs.reading.readme.passages))
    named = (found[1] for text in texts for found in OWN_INSTALL.finditer(text))
    return any(SEPARATORS.sub("", each.casefold()) in own for each in named)


def _is_front_end(signs: Signs) -> bool:
    """Whether all of its code makes a page, and none of it is another's backend or model."""
    pages = [path for path in signs.files if path.lower().endswith(OF_A_PAGE)]
    others = [path for path in signs.code if not path.lower().endswith(OF_A_PAGE)]
    return bool(pages) and not others and not signs.asks_for("ml")


def _is_ml(signs: Signs) -> bool:
    _, count = signs.telling("ml")
    if count >= 2 or (count and sum(len(passage.words) for passage in signs.reading.prose) < SHORT):
        return True
    return signs.asks_for("ml") or (signs.asks_for(LLM) and any(signs.telling(kind)[0] for kind in SUBJECTS))
