"""What misled the audit once, on pages that strangers wrote: each boiled down to a line or two of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.audited import Tree, audited, states
from tests.audit.test_rules import BLOCK, ML, TABLE, WORDS, tree_of

CLONE = "```console\ngit clone https://github.com/{}\ncd {}\npython app.py\n```\n"
THERE: list[tuple[str, str | Tree]] = [
    ("RUN503", {"README.md": ML, "requirements.txt": "numpy==2.3\npandas==3.0\n",
                "pyproject.toml": "[project]\ndependencies = [\n'numpy',\n'pandas',\n]\n"}),
    ("RUN506", "[Try it](https://colab.research.google.com/github/ada/frost/blob/main/frost.ipynb)\n"),
    ("DAT201", "| Part | Made with |\n| -- | -- |\n| Data | Reddit (PRAW), NewsAPI |\n"),
    ("DAT202", "## Data\n\nNights of the valley, under its Data Use Policy.\n"),
    ("EVL405", "A high AUC alone isn't enough here: who lights a fire needs a probability.\n"),
    ("EVL407", "Despite having a higher error, it allows us to reduce the model to four of the twenty columns.\n"),
    ("RFL702", "## Next steps\n\n- add grafana and evidently for model monitoring\n- Ask two growers\n"),
    ("EVL401", {"README.md": f"{ML}[Comparison](compare/README.md)\n", "compare/README.md": TABLE.format("linear")}),
    ("RUN501", {"README.md": f"{ML}1. [Backend](/backend)\n", "backend/README.md": CLONE.format("ada/frost", "frost")}),
    ("RUN501", {"README.md": f"{ML}See [how](web/README.md).\n", "web/README.md": CLONE.format("ada/frost", "frost")}),
    ("RUN502", CLONE.format("ada/frost.git", "frost/")),
    ("RUN502", CLONE.format("<you>/<name>", "frost")),
    ("RUN502", {"README.md": f"{ML}{CLONE.format('ada/frost', 'api')}", "api/app.py": ""}),
    ("RUN502", {"README.md": ML + BLOCK.format("docker build -t frost ."), "docker/Dockerfile": "FROM python:3.12\n"}),
    ("RUN502", {"README.md": ML + BLOCK.format("docker build -f x.image .\npython a.py"), "a.py": ""}),
    ("COM604", "Fork it first.\n\n" + CLONE.format("<your-username>/frost", "frost")),
    ("COM608", "| a | b |\n| -- | -- |\n| 1 | 2 |\n\n```\nread\n  │\n  ▼\ntrain\n```\n\nEither a | b, or | c.\n"),
    ("COM609", "```\n├── app.py\n├── outputs/\n└── checkpoints/\n```\n"),
    ("PRB102", "## Who is it for\n\nWhoever has an orchard.\n"),
    ("DAT201", {"README.md": f"{ML}The repository contains some test data (nights).\n", "night_data/a.csv": "a\n"}),
    ("RFL702", "## What could be improved\n\n- Add the soil's moisture\n- Ask two growers what they light at\n"),
    ("RFL701", {"README.md": f"{ML}- `LIMITS.md`: what it cannot do\n",
                "LIMITS.md": "# Limitations\n\nOnly one valley is in it, so other soils were never seen.\n"}),
    ("RFL701", {"README.md": f"{ML}[What it cannot do](notes/limits.md)\n",
                "notes/limits.md": "# Limitations\n\nOnly one valley is in it, so other soils were never seen.\n"}),
    ("DAT201", "## Data\n\nSource: https://www.kaggle.com/c/frost\n"),
    ("MOD301", "With logreg as a sanity check, F1 is 0.61; trees reach 0.84.\n"),
    ("MOD303", "LogisticRegression and GradientBoosting were fitted.\n"),
    ("EVL401", "| Model | metric_type | metric_value |\n| -- | -- | -- |\n"
               "| a | logloss | 0.61 |\n| b | logloss | 0.54 |\n"),
    ("COM601", "```\nlinter ──▶ validate ──▶ build ──▶ deploy\n```\n"),
    ("RFL701", "The model is prone to missing frosts after a warm day.\n"),
    ("RUN508", "Grafana on localhost:3000.\n"),
    ("RUN508", "Prometheus at /metrics.\n"),
    ("RUN508", "Grafana on 0.0.0.0:3000.\n"),
    ("RUN501", "Bash\ngit clone ADDRESS\ncd frost\nStart it:\n\nBash\ndocker-compose up -d\n"),
    ("COM604", "Copy `.env.example` and put your key into it (enter your own API key here first).\n"),
    ("COM604", "Solve what git shows:\n\n```\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> other\n```\n"),
    ("PRB101", "# Ride demand using a random forest\n\nA regression model that tells a city's drivers before evening "
               "where riders will wait, so that fewer of them drive without a passenger and fewer riders have to "
               "stand in the rain for it.\n\n# Data\n\nA dataset.\n\n# Usage\n\nRun it.\n\n# License\n\nMIT\n"),
    ("PRB101", "## Why I built this\n\nMy uncle grows apples, and a frost at night costs him the blossom; he lights "
               "his fires when somebody tells him in time, and last year nobody did.\n"),
    ("PRB101", "## Overview\n\n- A frost at night costs the growers of a valley their blossom\n- They light fires if "
               "they are told in time, and nobody tells them\n- A photograph of the sky at dusk should do for it\n"),
    ("RFL701", "<details><summary>Limitations</summary>\n\nOnly one valley is in the data, so other soils are not.\n\n"
               "</details>\n"),
    ("RFL702", "## Room for improvement\n\n- Add the soil's moisture\n- Ask two growers what they light at\n"),
    ("RFL701", "## Known restrictions\n\nOnly one valley is in the data, so other soils were never seen.\n"),
    ("MOD301", "F1 is 0.84; always answering the majority class gives F1 = 0.\n"),
    ("EVL404", "F1 lies between 0.85 and 0.91 over five seeds.\n"),
    ("EVL401", "| Model | C-index |\n| -- | -- |\n| cox | 0.61 |\n| trees | 0.65 |\n"),
    ("EVL401", "| Model | $F_1$ |\n| -- | -- |\n| one | $0.61 \\pm 0.02$ |\n| two | 0,65 |\n"),
    ("RUN501", '```r\nshiny::runGitHub("frost", "ada")\n```\n\nOr `quarto render report.qmd`.\n'),
    ("RUN506", "[![Live demo](badge.svg)](https://frost.example.net)\n"),
    ("PRB101", "# Sky\n\nShows the weather of the next five days for any city, with a map and a search.\n"),
]  # fmt: skip
MISSING: list[tuple[str, str | Tree]] = [
    ("RFL702", "## Takeaways for future projects\n\n- Look at the calendar first\n- Ask the growers early\n"),
    ("RUN504", {"README.md": ML, "Dockerfile": "FROM python:3.12\nUSER app\nCMD x y\n",
                "web/Dockerfile": "FROM node:22\nCMD npm start\n"}),
    ("RUN502", CLONE.format("ada/frost-warnings.git", "frost")),
    ("RUN502", BLOCK.format("docker build -t frost .")),
    ("COM604", CLONE.format("yourusername/frost", "frost")),
    ("COM604", "```\ngit clone <your-repo-url>\n```\n"),
    ("COM608", "| a | b |\n| 1 | 2 |\n"),
    ("COM608", "Read\n│\n▼\nTrain\n│\n▼\nServe\n"),
    ("COM609", "```\n├── app.py\n├── LICENSE\n└── infrastructure/  # Terraform\n```\n"),
    ("DAT201", "## Features\n\n- Answers in a second\n- Runs on a phone\n"),
    ("EVL404", "6. Pick one: a baseline bootstrap for a new database, or an upgrade.\n"),
    ("EVL404", "The standard deviation across folds is written to a file.\n"),
    ("EVL407", f"## Connect VS Code\n\n{WORDS}\n"),
    ("LLM954", "| Variable | Default |\n| -- | -- |\n| MAX_TOKENS, tokens of an answer | 512 |\n"),
    ("LLM954", "| Step | What it takes |\n| -- | -- |\n| 1 | a key |\n| search | tokens |\n"),
    ("LLM955", "## Troubleshooting\n\n**PDF errors**\n\n- Check that its path is right, and start it again\n"),
    ("DAT201", "## Data\n\nSee [here](https://www.kaggle.com/datasets/??).\n"),
    ("DAT201", "I am on https://www.kaggle.com/somebody too.\n"),
    ("COM604", "Demo (replace with your Streamlit Cloud URL)\n"),
    ("EVL404", "Images are rotated by ±10° before an F1 of 0.84 is reached.\n"),
    ("EVL406", "The network follows Deep Residual Learning, with residual blocks.\n"),
    ("EVL406", "## Import errors\n\n![](trace.png)\n"),
    ("RUN508", "- [Emeli Dral](https://github.com/somebody) (Evidently)\n"),
    ("RUN508", "- MLOps tool: https://www.evidentlyai.com/\n"),
    ("COM601", "```\ntrain.py  → trains\nserve.py  → answers\ndata.csv  → nights\n```\n"),
    ("COM601", "## Approach\n\n![Loss over epochs](loss.png)\n"),
    ("RFL701", "The small sample is not a limitation here, as every night of the valley was seen.\n"),
    ("COM607", "![License](license.png)\n\n![x](https://placehold.co/600x400)\n"),
    ("COM604", "git clone https://github.com/your-username/frost\n\nLorem ipsum dolor sit amet.\n"),
    ("COM604", "(Add instructions on how to run it here)\n"),
    ("COM604", "<<<<<<< HEAD\nOne.\n=======\nTwo.\n>>>>>>> other\n"),
    ("COM604", "This project was bootstrapped with Create React App.\n"),
    ("RFL701", "TensorFlow 2.15 does not support Python 3.13 on this machine.\n"),
    ("RFL701", "Dropout was added to the network to reduce overfitting to the data.\n"),
    ("RFL701", "On a machine without a graphics card it will be slow and prone to crash.\n"),
    ("RFL702", "When all of the above was done, and the curves of every fold had been looked at for a long evening, I "
               "knew that the model could be improved.\n"),
]  # fmt: skip


def _ids(cases: list[tuple[str, str | Tree]]) -> list[str]:
    return [f"{code}-{number}" for number, (code, _) in enumerate(cases)]


@pytest.mark.parametrize(("code", "page"), THERE, ids=_ids(THERE))
def test_what_is_there_is_found(tmp_path: Path, code: str, page: str | Tree) -> None:
    is_whole = isinstance(page, str) and page.startswith("# ")
    tree = {"README.md": str(page), "app.js": ""} if is_whole else tree_of(page, code)
    assert states(audited(tmp_path, tree))[code] == "pass"


@pytest.mark.parametrize(("code", "page"), MISSING, ids=_ids(MISSING))
def test_what_only_sounds_like_it_is_not(tmp_path: Path, code: str, page: str | Tree) -> None:
    assert states(audited(tmp_path, tree_of(page, code)))[code] == "fail"


NOT_ASKED = [
    ("RUN508", {"README.md": f"{ML}A benchmark of five networks.\n", "train.py": ""}),
    ("HYG801", {"README.md": "# Hi there\n\nI'm Ada, and I learn about machine learning.\n"}),
    ("DAT201", {"README.md": "# Ask\n\nA chatbot with an LLM, LangChain and FAISS. Upload a PDF and ask.\n"}),
    ("DAT202", {"README.md": "# Ask\n\nA chatbot with an LLM, LangChain and FAISS over your own documents.\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "tree"), NOT_ASKED)
def test_what_makes_no_sense_is_not_asked(tmp_path: Path, code: str, tree: Tree) -> None:
    assert states(audited(tmp_path, {**tree, "b.txt": ""}))[code] == "n/a"
