"""What a README speaks of: its language, which of its passages read as prose, and the part that is about a topic."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.readme.words import heading_words, spoken, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portfolio.readme.model import Code, Image, Link, Passage, Readme, Section, Table

ENGLISH, UNKNOWN = "en", "unknown"
ENOUGH_TO_TELL = 15  # words; a shorter text is taken for English
SHORT_HEADING = 3  # words; a longer one at the top is a title, whatever words are in it
LONGEST_HEADING = 10  # words; a longer one is a sentence
SURELY_ENGLISH = 0.25  # share of small English words from which on no other language is tried
ENOUGH_ENGLISH = 0.09  # share of small English words; twice as many where some letters are not of English
ENOUGH_TERMS = 0.25  # share of an English README's terms, where all the small words are left out
SOME_LETTERS, OTHER_LETTERS = 0.02, 0.2  # shares of letters that English has not
HEAP, HEAP_OF_AN_ITEM = 5, 8  # content words, from which on a passage of nothing but audit keywords is keyword stuffing
ALL_BUT_ONE = 0.85  # share of content words that are audit keywords
LONG = 8  # words; a passage this long has to use the small words of its language
SCRIPTS = (
    ("\u3040", "\u30ff", "ja"),
    ("\u4e00", "\u9fff", "zh"),
    ("\uac00", "\ud7af", "ko"),
    ("\u0400", "\u04ff", "ru"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0900", "\u097f", "hi"),
)
FEWEST_WORDS = 5  # below which a section is only its heading
SHORTEST_PART = 15  # words, below which "to be written" says that nothing is written yet
OF_ERRORS = ("errors",)
TROUBLE = frozenset({"troubleshooting", "faq", "issues", "problems"})
TITLES = 3  # first-level headings, from which on they are not titles but sections


@dataclass(frozen=True)
class Scope:
    """The part of a README that is about one topic: sections with their subsections, and labelled passages."""

    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]  # all, also what does not read as prose
    prose: tuple[Passage, ...]
    links: tuple[Link, ...]

    def __bool__(self) -> bool:
        return bool(self.sections or self.passages)

    def __contains__(self, passage: Passage) -> bool:
        return id(passage) in self._ids

    @cached_property
    def _ids(self) -> frozenset[int]:
        return frozenset(map(id, self.passages))

    @property
    def line(self) -> int:
        """The line on which it begins."""
        return min([each.line for each in self.sections] + [each.line for each in self.passages], default=1)

    @property
    def title(self) -> str:
        """The title of its first section, or the label of its first passage."""
        return self.sections[0].title if self.sections else self.passages[0].label if self.passages else ""

    @property
    def size(self) -> int:
        """How many words of prose it has."""
        return sum(len(each.words) for each in self.prose)

    @property
    def is_bare(self) -> bool:
        """Whether there is a section, and nothing in it but a word or two, or a promise to write it."""
        if not self.sections or self.tables or self.images or self.code:
            return False
        spoken_text = "".join(passage.spoken for passage in self.passages)
        size = len(spoken_text.split())
        is_promise = size < SHORTEST_PART and phrases.says(spoken_text, "placeholders", "phrases")
        return size < FEWEST_WORDS or is_promise

    @property
    def items(self) -> tuple[Passage, ...]:
        """Its list items; where it has none, its paragraphs."""
        return tuple(each for each in self.prose if each.is_item) or self.prose

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of its sections."""
        return tuple(table for each in self.sections for table in each.tables)

    @property
    def images(self) -> tuple[Image, ...]:
        """The images of its sections."""
        return tuple(image for each in self.sections for image in each.images)

    @property
    def code(self) -> tuple[Code, ...]:
        """The blocks of code of its sections."""
        return tuple(code for each in self.sections for code in each.code)

    @cached_property
    def text(self) -> str:
        """Everything readable in it, casefolded: prose, cells and code."""
        cells = (cell for table in self.tables for row in (table.header, *table.rows) for cell in row)
        return "\n".join(
            [*(each.text for each in self.passages), *cells, *(each.text for each in self.code)]
        ).casefold()


