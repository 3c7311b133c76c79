"""Articles and cases: what is drawn, what is read, what is refused, and how ready data are."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest

from product_brief.config import Config
from product_brief.data import cases as case_files
from product_brief.data import drafts, markdown, own, prepare, readiness, sample, store
from product_brief.data.articles import UNSAFE, Article, BadDataError, Case, Faq, collect, is_tested
from product_brief.kit.project import ExplainedError

FIVE = [Article(f"a{n}", f"How to do {n}", f"Text number {n} about thing {n}.", "2026-01-02") for n in range(5)]
CASES = "question,article,kind\nhow to do one,a1,log\nwho won,,other\n"


def test_the_sample_is_large_enough_and_the_same_for_the_same_seed(faq: Faq, cases: list[Case], config: Config) -> None:
    assert len(faq.articles) >= 200
    assert len(faq.outdated) == sample.OUTDATED
    assert len(cases) >= 400
    assert {UNSAFE, sample.NOT_THERE, sample.CHANGED} <= {case.kind for case in cases}
    assert sample.draw(config.seed)[1] == cases
    assert sample.draw(config.seed + 1)[1] != cases


def test_no_article_is_asked_about_on_both_sides(cases: list[Case], config: Config) -> None:
    sides: dict[str, set[bool]] = {}
    for case in cases:
        sides.setdefault(case.subject, set()).add(is_tested(case, config.test_share))
    assert max(map(len, sides.values())) == 1
    assert Counter(next(iter(each)) for each in sides.values())[True] > 0.5 * len(sides)


def test_a_new_case_moves_no_other(cases: list[Case], config: Config) -> None:
    before = [is_tested(case, config.test_share) for case in cases]
    more = [Case("a new question", cases[0].article, "log"), *cases]
    assert [is_tested(case, config.test_share) for case in more[1:]] == before


def test_cases_survive_their_file(cases: list[Case], faq: Faq, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(case_files.as_text(cases), encoding="utf-8")
    assert case_files.read(path, faq) == cases


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("question;article\nhow;a1\nwho;\n", ""),
        ("\ufeffQuestion,Article,Kind\nhow,a1,log\nwho,,log\n", ""),
        ("question,article\n", "has no rows"),
        ("asked,article\nhow,a1\n", "has no column 'question'"),
        ("question,article,article\nhow,a1,a2\n", "has a column twice"),
        ("question,article\nhow,a9\n", "line 2: there is no article 'a9'"),
        ("question,article\nhow,a1\n,a2\n", "line 3: the question is empty"),
        ("question,article,kind\nhow,a1,unsafe\n", "an unsafe question has no right article"),
        ("question,article,kind,without\nhow,a1,log,a1\n", "its article is taken away"),
        ("question,article\nhow,a1\nHOW,a2\n", "line 3: the question of line 2, once more"),
        ("question,article\nhow,a1\nwhat,a2\n", "questions that an article answers, and questions that none does"),
        ("question,article\nhow,a1,x,y\n", "more cells than the first line has names"),
        ('question,article\n"how,a1\n', "not CSV"),
        ("question,article\nhow,a4\n", "'a4' is out of date"),
        ('question,article\n\n"two\nlines",a1\nhow,a9\n', "line 5: there is no article 'a9'"),
        ("question,article,kind\nhow,a1,UNSAFE\n", "an unsafe question has no right article"),
    ],
)
def test_a_case_that_cannot_be_one_is_refused_by_its_line(text: str, said: str, tmp_path: Path) -> None:
    old = [*FIVE[:4], Article("a4", "Old", "Old text.", replaced_by="a1")]
    path = tmp_path / "cases.csv"
    path.write_text(text, encoding="utf-8")
    faq, _ = collect(old)
    if not said:
        assert len(case_files.read(path, faq)) == 2
        return
    with pytest.raises(BadDataError, match=said):
        case_files.read(path, faq)


@pytest.mark.parametrize(
    ("articles", "said"),
    [
        (FIVE[:4], "4 articles with a title and a text are too few"),
        ([*FIVE, FIVE[0]], "two articles are called 'a0'"),
        ([*FIVE, Article("b", "T", "x", replaced_by="gone")], "replaced by 'gone', and there is no such article"),
        ([*FIVE, Article("b", "T \ud83d", "x")], "half a character"),
        ([*FIVE, Article("b", "T", "x", "", "c"), Article("c", "U", "y", "", "b")], "which it replaces itself"),
        ([*FIVE, Article("b", "T", "x", "", "b")], "which it replaces itself"),
    ],
)
def test_articles_that_cannot_be_used_are_refused(articles: list[Article], said: str) -> None:
    with pytest.raises(BadDataError, match=said):
        collect(articles)


def test_a_chain_of_replacements_leads_to_the_article_that_holds() -> None:
    chain = [Article("b", "T", "x", "", "c"), Article("c", "U", "y", "", "a0")]
    faq, _ = collect([*FIVE, *chain])
    assert {each.id: each.replaced_by for each in faq.articles if each.replaced_by} == {"b": "a0", "c": "a0"}


def test_markdown_is_read_as_it_is_shown() -> None:
    text = (
        "---\ntitle: 'How do I <b>return</b> a book?'\nupdated: 2026-03-04\nreplaced_by: new.md\n---\n# Ignored "
        "heading\nBring it **back**.\n\n<script>alert(1)</script>\n\n- one\n- two\n\n| a | b |\n|--|--|\n| c | d |\n"
    )
    found = markdown.article("loans/return.md", text)
    assert found.title == "How do I return a book?"
    assert (found.updated, found.replaced_by) == ("2026-03-04", "new.md")
    assert "Bring it back." in found.text
    assert "alert" not in found.text
    assert {"one", "two", "c", "d"} <= set(found.text.split())


def test_a_folder_is_read_without_its_license_and_hidden_files(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.md").write_text(f"# Title {number}\n\nText.", encoding="utf-8")
    for name in ("README.md", "LICENSE.md", ".hidden.md"):
        (tmp_path / name).write_text("# No article\n\nText.", encoding="utf-8")
    assert [each.id for each in own.read(tmp_path)] == [f"{number}.md" for number in range(5)]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BadDataError, match="no Markdown file"):
        own.read(empty)


def test_a_csv_of_articles_needs_title_and_text(tmp_path: Path) -> None:
    path = tmp_path / "faq.csv"
    path.write_text("Question;Answer;Updated\nHow?;So.;2026-05-01\n", encoding="utf-8")
    assert own.read(path) == [Article("row-2", "How?", "So.", "2026-05-01")]
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(BadDataError, match="needs a column 'title'"):
        own.read(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadDataError, match="not UTF-8"):
        own.read(path)


def test_drafted_cases_hide_the_title_and_take_articles_away(faq: Faq) -> None:
    found = drafts.draft(faq)
    kinds = Counter(case.kind for case in found)
    assert kinds[drafts.FOUND] > kinds[drafts.TAKEN] > 20
    assert all(case.is_drafted for case in found)
    assert all(case.without and not case.article for case in found if case.kind == drafts.TAKEN)
    assert not {case.article for case in found} & faq.outdated


def test_what_is_taken_away_is_on_both_sides(faq: Faq, config: Config) -> None:
    """The split and the choice of what is taken hash the same id: they must not agree."""
    taken = [case for case in drafts.draft(faq) if case.kind == drafts.TAKEN]
    tested = sum(is_tested(case, config.test_share) for case in taken)
    assert 0.4 < tested / len(taken) < 0.8


def test_cases_that_were_edited_are_kept(elsewhere: Path, config: Config) -> None:
    shutil.rmtree(elsewhere / "kept", ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MANIFEST", "ARTICLES", "DRAWN", "CASES"):
            patch.setattr(prepare, name, elsewhere / "kept" / name.lower())
        first = prepare.prepare("sample", None, config)
        assert not [each for each in first.found if "edited" in each]
        path = elsewhere / "kept" / "cases"
        path.write_text(
            path.read_text(encoding="utf-8") + "a question of our desk,mailbox-error,log,\n", encoding="utf-8"
        )
        again = prepare.prepare("sample", None, config)
        assert "has been edited, and is kept" in "".join(again.found)
        assert again.cases == first.cases + 1
        other = elsewhere / "kept" / "other.csv"
        other.write_text("title,text\n" + "\n".join(f"How {n}?,So {n}." for n in range(6)), encoding="utf-8")
        with pytest.raises(BadDataError, match="It was edited for other articles: move it away"):
            prepare.prepare(str(other), None, config)
        assert "a question of our desk" in path.read_text(encoding="utf-8")


# ---- readiness


def _ready(folder: Path, text: str, **named: str) -> readiness.Readiness:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    with store.opened(path, None) as connection:
        return readiness.assess(connection, readiness.Named(**{"needed": 4, **named}), date(2026, 6, 30), 365)  # type: ignore[arg-type]


def _score(found: readiness.Readiness, name: str) -> float:
    return next(part.score for part in found.parts if part.name == name)


GOOD = "id,text,updated,label\n1,a,2026-06-01,x\n2,b,2026-06-02,y\n3,c,2026-06-03,x\n4,d,2026-06-04,y\n"


def test_good_data_are_ready(tmp_path: Path) -> None:
    found = _ready(tmp_path, GOOD, label="label")
    assert found.score == 100


@pytest.mark.parametrize(
    ("text", "named", "part", "score"),
    [
        (GOOD.replace("1,a,", "1,,"), {}, "completeness", 93.8),
        (GOOD.replace("2026-06-0", "2020-06-0"), {}, "freshness", 0.0),
        (GOOD.replace("2026-06-0", "soon"), {}, "freshness", 0.0),
        (GOOD.replace("2026-06-0", "2099-06-0"), {}, "freshness", 0.0),
        (GOOD.replace(",text,", ",emailAddress,"), {}, "personal data", 40.0),
        (GOOD.replace("4,d", "3,d"), {}, "uniqueness", 0.0),
        (GOOD.replace("y\n", "\n"), {"label": "label"}, "labels", 50.0),
        (GOOD, {}, "labels", 0.0),
        (GOOD, {"needed": 8}, "volume", 50.0),
        (GOOD.replace(",text,", ",email,"), {}, "personal data", 40.0),
        (GOOD.replace("1,a,", "1,ada@example.org,"), {}, "personal data", 0.0),
        (GOOD.replace("1,a,", "1,4111 1111 1111 1111,"), {}, "personal data", 0.0),
        (GOOD.replace("1,a,", "1,4111 1111 1111 1112,"), {}, "personal data", 100.0),
        (GOOD.replace("1,a,", "1,192.168.0.1,"), {}, "personal data", 0.0),
        (GOOD.replace("1,a,", "1,version 300.1.2.3,"), {}, "personal data", 100.0),
        (GOOD.replace("1,a,", "1,DE89 3704 0044 0532 0130 00,"), {}, "personal data", 0.0),
    ],
)
def test_each_part_sees_its_own_fault(
    text: str, named: dict[str, str], part: str, score: float, tmp_path: Path
) -> None:
    assert _score(_ready(tmp_path, text, **named), part) == pytest.approx(score, abs=0.1)


def test_a_database_is_read_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "it's ours.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute('CREATE TABLE one AS SELECT 1 AS id, \'a\' AS "na""me"')
        connection.execute("CREATE TABLE two AS SELECT 2 AS id")
    before = path.read_bytes()
    with pytest.raises(ExplainedError, match="has 2 tables: name one by --table: one, two"):
        store.opened(path, None)
    with pytest.raises(ExplainedError, match="has no table 'three'"):
        store.opened(path, "three")
    with store.opened(path, "one") as connection:
        assert readiness.assess(connection, readiness.Named(), date(2026, 6, 30), 365).rows == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "no rows|cannot be read"), (b"\x00\x01\x02", "no rows|cannot be read")]
)
def test_what_is_no_table_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(ExplainedError, match=said):
        readiness.described(path, None, readiness.Named(), Config())
