"""Our `update` beside Copier's, of the same change to the same project, in turn.

Run as: python -m tests.benchmarks.updating
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from portfolio.create import answers, scaffold, templates
from tests.benchmarks.__main__ import PROGRAMS, measure

RUNS = 7
NAME = "image-api"
# Our templates, with a version that is read from where the second one says it is.
PROGRAM = (
    "from pathlib import Path; from portfolio.__main__ import main; from portfolio.create import templates; {}; main()"
)
ANSWERS_FILE = "{{ _copier_answers|to_nice_yaml -}}\n"


def main() -> None:
    """Print both medians on the wall and of CPU, and the medians of the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = []
        work = Path(folder)
        second = _second_version(work / "second")
        source = _for_copier(work / "source", second)
        ours_made, theirs_made = _made(work / "ours"), _made_by_copier(work / "theirs", source)
        root = f"templates.root = lambda: Path({str(second)!r})"
        ours = [sys.executable, "-c", PROGRAM.format(root), "update", "."]
        theirs = [str(PROGRAMS / "copier"), "update", "--defaults", "--quiet", "."]
        for number in range(RUNS + 1):
            pair = []
            for name, command, made in (("ours", ours, ours_made), ("theirs", theirs, theirs_made)):
                project = work / f"{name}-{number}"
                shutil.copytree(made, project)
                pair.append(measure(command, project))
                assert (project / "src/image_api/heat.py").exists(), command
            pairs.append(pair)
    for which, unit in enumerate(("wall", "CPU")):
        columns = [[one[which] for one in column] for column in zip(*pairs[1:], strict=True)]
        ratio = statistics.median(one / other for one, other in zip(*columns, strict=True))
        medians = " against ".join(f"{statistics.median(column):.3f} s" for column in columns)
        print(f"update of {NAME} against copier update: {medians} of {unit}; ratio {ratio:.2f} (goal ≤ 0.37)")


def _second_version(root: Path) -> Path:
    """The templates, where one file is new and one is changed."""
    shutil.copytree(templates.root(), root, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = root / NAME / "template.toml"
    manifest.write_text(manifest.read_text().replace(templates.get(NAME).version, "9.0.0"))
    (root / NAME / "project/src/image_api/heat.py").write_text('"""Heat."""\n')
    with (root / "_shared/kit/blocks.py").open("a") as shared:
        shared.write("\n\nMORE = 1\n")
    return root


def _for_copier(source: Path, second: Path) -> Path:
    """The same as Copier wants it: a repository with a tag for each version, and a file for the answers."""
    for tag, root in (("1.0.0", templates.root()), ("9.0.0", second)):
        for name in ("_shared", NAME, "copier.yml"):
            target = source / name
            shutil.rmtree(target, ignore_errors=True)
            if (root / name).is_dir():
                shutil.copytree(root / name, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                target.write_text((root / name).read_text())
        (source / NAME / "project/{{ _copier_conf.answers_file }}.jinja").write_text(ANSWERS_FILE)
        # Our texts for quotes and Markdown are given to each render, and Copier keeps only answers to questions.
        given = _given()
        questions = yaml.safe_load((source / "copier.yml").read_text())
        for key in ("seed", "year"):  # nor answers to questions that are not asked
            del questions[key]["when"]
        extra = {key: {"type": "yaml", "default": yaml.safe_dump(given[key])} for key in ("quoted", "markdown")}
        extra |= {key: {"type": "str", "default": str(given[key])} for key in ("template", "release")}
        (source / "copier.yml").write_text(yaml.safe_dump({**questions, **extra}, sort_keys=False))
        _commit(source)
        subprocess.run(["git", "tag", tag], cwd=source, check=True)
    return source


def _given() -> dict[str, object]:
    return answers.collect(templates.get(NAME), NAME, {"author": "Ada"}).context


def _made(folder: Path) -> Path:
    scaffold.create(answers.collect(templates.get(NAME), NAME, {"author": "Ada"}), folder, git=True)
    return folder


def _made_by_copier(folder: Path, source: Path) -> Path:
    data = folder.with_suffix(".yml")
    data.write_text(yaml.safe_dump(_given(), allow_unicode=True))
    words = ["copy", "--defaults", "--quiet", "--vcs-ref", "1.0.0", "--data-file", str(data), str(source), str(folder)]
    subprocess.run([str(PROGRAMS / "copier"), *words], check=True)
    _commit(folder)
    return folder


def _commit(folder: Path) -> None:
    who = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"}
    who |= {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org"}
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Work"]):
        subprocess.run(["git", *words], cwd=folder, check=True, env={**os.environ, **who})


if __name__ == "__main__":
    main()