@dataclass(frozen=True)
class Reading:
    """What can be told of a README: its language, its prose, and the part about each topic."""

    readme: Readme

    @cached_property
    def language(self) -> str:
        """Of its prose: `en`, `es`, `zh`, …"""
        spoken = (word for each in self.readme.passages for word in each.words)
        titles = (word for each in self.readme.sections for word in words(each.title))
        return language(itertools.chain(spoken, titles))

    @cached_property
    def prose(self) -> tuple[Passage, ...]:
        """The passages that read as language, each once: no stuffing, no filler, no row of badges."""
        seen: set[tuple[str, ...]] = set()
        kept: list[Passage] = []
        language = self.language
        for each in self.readme.passages:
            spoken = each.words
            if spoken and spoken not in seen and not each.is_only_links:
                seen.add(spoken)
                if reads_as_prose(spoken, each.is_item, language):
                    kept.append(each)
        return tuple(kept)

    @cached_property
    def _prose_ids(self) -> frozenset[int]:
        return frozenset(map(id, self.prose))

    @cached_property
    def sentences(self) -> str:
        """All prose in lower case."""
        return "\n".join(each.casefolded for each in self.prose)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of all prose."""
        return frozenset("".join(each.spoken for each in self.prose).split())

    def saying(self, *path: str) -> Iterator[Passage]:
        """The passages that say a phrase of that list of the lexicon."""
        possible = phrases.possible(self.vocabulary, *path)
        return (
            (each for each in self.prose if any(phrase in each.spoken for phrase in possible)) if possible else iter(())
        )

    @cached_property
    def everything(self) -> str:
        """Headings, prose and cells as one spoken text."""
        titles = (word for each in self.readme.sections for word in words(each.title))
        tables = self.readme.tables[:20]
        cells = (
            word for table in tables for row in (table.header, *table.rows[:50]) for cell in row for word in words(cell)
        )
        return spoken((*titles, *cells)) + "".join(each.spoken for each in self.prose)

    @cached_property
    def title(self) -> Section | None:
        """The heading of the whole page, if it has one."""
        headings = [each for each in self.readme.sections if each.level]
        if not headings or headings[0].level != 1:
            return None
        are_sections = sum(each.level == 1 for each in headings) >= TITLES
        is_one = (
            are_sections and len(heading_words(headings[0].title)) <= SHORT_HEADING and topics_of(headings[0].title)
        )
        return None if is_one else headings[0]

    @cached_property
    def lead(self) -> tuple[Passage, ...]:
        """The prose before the first section below the title; of that section where it is a second title."""
        found: list[Passage] = []
        below = (section for section in self.readme.sections if section.level and section is not self.title)
        first = next(below, None)
        for section in self.readme.sections:
            if section.level and section is not self.title:
                is_subtitle = section is first and not any(section in about for about in self._by_topic.values())
                if found or not is_subtitle:
                    break
            found += [each for each in section.passages if id(each) in self._prose_ids]
        return tuple(found)

    def about(self, *topics: str) -> Scope:
        """The part that is about any of these topics."""
        if topics not in self._known:
            self._known[topics] = self._scope(topics)
        return self._known[topics]

    @cached_property
    def _known(self) -> dict[tuple[str, ...], Scope]:
        return {}

    @cached_property
    def _by_topic(self) -> dict[str, list[Section]]:
        found: dict[str, list[Section]] = {}
        for section in self.readme.sections:
            if section is not self.title:
                for topic in topics_of(section.title):
                    found.setdefault(topic, []).append(section)
        return found

    @cached_property
    def _of_trouble(self) -> frozenset[int]:
        """The sections on what to do when something does not start: their errors are not the model's."""
        headed = (section for section in self.readme.sections if TROUBLE & set(words(section.title)))
        return frozenset(id(each) for section in headed for each in self.readme.below(section))

    @cached_property
    def _labelling(self) -> tuple[Section, ...]:
        """The sections that have passages with a bold label."""
        return tuple(each for each in self.readme.sections if any(passage.label for passage in each.passages))

    @cached_property
    def _linking(self) -> tuple[Section, ...]:
        """The sections that have links."""
        return tuple(each for each in self.readme.sections if each.links)

    def _scope(self, topics: tuple[str, ...]) -> Scope:
        sections: dict[int, Section] = {}
        for topic in topics:
            for section in self._by_topic.get(topic, []):
                sections |= {id(each): each for each in self.readme.below(section)}
        if topics == OF_ERRORS:
            sections = {key: each for key, each in sections.items() if key not in self._of_trouble}
        ordered = tuple(each for each in self.readme.sections if id(each) in sections)
        passages = [each for section in ordered for each in section.passages]
        for section in self._labelling:
            if id(section) not in sections and not (topics == OF_ERRORS and id(section) in self._of_trouble):
                passages += _labelled(section.passages, topics)
        prose = tuple(each for each in passages if id(each) in self._prose_ids)
        lines = {each.line for each in passages}
        links = [link for section in self._linking for link in section.links
                 if id(section) in sections or link.line in lines]  # fmt: skip
        return Scope(ordered, tuple(passages), prose, tuple(links))


