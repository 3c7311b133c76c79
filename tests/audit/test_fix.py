"""What `--fix` writes and where; what it must not touch; and that twice is once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portfolio.audit import fix
from portfolio.audit.deadline import TooSlow
from portfolio.audit.engine import audit
from portfolio.audit.fix import FixRefused
from portfolio.audit.project import open_project
from tests.audit.audited import MIT, build, picture, states
from tests.conftest import Run

ABOUT = "# Frost\n\nA classifier for machine learning, trained on a dataset.\n"
SCORES = {"knn": {"rmse": 3.14159, "mae": 2.2}, "xgboost": {"rmse": 2.71828, "mae": 1.9}}
HAS_ALL: dict[str, str | bytes] = {
    "LICENSE": MIT,
    "requirements.txt": "numpy\n",
    "train.py": "print('training')\n",
    "results/metrics.json": json.dumps(SCORES),
    "figures/confusion_matrix.png": picture(640, 480),
    "data/LICENSE": "CC BY 4.0",
    "deploy/settings.toml": 'url = "https://frost.streamlit.app"\n',
}
PAGES = {
    "a title": ABOUT,
    "no title": "A classifier for machine learning, trained on a dataset.\n",
    "front matter": f"---\ntitle: Frost\nlayout: page\n---\n\n{ABOUT}",
    "sections": f"{ABOUT}\n## Results\n\nVery good.\n\n## License\n\nMIT\n",
    "several first levels": f"{ABOUT}\n# Data\n\nHourly.\n\n# Results\n\nVery good.\n\n# License\n\nMIT\n",
    "setext": "Frost\n=====\n\nA classifier for machine learning, trained on a dataset.\n\nData\n----\n\nHourly.\n",
    "CRLF": ABOUT.replace("\n", "\r\n"),
    "no newline at its end": ABOUT.rstrip(),
    "closed code": f"{ABOUT}\n```\ncode\n```\n",
}
SHOWN = ("EVL401", "COM607", "RUN501", "RUN506", "DAT202")
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16"]


def fixed(folder: Path) -> bool:
    """Whether `--fix` found something to write, and wrote it."""
    project = open_project(folder)
    proposed = fix.propose(project, audit(project, "project"))
    if proposed:
        fix.write(project, proposed)
    return proposed is not None


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_what_the_repository_holds_is_shown_and_then_passes(tmp_path: Path, page: str, encoding: str) -> None:
    build(tmp_path, {**HAS_ALL, "README.md": page.encode(encoding)})
    before = states(audit(open_project(tmp_path), "project"))
    assert {before[code] for code in SHOWN} == {"fail"}
    assert fixed(tmp_path)
    content = (tmp_path / "README.md").read_bytes()
    after = states(audit(open_project(tmp_path), "project"))
    assert {code: after[code] for code in SHOWN} == dict.fromkeys(SHOWN, "pass")
    assert not fixed(tmp_path), "twice is once"
    assert (tmp_path / "README.md").read_bytes() == content
    text = content.decode(encoding)
    assert all(line in text.splitlines() for line in page.splitlines())
    assert ("\r\n" in text) == ("\r\n" in page)
    assert "\n" not in text.replace("\r\n", "") or "\r\n" not in page


def test_the_numbers_are_the_author_s(tmp_path: Path) -> None:
    build(tmp_path, {**HAS_ALL, "README.md": ABOUT})
    assert fixed(tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert "| xgboost | 2.718 | 1.9 |" in text
    assert "![Confusion matrix](figures/confusion_matrix.png)" in text
    assert "https://frost.streamlit.app" in text


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_section_to_fill_in_is_inserted_once_where_it_belongs(tmp_path: Path, page: str) -> None:
    build(tmp_path, {"README.md": page, "LICENSE": MIT, "a.py": ""})
    assert fixed(tmp_path)
    assert not fixed(tmp_path)
    text = (tmp_path / "README.md").read_text()
    if "## The problem" in text:
        assert text.index("## The problem") < len(text) / 2


@pytest.mark.parametrize(
    ("shown", "after"), [("3.15", "3.14"), ("3,15", "3,15"), ("1.5k", "1.5k"), ("3.15×10⁰", "3.15×10⁰")]
)
def test_a_number_in_another_notation_is_left_to_its_author(tmp_path: Path, shown: str, after: str) -> None:
    table = f"| Model | RMSE |\n| -- | -- |\n| knn | {shown} |\n"
    page = f"{ABOUT}\n<!-- report:results -->\n{table}<!-- /report:results -->\n"
    settings = '[tool.portfolio.audit]\nresults = "results/metrics.json"\n'
    build(tmp_path, {**HAS_ALL, "README.md": page, "pyproject.toml": settings})
    assert states(audit(open_project(tmp_path), "project"))["EVL402"] == "fail"
    fixed(tmp_path)
    assert f"| knn | {after} |" in (tmp_path / "README.md").read_text()


def test_nothing_is_left_beside_a_page_where_the_time_is_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(self: Path, mode: int) -> None:
        raise TooSlow

    build(tmp_path, {**HAS_ALL, "README.md": ABOUT})
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(Path, "chmod", too_slow)
    with pytest.raises(TooSlow):
        fixed(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "README.md").read_text() == ABOUT


def refused(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(FixRefused) as caught:
        fixed(folder)
    assert caught.value.hint
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "tree",
    [
        {"README.rst": "Frost\n=====\n\nA model.\n"},
        {"README.org": "* Frost\n"},
        {"README.md": ABOUT.encode() + b"\xff\xfe\xfd"},
        {"README.md": b"\xff\xfeA"},
        {"README.md": ABOUT.encode() + b"\0"},
        {"README.md": f"{ABOUT}\n```bash\npython a.py\n\n## Data\n\nHourly.\n"},
    ],
    ids=["reStructuredText", "Org", "no text", "half a letter", "a NUL", "an open block of code"],
)
def test_a_page_that_it_could_damage_is_refused(tmp_path: Path, tree: dict[str, str | bytes]) -> None:
    refused(build(tmp_path, {**tree, "a.py": ""}))


def test_a_link_is_refused(tmp_path: Path) -> None:
    build(tmp_path, {"project/a.py": "", "project/page.md": ABOUT})
    (tmp_path / "project/README.md").symlink_to("page.md")
    refused(tmp_path / "project")


def test_another_file_is_no_readme(portfolio: Run, tmp_path: Path) -> None:
    build(tmp_path / "project", {"train.py": "print(1)\n"})
    outcome = portfolio("audit", "--fix", "project/train.py")
    assert outcome.code == 2
    assert "is not a README" in outcome.err
    assert (tmp_path / "project/train.py").read_text() == "print(1)\n"


def test_modes_stay(tmp_path: Path) -> None:
    build(tmp_path, {**HAS_ALL, "README.md": ABOUT})
    (tmp_path / "README.md").chmod(0o640)
    assert fixed(tmp_path)
    assert (tmp_path / "README.md").stat().st_mode & 0o777 == 0o640
