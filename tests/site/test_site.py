"""One page from many projects: what is on it, what is left out, and what becomes of the folder."""

from __future__ import annotations

import json
import os
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from portfolio.site import author, build
from portfolio.site.author import Author
from tests.audit.audited import build as written
from tests.audit.audited import picture
from tests.conftest import CHECKOUT, Outcome, Run
from tests.recorded import METRICS, MODEL, record

posix = pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
TITLE = "Image classifier with a REST API"
SAID = "Macro F1 0.812, 95% interval 0.750 to 0.870, on 480 cases (test, by plant)"


@pytest.fixture
def made(ran: Path, portfolio: Run) -> Outcome:
    """A site of one project."""
    return portfolio("site", str(ran), "--out", "out")


def test_the_page_says_what_the_run_recorded(made: Outcome) -> None:
    assert made.code == 0, made.err
    index = Path("out/index.html").read_text(encoding="utf-8")
    assert f"{SAID}; the strongest other model, linear on colors and edges, has 0.610." in index
    assert f'<a href="leaves/">{TITLE}</a>' in index
    assert "Machine learning engineering" in index
    assert "drawn by code" in index
    page = Path("out/leaves/index.html").read_text(encoding="utf-8")
    assert SAID in page
    assert "0.900 to 0.990" in page
    assert "(would be a leak)" in page
    assert "Photographs from where it is used" in page


RESULTS: dict[str, tuple[dict[str, Any], str]] = {
    "chance may explain it": (
        {"comparisons": [METRICS["comparisons"][0] | {"ci95": [-0.1, 0.3]}]}, "chance could explain the difference"),
    "another is better": (
        {"results": [MODEL, {**MODEL, "model": "forest", "role": "baseline", "value": 0.9}], "comparisons": []},
        "the strongest other model, forest, has 0.900, which is better."),
    "an interval that is none": (
        {"comparisons": [METRICS["comparisons"][0] | {"ci95": [None, "0.3"]}]}, "has 0.610."),
    "no other model": ({"results": [MODEL]}, "on 480 cases (test, by plant)."),
    "the served one of two": (
        {"results": [MODEL, {**MODEL, "model": "both", "value": 0.79}],
         "data": METRICS["data"] | {"served": "both"}}, "Macro F1 0.790"),
    "less is better": (
        {"results": [{**MODEL, "label": "MASE", "higher_is_better": False},
                     {**MODEL, "label": "MASE", "model": "naive", "role": "baseline", "value": 1.25},
                     {**MODEL, "label": "MASE", "model": "ridge", "role": "baseline", "value": 0.95}]},
        "the strongest other model, ridge, has 0.950"),
    "large numbers": ({"results": [{**MODEL, "value": 35650.4, "ci95": [31079, 41783]}]},
                      "Macro F1 35,650, 95% interval 31,079 to 41,783"),
}  # fmt: skip


@pytest.mark.parametrize(("other", "said"), RESULTS.values(), ids=RESULTS)
def test_the_sentence(ran: Path, portfolio: Run, other: dict[str, Any], said: str) -> None:
    record(ran, **other)
    document = portfolio("site", str(ran), "--out", "out", "--format", "json").json
    assert said in document["shown"][0]["result"]


LEFT_OUT: dict[str, tuple[dict[str, Any] | None, str]] = {
    "no results": (None, "has no recorded results"),
    "no interval": ({"results": [{**MODEL, "ci95": None}]}, "records no result with an interval"),
    "results that make no sense": ({"results": {"a": 1}}, "records no result with an interval"),
    "nothing but baselines": ({"results": [{**MODEL, "role": "baseline"}]}, "records no result with an interval"),
}


