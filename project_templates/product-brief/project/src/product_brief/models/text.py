"""Text → words. `serving/assist.js` does the same in the browser."""

import re
import unicodedata
from collections.abc import Iterator

MARKS = "".join(chr(each) for each in range(0x300, 0xFE30) if unicodedata.category(chr(each)).startswith("M"))
WORD = re.compile(rf"\w[\w{MARKS}]+")  # vowels that are written as marks belong to their word
# Chinese, Japanese, Thai, Lao, Burmese and Khmer put no blanks between words: two letters each stand for one.
WITHOUT_BLANKS = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff"
RUN = re.compile(f"([{WITHOUT_BLANKS}]+)|[^{WITHOUT_BLANKS}][^{WITHOUT_BLANKS}]+")
# The 33 stop words of Lucene, which published numbers rest on.
STOP = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not",
    "of", "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was",
    "will", "with",
))  # fmt: skip


def words(text: str) -> list[str]:
    """The words that count, in order: lower case, without stop words, in the singular."""
    return [singular(word) for word in _found(text) if word not in STOP]


def every_word(text: str) -> frozenset[str]:
    """All words, those that do not count in a search as well: what is refused may hang on one."""
    return frozenset(map(singular, _found(text)))


def _found(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).lower()
    found = WORD.findall(folded)
    return found if folded.isascii() else [part for word in found for part in _parts(word)]


def _parts(word: str) -> Iterator[str]:
    """The word, or every two neighboring letters of what is written without blanks."""
    for run in RUN.finditer(word):
        if run[1]:
            yield from (run[1][at : at + 2] for at in range(max(1, len(run[1]) - 1)))
        else:
            yield run[0]


def singular(word: str) -> str:
    """Harman's S stemmer (1991): it takes off the s of a plural, and nothing that changes what a word means."""
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return f"{word[:-3]}y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")):
        return word[:-1]
    return word


# Words by which people ask, and which say nothing of what they ask about.
ASKING = frozenset(map(singular, (
    "about", "am", "any", "can", "could", "do", "does", "doing", "did", "from", "get", "getting", "had", "has", "have",
    "hello", "help", "hi", "how", "just", "know", "like", "make", "me", "my", "need", "our", "please", "should", "so",
    "some", "someone", "thank", "there", "way", "we", "what", "when", "where", "which", "who", "why", "would", "want",
    "you", "your",
)))  # fmt: skip
