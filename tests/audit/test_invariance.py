"""What a README looks like changes no verdict; what it says does, and that one only. And stuffing pays nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit.audited import COMPLETE, RESULTS, audited, picture, states

TEXT = str(COMPLETE["README.md"])
SPANISH = {
    "Run it": "Cómo ejecutar",
    "Data": "Datos",
    "Approach": "Metodología",
    "Results": "Resultados",
    "Where it is wrong": "Análisis de errores",
    "Deployment": "Despliegue",
    "Monitoring": "Monitoreo",
    "Limitations": "Limitaciones",
    "What I Would Improve Next": "Próximos pasos",
}
PORTUGUESE = {
    "Run it": "Como executar",
    "Data": "Dados",
    "Approach": "Abordagem",
    "Results": "Resultados",
    "Where it is wrong": "Análise de erros",
    "Deployment": "Implantação",
    "Monitoring": "Monitoramento",
    "Limitations": "Limitações",
    "What I Would Improve Next": "Próximos passos",
}


def headings(text: str, change: Callable[[str, str], str]) -> str:
    """Every heading replaced by what `change` makes of its marks and its title."""
    parts = re.split(r"(```.*?```)", text, flags=re.DOTALL)  # code is no heading
    pattern = re.compile(r"^(#+) (.+)$", re.MULTILINE)
    return "".join(
        part if part.startswith("```") else pattern.sub(lambda m: change(m[1], m[2]), part) for part in parts
    )


def translated(names: dict[str, str]) -> str:
    return headings(TEXT, lambda marks, title: f"{marks} {names.get(title, title)}")


def reordered(text: str) -> str:
    """The sections after the first three, in the other direction."""
    lead, *sections = re.split(r"(?m)^(?=## )", text)
    return lead + "".join([*sections[:3], *reversed(sections[3:])])


def as_html_tables(text: str) -> str:
    def table(found: re.Match[str]) -> str:
        header, _, *rows = [line.strip("| ").split(" | ") for line in found[0].strip().splitlines()]
        html = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
        return f"<table>\n<tr>{''.join(f'<th>{cell}</th>' for cell in header)}</tr>\n{html}</table>\n"

    return re.sub(r"(?m)^\|.*\n(?:\|.*\n)+", table, text)


LOOKS = {
    "setext": headings(TEXT, lambda marks, title: f"{title}\n{('=' if marks == '#' else '-') * 5}"),
    "html headings": headings(TEXT, lambda marks, title: f"<h{len(marks)}>{title}</h{len(marks)}>\n"),
    "html headings in a div": headings(
        TEXT, lambda m, title: f'<div align="center">\n<h{len(m)}>{title}</h{len(m)}>\n</div>\n'
    ),
    "bold as headings": headings(TEXT, lambda marks, title: f"{marks} {title}" if marks == "#" else f"**{title}**"),
    "deeper": headings(TEXT, lambda marks, title: f"{marks} {title}" if marks == "#" else f"#{marks} {title}"),
    "all of the first level": headings(TEXT, lambda marks, title: f"# {title}"),
    "emoji": headings(TEXT, lambda marks, title: f"{marks} 🚀 {title} ✨"),
    "numbered": headings(TEXT, lambda marks, title: f"{marks} 3.1. {title}:"),
    "upper case": headings(TEXT, lambda marks, title: f"{marks} {title.upper()}"),
    "bold in headings": headings(TEXT, lambda marks, title: f"{marks} **{title}**"),
    "reordered": reordered(TEXT),
    "details": re.sub(
        r"(?ms)^## Limitations.*?(?=^## What)",
        lambda m: f"<details>\n<summary>more</summary>\n\n{m[0]}</details>\n\n",
        TEXT,
    ),
    "crlf": TEXT.replace("\n", "\r\n"),
    "bom": "\ufeff" + TEXT,
    "spanish headings": translated(SPANISH),
    "portuguese headings": translated(PORTUGUESE),
    "html tables": as_html_tables(TEXT),
    "stars for dashes": re.sub(r"(?m)^- ", "* ", TEXT),
    "one line a paragraph": re.sub(r"(?m)(?<=[a-z,;])\n(?=(?!python|pip)[a-z0-9(])", " ", TEXT),
    "trailing spaces": TEXT.replace("\n", "  \n"),
    "tildes for fences": TEXT.replace("```", "~~~"),
    "windows paths": TEXT.replace("python train.py", r"python .\train.py").replace(
        "python serve.py", r"python .\serve.py"
    ),
    "no prompt, then one": TEXT.replace("\npython ", "\n$ python "),
    "a table of contents": TEXT.replace("## How it works", "- [Data](#data)\n- [Results](#results)\n\n## How it works"),
    "more badges": TEXT.replace("[![tests]", "![x](https://img.shields.io/badge/x-y-z.svg)\n[![tests]"),
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in LOOKS.items()])
def test_looks_change_no_verdict(tmp_path: Path, text: str) -> None:
    assert text != TEXT
    before = states(audited(tmp_path / "before", COMPLETE))
    assert states(audited(tmp_path / "after", COMPLETE | {"README.md": text})) == before


def without(title: str) -> str:
    return re.sub(rf"(?ms)^## {re.escape(title)}\n.*?(?=^## |\Z)", "", TEXT)


def with_body(title: str, body: str) -> str:
    return re.sub(rf"(?ms)(^## {re.escape(title)}\n\n).*?(?=^## |\Z)", lambda m: f"{m[1]}{body}\n\n", TEXT)


LOREM = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore."
LIMITS = TEXT.partition("## Limitations\n\n")[2].partition("\n\n## What")[0]
MUTANTS: dict[str, tuple[str, dict[str, str | bytes]]] = {
    "no limitations": ("RFL701", {"README.md": without("Limitations")}),
    "no next steps": ("RFL702", {"README.md": without("What I Would Improve Next")}),
    "no monitoring": ("RUN508", {"README.md": without("Monitoring")}),
    "no deployment": ("RUN509", {"README.md": without("Deployment").replace("## Live demo", "## Watch it")
        .replace("https://appointments.streamlit.app", "https://www.youtube.com/watch?v=demo")
        .replace("Rank a day of appointments", "A video of a day")}),
    "no error analysis": ("EVL406", {"README.md": without("Where it is wrong")}),
    "no run": ("RUN501", {"README.md": without("Run it")}),
    "no demo": ("RUN506", {"README.md": without("Live demo")}),
    "no diagram": ("COM601", {"README.md": without("How it works")}),
    "lorem limitations": ("RFL701", {"README.md": with_body("Limitations", f"{LOREM}\n\n{LOREM}")}),
    "lorem next steps": ("RFL702", {"README.md": with_body("What I Would Improve Next", LOREM)}),
    "lorem monitoring": ("RUN508", {"README.md": with_body("Monitoring", LOREM)}),
    "limitations in a comment": ("RFL701", {"README.md": with_body("Limitations", f"<!--\n{LIMITS}\n-->")}),
    "limitations not displayed": (
        "RFL701",
        {"README.md": with_body("Limitations", f'<div style="display:none">\n\n{LIMITS}\n\n</div>')},
    ),
    "limitations white on white": (
        "RFL701",
        {"README.md": with_body("Limitations", '<font color="white">It knows one clinic only, and no town.</font>')},
    ),
    "stock next steps": (
        "RFL702",
        {"README.md": with_body("What I Would Improve Next", "- More data\n- Better models\n- Improve accuracy")},
    ),
    "one digit": ("EVL402", {"README.md": TEXT.replace("| boosted trees | 0.738 |", "| boosted trees | 0.748 |")}),
    "no results file": ("EVL402", {"results.json": None}),  # type: ignore[dict-item]
    "another model": ("EVL403", {"model.bin": b"another"}),
    "a picture of one pixel": ("COM602", {"figures/results.png": picture(1, 1)}),
    "a blank picture": ("COM602", {"figures/results.png": picture(is_blank=True)}),
    "a broken picture": ("COM602", {"figures/results.png": b"not a picture"}),
    "a renamed script": ("RUN502", {"train.py": None, "training.py": "pass\n"}),  # type: ignore[dict-item]
    "a dead link": ("COM603", {"README.md": TEXT.replace("[LICENSE](LICENSE)", "[LICENSE](LICENCE)")}),
    "a dead anchor": ("COM603", {"README.md": TEXT.replace("[LICENSE](LICENSE)", "[results](#result)")}),
    "a marker": ("COM604", {"README.md": TEXT + "\n<!-- portfolio:fill RFL701: two limits -->\n"}),
    "braces": ("COM604", {"README.md": TEXT.replace("# Missed", "# {{ cookiecutter.name }} Missed")}),
    "an empty licence": ("HYG801", {"LICENSE": ""}),
    "tests of nothing": ("HYG803", {"tests/test_model.py": "def test_one():\n    assert True\n" * 3}),
    "a root container": ("RUN504", {"Dockerfile": 'FROM python:3.12-slim\n# USER nobody\nCMD ["python"]\n'}),
    "no pins": ("RUN503", {"requirements.txt": "scikit-learn\nfastapi\n"}),
}  # fmt: skip


@pytest.mark.parametrize(("code", "changed"), [pytest.param(*each, id=name) for name, each in MUTANTS.items()])
def test_a_mutation_fails_its_rule_and_no_other(
    tmp_path: Path, code: str, changed: dict[str, str | bytes | None]
) -> None:
    tree = {path: content for path, content in (COMPLETE | changed).items() if content is not None}
    assert tree != COMPLETE
    before, after = states(audited(tmp_path / "before", COMPLETE)), states(audited(tmp_path / "after", tree))
    failing = {each for each, state in after.items() if state == "fail"}
    is_filler = "lorem ipsum" in str(tree["README.md"]).casefold()
    assert failing == {code} | ({"COM604"} if is_filler else set())
    assert before[code] == "pass"
    left_without = {"EVL402": {"EVL403"}, "RUN501": {"RUN502"}}  # nothing is there for these to judge, then
    assert {each for each in after if after[each] != before[each]} - failing <= left_without.get(code, set())


def test_a_mismatch_names_both_values(tmp_path: Path) -> None:
    tree = COMPLETE | {"README.md": TEXT.replace("| boosted trees | 0.738 |", "| boosted trees | 0.748 |")}
    (found,) = audited(tmp_path, tree).findings
    assert "0.748" in found.message
    assert str(RESULTS["runs"][2]["roc_auc"]) in found.message
    assert TEXT.splitlines()[(found.line or 1) - 1].startswith("| boosted trees")


def test_duplicate_headings_change_nothing(tmp_path: Path) -> None:
    doubled = TEXT.replace("## Limitations\n", "## Limitations\n\n## Limitations\n")
    assert not audited(tmp_path, COMPLETE | {"README.md": doubled}).findings


POOR = {
    "three lines": "# House prices\n\nPredicting house prices with a random forest regression model on a dataset.\n",
    "a recipe": "# Spam classifier\n\nClassification of mail.\n\n## Run\n\n```\npip install -r requirements.txt\n```\n",
    "headings only": "# Churn prediction with machine learning\n\n## Data\n\n## Results\n\n## Model\n",
}
KEYWORDS = (
    "problem goal data dataset baseline accuracy precision recall f1 auc rmse results experiments",
    "confusion matrix error analysis trade-off because imbalance cost instead of rather than",
    "docker kubernetes deployment api monitoring drift prometheus grafana logging alerts",
    "limitations future work improve next steps add collect deploy 95 % confidence interval ± std",
)
TITLES = ("Problem", "Data", "Baseline", "Results", "Error Analysis", "Trade-offs", "Monitoring", "Deployment",
          "Limitations", "What I Would Improve Next")  # fmt: skip


def stuffing() -> dict[str, list[str]]:
    """Forty lines each that say nothing."""
    table = ["| Model | Accuracy | F1 |", "| -- | -- | -- |", "| baseline | | |", "| xgboost | | |"]
    hidden = "Our baseline is beaten: 0.71 ± 0.02 against 0.84 ± 0.01 accuracy, because recall matters to doctors."
    words = [f"- {word}" for line in KEYWORDS for word in line.split()]
    return {
        "keywords": [KEYWORDS[i % 4] for i in range(40)],
        "keywords under headings": [
            line for title in TITLES for line in (f"## {title}", "", KEYWORDS[len(title) % 4], "")
        ],
        "keywords as items": words[:40],
        "empty tables": [*table, ""] * 8,
        "tables of zeros": ["| Model | Accuracy |", "| -- | -- |", "| baseline | 0.0 |", "| svm | 0.0 |", ""] * 8,
        "hidden text": [f'<div style="display:none">{hidden}</div>', ""] * 20,
        "comments": [f"<!-- {hidden} -->"] * 40,
        "white text": [f'<span style="color:#fff">{hidden}</span>', ""] * 20,
        "lorem under headings": [line for title in TITLES for line in (f"## {title}", "", LOREM, "")],
        "one sentence, forty times": [KEYWORDS[1] + " limitations of the model and of the data"] * 40,
        "all of it": [
            *table,
            *(f"## {title}" for title in TITLES),
            *KEYWORDS,
            f"<!-- {hidden} -->",
            LOREM,
            *words[:18],
        ],
    }


@pytest.mark.parametrize("poor", [pytest.param(text, id=name) for name, text in POOR.items()])
@pytest.mark.parametrize("lines", [pytest.param(lines, id=name) for name, lines in stuffing().items()])
def test_stuffing_pays_nothing(tmp_path: Path, poor: str, lines: list[str]) -> None:
    assert len(lines) <= 40
    before = audited(tmp_path / "before", {"README.md": poor, "app.py": "pass\n"})
    after = audited(tmp_path / "after", {"README.md": poor + "\n" + "\n".join(lines) + "\n", "app.py": "pass\n"})
    there = {part.name for part in before.checklist if part.is_there}
    assert {part.name for part in after.checklist if part.is_there} <= there, json.dumps(states(after))
    assert (after.score or 0) - (before.score or 0) < 10
