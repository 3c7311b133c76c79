"""Cranfield: 1,400 abstracts on aerodynamics and 225 questions with judgements, the oldest test of search there is.

It has two traps, and a test for each: the numbers of the questions in `cran.qry` are not those of the judgements, which
count them from 1; and one judgement of each question is -1, without an explanation, and is dropped. Which of the grades
1 to 4 is the best one, its descriptions contradict each other; so every judged passage counts as one that answers.

Run as: python -m search_ranker data --data cranfield [--mirror URL]
"""

import hashlib
import io
import re
import tarfile
from pathlib import Path

from search_ranker.data.passages import BadDataError, Collection, Passage, Question, collect
from search_ranker.kit.download import Wanted, fetch

NAME, LICENCE = "cranfield", "none stated: do not pass it on"
URL = "http://ir.dcs.gla.ac.uk/resources/test_collections/cran/cran.tar.gz"
PASSAGES, QUESTIONS, JUDGEMENTS = "cran.all.1400", "cran.qry", "cranqrel"
SHA256 = {
    PASSAGES: "b234544b6ceccd131520df4a3cb6d42aee6576eb577933d047e722bbfe7b0b09",
    QUESTIONS: "dd9b1419f678874daf66d5239ca372193722d74f5ea749f3b0f46a6b37cd9274",
    JUDGEMENTS: "92e54b58dac0b980152178f350d892fae66c8a239b8a11715b835fb8d2f6bc0e",
}
COUNTS = (1400, 225, 1837)  # passages, questions, judgements
RECORD = re.compile(r"^\.I ", re.M)
UNEXPLAINED = "-1"


def fetch_collection(folder: Path, mirror: str | None = None) -> tuple[Collection, str]:
    """(what it holds, its sha256); what is there already and whole is not fetched again."""
    print(f"{NAME}: from ir.dcs.gla.ac.uk. License: {LICENCE}", flush=True)  # before anything is fetched
    archive = folder / f"{NAME}.tar.gz"
    fetch([Wanted(URL, archive, _is_archive)], "archive", mirror)
    try:
        files = _files(archive.read_bytes())
        return parse(*(files[name].decode("latin-1") for name in SHA256)), _sha256(b"".join(files.values()))
    except BadDataError:
        archive.unlink()  # or it would be taken for the right one the next time
        raise


def parse(passages: str, questions: str, judgements: str) -> Collection:
    """The three files, counted."""
    found = [_passage(record) for record in RECORD.split(passages)[1:]]
    asked = [" ".join(record.partition(".W\n")[2].split()) for record in RECORD.split(questions)[1:]]
    rows = [line.split() for line in judgements.splitlines() if line.strip()]
    if (len(found), len(asked), len(rows)) != COUNTS:
        counts = f"{len(found):,} passages, {len(asked)} questions and {len(rows):,} judgements"
        raise BadDataError(f"cranfield has {counts} instead of {COUNTS[0]:,}, {COUNTS[1]} and {COUNTS[2]:,}")
    grades: dict[str, dict[str, int]] = {str(number): {} for number in range(1, len(asked) + 1)}
    for number, passage, grade in rows:
        if grade != UNEXPLAINED:
            grades[number][passage] = 1
    return collect(found, [Question(name, asked[int(name) - 1], grades[name]) for name in grades])


def _passage(record: str) -> Passage:
    """The text begins with the title again: it is taken away, so that both together are the text as published."""
    number, _, rest = record.partition("\n")
    title = " ".join(rest.partition(".T\n")[2].partition("\n.A\n")[0].split())
    text = " ".join(rest.partition(".W\n")[2].split())
    begins = text.startswith(title)
    return Passage(number.strip(), title if begins and text else "", text[len(title) :].strip() if begins else text)


def _files(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        members = {Path(each.name).name: each for each in archive.getmembers() if each.isfile()}
        if missing := [name for name in SHA256 if name not in members]:
            raise BadDataError(f"{NAME}.tar.gz holds no {missing[0]}")
        files = {name: file.read() for name in SHA256 if (file := archive.extractfile(members[name]))}
    for name, content in files.items():
        if _sha256(content) != SHA256[name]:
            parse(*(each.decode("latin-1") for each in files.values()))  # says what is missing, if something is
            raise BadDataError(
                f"{name} has the checksum (sha256) {_sha256(content)[:12]}…: it is not what was published"
            )
    return files


def _is_archive(content: bytes) -> bool:
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            return bool(archive.getmembers())
    except (tarfile.TarError, EOFError, OSError):
        return False


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
