"""Every answer passes one validation, and the text of any answer is carried through as it is."""

from __future__ import annotations

import json
import tomllib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from portfolio.create import answers, escaping, questions, templates, validation
from portfolio.create.questions import Question
from portfolio.errors import WrongUse
from tests.conftest import Outcome, Run, default_answers

TEMPLATE = templates.get("image-api")
PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from("\n\t"), min_size=1)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("json", "standard library"),
        ("class", "keyword"),
        ("numpy", "depends on"),
        ("scikit-learn", "depends on"),
        ("torch", "depends on"),
        ("starlette", "depends on"),
        ("a/b", "path separator"),
        ("a\\b", "path separator"),
        ("My Project", "lower-case"),
        ("-x", "lower-case"),
        ("2nd", "letter"),
        ("é", "lower-case"),
        ("", "lower-case"),
        ("..", "lower-case"),
        ("a" * 61, "longer"),
    ],
)
def test_a_bad_project_name_is_refused_by_name(portfolio: Run, text: str, complaint: str) -> None:
    _refused(portfolio("new", "image-api", "--data", f"project_name={text}"), "project_name", complaint)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("colour=red", "no question called 'colour'"),
        ("year=soon", "not a whole number"),
        ("seed=-1", "not a whole number"),
        ("seed=1.5", "not a whole number"),
        ("title=", "empty"),
        ("title=  ", "empty"),
        ("title=" + "x" * 501, "501 characters"),
        ("title=bell\a", "U+0007"),
        ("author=half\ud800", "U+D800"),
        ("title", "is not KEY=VALUE"),
    ],
)
def test_a_bad_answer_is_refused_by_name(portfolio: Run, answer: str, complaint: str) -> None:
    _refused(portfolio("new", "image-api", "--data", answer), answer.partition("=")[0], complaint)


def _refused(outcome: Outcome, *words: str) -> None:
    assert outcome.code == 2
    assert outcome.out == ""
    error, hint = outcome.err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint:  ")
    assert all(word in error for word in words)


@pytest.mark.parametrize(
    ("text", "value"), [("yes", True), ("TRUE", True), ("1", True), ("off", False), ("No ", False)]
)
def test_a_boolean_is_read(text: str, value: bool) -> None:
    assert validation.validate(Question("gpu", "bool", "", True), text, TEMPLATE) is value


@pytest.mark.parametrize("text", ["maybe", "", "2", "yess"])
def test_a_bad_boolean_is_refused_by_name(text: str) -> None:
    with pytest.raises(WrongUse, match=r"gpu: .* neither yes nor no"):
        validation.validate(Question("gpu", "bool", "", True), text, TEMPLATE)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("image-api", "image-api"),
        ("my image-api é", "my-image-api-e"),
        ("Ärger  mit_Blättern!", "arger-mit-blattern"),
        ("2nd try", "nd-try"),
        ("日本", "my-project"),
        ("x" * 80, "x" * 60),
    ],
)
def test_the_project_is_named_after_its_folder(folder: str, name: str) -> None:
    assert validation.slug(folder) == name


@pytest.mark.parametrize("text", ["🩷 leaves", "Ünïcödé", "日本語", "a\u200bb"])
def test_any_script_and_any_emoji_is_an_answer(text: str) -> None:
    assert _valid(text) == text


def test_two_students_get_different_seeds() -> None:
    assert (
        default_answers(TEMPLATE, author="Ada").values["seed"] != default_answers(TEMPLATE, author="Bob").values["seed"]
    )


def test_only_what_the_same_command_would_not_find_again_is_repeated() -> None:
    assert set(default_answers(TEMPLATE).unpredictable) == {"author", "year"}
    assert default_answers(TEMPLATE, title="Mine").unpredictable["title"] == "Mine"


def test_a_prompt_is_shown_the_default_and_never_for_what_is_worked_out() -> None:
    asked = {}

    def ask(question: Question, default: questions.Answer) -> str:
        asked[question.key] = default
        return "from the prompt" if question.key == "title" else str(default)

    collected = answers.collect(TEMPLATE, "leaf thing", {"author": "Ada"}, ask)
    assert collected.values["title"] == "from the prompt"
    assert asked["project_name"] == "leaf-thing"
    assert {"author", "seed", "year"}.isdisjoint(asked)


def _valid(text: str) -> str:
    return str(validation.validate(Question("title", "str", "", True), text, TEMPLATE))


@given(PRINTABLE.filter(str.strip).map(_valid))
def test_text_in_quotes_reads_back_in_toml_json_and_yaml(text: str) -> None:
    line = f'"{escaping.in_quotes(text)}"'
    assert tomllib.loads(f"a = {line}")["a"] == text
    assert json.loads(line) == text
    assert yaml.safe_load(f"a: {line}")["a"] == text


@given(
    PRINTABLE.filter(str.strip)
    | st.from_regex(r"(#+|[-+*>=]|[0-9]{1,3}[.)]|={3,}|-{3,}) ?[a-z]*( #+)?", fullmatch=True)
)
def test_text_alone_on_a_line_of_markdown_is_a_paragraph(text: str) -> None:
    tokens = (
        MarkdownIt("commonmark")
        .enable("table")
        .parse(f"before\n\n{escaping.in_markdown(text)}\n\n# {escaping.in_markdown(text)}\n")
    )
    assert [token.tag for token in tokens if token.nesting == 1] == ["p", "p", "h1"]
    shown = ["".join(child.content for child in tokens[i].children or []).split() for i in (4, 7)]
    assert shown == [text.split(), text.split()]


@given(PRINTABLE.filter(str.strip))
def test_text_in_markdown_is_shown_as_it_is_on_one_line(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(f"# a {escaping.in_markdown(text)} z\n")
    assert [token.type for token in tokens] == ["heading_open", "inline", "heading_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children).split() == ["a", *text.split(), "z"]


def test_questions_and_story_defaults_belong_together(template: templates.Template) -> None:
    asked = {question.key for question in questions.questionnaire() if question.is_asked}
    assert asked == {"project_name", "title", "author", *template.story}