def _labelled(passages: Iterable[Passage], topics: tuple[str, ...]) -> Iterator[Passage]:
    """Passages that open with a bold name of the topic, and what belongs to them."""
    label: Passage | None = None
    for each in passages:
        if each.label:
            is_about = any(topic in topics_of(each.label) for topic in topics)
            if is_about:
                label = each
            elif label is not None and each.is_item == label.is_item:
                label = None
        if label is not None:
            yield each


@lru_cache(maxsize=10_000)
def topics_of(title: str) -> tuple[str, ...]:
    """The topics that a heading names."""
    named = heading_words(title)
    if not named or len(named) > LONGEST_HEADING:
        return ()
    whole = spoken(named)
    return tuple(
        topic
        for topic in phrases.names("topics")
        if whole.strip() in phrases.members("topics", topic, "exactly")
        or (
            phrases.says(whole, "topics", topic, "headings")
            and not ("never" in phrases.names("topics", topic) and phrases.says(whole, "topics", topic, "never"))
        )
    )


def language(spoken: Iterable[str]) -> str:
    """The language of running words: by their letters, then by the smallest of them; English where they are few."""
    filler = phrases.members("lorem", "words")
    some = [word for word in itertools.islice(spoken, 600) if word not in filler]
    letters = "".join(some)
    foreign = 0.0 if letters.isascii() else sum(not letter.isascii() for letter in letters) / len(letters)
    if foreign > OTHER_LETTERS:
        for first, last, name in SCRIPTS:
            if sum(first <= letter <= last for letter in letters) > 0.2 * len(letters):
                return name
    if len(some) < ENOUGH_TO_TELL and foreign <= OTHER_LETTERS:
        return ENGLISH
    often = Counter(some)
    english = sum(often[word] for word in often.keys() & _small_words()[ENGLISH]) / len(some)
    if english > SURELY_ENGLISH:
        return ENGLISH
    shares = {name: sum(often[word] for word in often.keys() & small) / len(some)
              for name, small in _small_words().items()}  # fmt: skip
    best = max(shares, key=lambda name: (shares[name], name == ENGLISH))
    if shares[best] > 1.3 * english and shares[best] >= 0.1:
        return best
    if foreign >= SOME_LETTERS:
        return ENGLISH if english >= 2 * ENOUGH_ENGLISH else UNKNOWN
    is_terse = sum(often[word] for word in often.keys() & _cues()) >= ENOUGH_TERMS * len(some)
    return ENGLISH if english >= ENOUGH_ENGLISH or is_terse else UNKNOWN


@cache
def _cues() -> frozenset[str]:
    """The words that this audit looks for; a passage of nothing else was written for the audit, not for a reader."""
    lists = (
        ("metrics", "words"),
        ("error_cues", "phrases"),
        ("monitoring_cues", "phrases"),
        ("baseline", "words"),
        ("reasons", "phrases"),
        ("contrasts", "phrases"),
        ("uncertainty", "phrases"),
        ("limitation_cues", "phrases"),
        ("next_cues", "phrases"),
        ("next_cues", "verbs"),
        ("models", "words"),
        ("data_cues", "units"),
        ("licences", "phrases"),
        *(("topics", topic, "headings") for topic in phrases.names("topics")),
    )
    known = (phrase for path in lists for phrase in phrases.entries(*path))
    return frozenset(spoken(known).split())


@cache
def _small_words() -> dict[str, frozenset[str]]:
    return {name: phrases.members("languages", name) for name in phrases.names("languages")}


def reads_as_prose(spoken: tuple[str, ...], is_item: bool, in_language: str = ENGLISH) -> bool:
    """Whether words read as a sentence or a list item that somebody wrote, rather than as filler or keywords."""
    said = set(spoken)
    filler = len(said & phrases.members("lorem", "words"))
    if filler >= 3 and filler >= 0.25 * len(said):
        return False
    if len(spoken) >= LONG and len(said) < 0.5 * min(len(spoken), 60):
        return False
    if in_language != ENGLISH:
        return True
    english = _small_words()[ENGLISH]
    telling = said - english
    if len(telling) >= (HEAP_OF_AN_ITEM if is_item else HEAP) and len(telling & _cues()) >= ALL_BUT_ONE * len(telling):
        return False
    small = sum(word in english for word in spoken) if said & english else 0
    if len(spoken) < LONG:
        return (is_item and len(spoken) > 1) or small > 0
    return small >= (0.06 if is_item else 0.1) * len(spoken)