@pytest.mark.parametrize(("other", "why"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_project_without_results_is_named(ran: Path, portfolio: Run, other: dict[str, Any] | None, why: str) -> None:
    bare = ran.with_name("bare")
    shutil.copytree(ran, bare)
    if other is None:
        (bare / "reports/metrics.json").unlink()
    else:
        record(bare, **other)
    done = portfolio("site", str(ran), str(bare), "--out", "out")
    assert done.code == 0
    assert f"error: not shown: bare {why}" in done.err
    assert not Path("out/bare").exists()
    alone = portfolio("site", str(bare), "--out", "other")
    assert alone.code == 1
    assert alone.err.startswith(f"error: there is nothing to show: bare {why}")
    assert not Path("other").exists()


def test_a_readme_that_disagrees_is_named_and_not_shown(ran: Path, portfolio: Run) -> None:
    page = ran / "README.md"
    wrong = "| Model | Macro F1 |\n| :-- | --: |\n| convolutional network | 0.999 |\n"
    text = page.read_text(encoding="utf-8")
    start = text.index("<!-- report:results -->\n") + len("<!-- report:results -->\n")
    page.write_text(text[:start] + wrong + text[text.index("<!-- /report:results -->") :], encoding="utf-8")
    done = portfolio("site", str(ran), "--out", "out")
    assert done.code == 1
    assert "its README disagrees with its run" in done.err
    assert "0.999" in done.err


EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)> {{ 7 * 7 }} \x1b[31m ‮'


class Tags(HTMLParser):
    """The tags and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not [name for name, _ in attrs if name.startswith("on")]


def test_hostile_text_stays_text(ran: Path, portfolio: Run) -> None:
    record(ran, results=[MODEL])
    rival = {**MODEL, "model": EVIL, "role": "baseline", "value": 0.5}
    evil = METRICS | {"results": [MODEL, rival, {**rival, "split": EVIL}]}
    (ran / "reports/metrics.json").write_text(json.dumps(evil), encoding="utf-8")
    page = ran / "README.md"
    text = page.read_text(encoding="utf-8").replace(f"# {TITLE}", f"# {EVIL}", 1)
    page.write_text(text.replace("People have more", f"{EVIL} People have more"), encoding="utf-8")
    project = ran / "pyproject.toml"
    urls = '\n[project.urls]\nDemo = "javascript:alert(1)"\nRepository = "https://example.org/\\"onclick=x"\n'
    project.write_text(project.read_text(encoding="utf-8") + urls, encoding="utf-8")
    Path("portfolio.toml").write_text(f"name = {EVIL!r}\nabout = {EVIL!r}\n".replace("\\x1b", "x"), encoding="utf-8")
    assert portfolio("site", str(ran), "--out", "out").code == 0
    for file in Path("out").rglob("*.html"):
        found = Tags(file.read_text(encoding="utf-8"))
        assert "script" not in found.tags
        assert not [each for each in found.addresses if each.startswith(("javascript", "x"))]
        assert "{{ 7 * 7 }}" in file.read_text(encoding="utf-8")
        assert all(each.startswith(("https://example.org/", "leaves/", "../", "data:,")) for each in found.addresses)


@posix
def test_its_pictures_come_along_from_inside_the_project_only(ran: Path, portfolio: Run, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture())
    written(ran, {"reports/figures/own.png": picture(), "reports/figures/evil.png": b"<svg onload=alert(1)>"})
    (ran / "reports/figures/linked.png").symlink_to(tmp_path / "secret.png")
    page = ran / "README.md"
    images = "".join(f"![A plot](reports/figures/{name}.png)\n\n" for name in ("evil", "linked", "own"))
    page.write_text(page.read_text(encoding="utf-8").replace("## Try it", f"{images}## Try it", 1), encoding="utf-8")
    assert portfolio("site", str(ran), "--out", "out").code == 0
    assert Path("out/leaves/picture.png").read_bytes() == picture()
    assert 'alt="A plot"' in Path("out/index.html").read_text(encoding="utf-8")


def test_roles_stand_in_the_author_s_order_and_names_are_kept_apart(ran: Path, portfolio: Run, tmp_path: Path) -> None:
    other = tmp_path / "there" / "leaves"
    shutil.copytree(ran, other)
    third = tmp_path / "ds"
    shutil.copytree(ran, third)
    Path("portfolio.toml").write_text(
        'name = "Ada"\nroles = ["ds"]\n[project.ds]\nrole = "ds"\ntitle = "A study"\nskills = ["SQL"]\n'
        'demo = "https://example.org/demo"\n',
        encoding="utf-8",
    )
    document = portfolio("site", str(ran), str(other), str(third), "--out", "out", "--format", "json").json
    assert [each["page"] for each in document["shown"]] == [
        "ds/index.html", "leaves/index.html", "leaves-2/index.html",
    ]  # fmt: skip
    index = Path("out/index.html").read_text(encoding="utf-8")
    assert index.index("Data science") < index.index("Machine learning engineering")
    assert "A study" in index
    assert "<li>SQL</li>" in index
    assert '<a href="https://example.org/demo">' in index


def test_the_file_in_our_readme_is_one(tmp_path: Path) -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    (tmp_path / "me.toml").write_text(text.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    found = author.read(tmp_path / "me.toml")
    assert (found.name, found.project["image-api"].role) == ("Ada Lovelace", "mle")


BAD_AUTHORS = {
    "not TOML": ("name = ", "is not TOML"),
    "another key": ('nmae = "Ada"', "there is no 'nmae'\nhint:  did you mean name?"),
    "another type": ("name = 3", "name is not a text"),
    "a list of numbers": ("roles = [3]", "roles is not a list of texts"),
    "another role": ('roles = ["mel"]', "there is no role 'mel'\nhint:  did you mean mle?"),
    "no address": ('links = { here = "javascript:x" }', "the link 'here' is no address"),
    "no e-mail": ('email = "a b"', "email is no address"),
    "a project that is no table": ("project = 3", "project must be tables"),
    "a demo that is no address": ('[project.leaves]\ndemo = "file:///etc"', "demo is no address"),
}


@pytest.mark.parametrize(("text", "said"), BAD_AUTHORS.values(), ids=BAD_AUTHORS)
def test_what_an_author_cannot_mean_is_said(ran: Path, portfolio: Run, text: str, said: str) -> None:
    Path("me.toml").write_text(text, encoding="utf-8")
    done = portfolio("site", str(ran), "--author", "me.toml", "--out", "out")
    assert done.code == 2
    assert said in done.err
    assert not Path("out").exists()


def test_a_site_is_made_anew_and_nothing_else_is_replaced(ran: Path, portfolio: Run) -> None:
    for _ in range(2):
        assert portfolio("site", str(ran), "--out", "out").code == 0
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("years of work", encoding="utf-8")
    done = portfolio("site", str(ran), "--out", "mine")
    assert done.code == 1
    assert "mine is there, and is no site of portfolio's" in done.err
    assert Path("mine/thesis.txt").read_text(encoding="utf-8") == "years of work"
    assert not list(Path().glob(".*.tmp-*"))


def test_the_folder_one_is_in_is_not_replaced(ran: Path, portfolio: Run, tmp_path: Path) -> None:
    done = portfolio("site", str(ran), "--out", ".")
    assert done.code == 1
    assert "is the folder that you are in" in done.err


@posix
def test_a_link_to_a_site_stays_a_link(ran: Path, portfolio: Run) -> None:
    portfolio("site", str(ran), "--out", "out")
    Path("link").symlink_to("out")
    assert portfolio("site", str(ran), "--out", "link").code == 0
    assert Path("link").is_symlink()
    assert sorted(path.name for path in Path().iterdir()) == ["leaves", "link", "out"]


def test_a_failure_leaves_the_old_site(ran: Path, portfolio: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio("site", str(ran), "--out", "out")
    before = Path("out/index.html").read_text(encoding="utf-8")
    site = build.collect([ran], Author(name="Another"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build, "_fill", full)
    with pytest.raises(build.OutOfPlace, match="No space left on device"):
        build.write(site, Author(name="Another"), Path("out"))
    assert Path("out/index.html").read_text(encoding="utf-8") == before
    assert sorted(path.name for path in Path().iterdir()) == ["leaves", "out"]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("https://example.org", True), ("http://a.b/c", True), ("javascript:alert(1)", False), ("//a.b", False),
     ("https://", False), ("data:text/html,x", False), ("http://[", False), ("", False)],
)  # fmt: skip
def test_what_may_be_linked_to(text: str, is_one: bool) -> None:
    assert author.is_address(text) is is_one
