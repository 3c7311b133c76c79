"""What every project promises of data: its own sample with other seeds, published sets by name, and other worlds."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import urllib.request
from datetime import date
from pathlib import Path

import pytest

from portfolio.create import templates
from portfolio.create.templates import Template
from tests.e2e import journeys
from tests.e2e.conftest import Project, Workshop, copied, free_port, run, served
from tests.e2e.journeys import World
from tests.e2e.mirror import Mirror

SEED = 11  # of a run beside the project's own; ten are tried by hand


def test_results_stay_in_their_band_whatever_the_seed(each: Project, tmp_path: Path) -> None:
    copy = copied(each, tmp_path)
    for verb in _up_to_measuring(each.template):
        copy.do(f"{verb} --seed {SEED}")
    facts = journeys.of(each.template)
    facts.band(each)
    facts.band(copy)
    assert copy.metrics["results"] != each.metrics["results"]


def _up_to_measuring(template: Template) -> list[str]:
    return list(template.steps[: template.steps.index("evaluate") + 1])


SEEDS, A_DAY = 200, 40  # all of them once in five days, or in one with PORTFOLIO_SEEDS=200
EVERY_SEED = """
import os, sys
from multiprocessing import Pool

def attempt(seed):
    try:
        one(seed)
    except Exception as error:
        return f"seed {seed}: {type(error).__name__}: {error}"

first = int(sys.argv[1])
with Pool(os.cpu_count()) as pool:
    problems = list(filter(None, pool.imap_unordered(attempt, range(first, first + int(sys.argv[2])), 5)))
print(*problems, sep="\\n", file=sys.stderr)
sys.exit(bool(problems))
"""


def test_every_seed_runs(each: Project, tmp_path: Path) -> None:
    (tmp_path / "seeds.py").write_text(journeys.of(each.template).one_seed + EVERY_SEED)
    number = int(os.environ.get("PORTFOLIO_SEEDS", A_DAY))
    first = 6300 + date.today().toordinal() * number % SEEDS
    script = shlex.quote(str(tmp_path / "seeds.py"))
    run(f"OMP_NUM_THREADS=1 {each.python} {script} {first} {number}", each.folder)


def test_the_same_seed_gives_the_same_numbers(today: Project, tmp_path: Path) -> None:
    copy = copied(today, tmp_path)
    for verb in _up_to_measuring(today.template):
        copy.do(verb)
    assert copy.metrics["results"] == today.metrics["results"]
    assert copy.metrics["artefacts"] == today.metrics["artefacts"]


def test_a_model_is_not_measured_on_what_it_was_trained_on(each: Project, tmp_path: Path) -> None:
    """Other data than the model's: it may have met those that it would be tested on."""
    copy = copied(each, tmp_path)
    shutil.copytree(each.folder / "data", copy.folder / "data")
    copy.do("data --seed 99")
    with pytest.raises(AssertionError, match="may have met those it is tested on") as failure:
        copy.do("evaluate")
    assert "Traceback" not in str(failure.value)


def test_its_own_mistakes_are_explained_without_a_traceback(each: Project, tmp_path: Path) -> None:
    """Where nothing was made yet."""
    copy = copied(each, tmp_path)
    for name in ("models", "reports"):
        shutil.rmtree(copy.folder / name)
    for command, message in journeys.of(each.template).mistakes.items():
        assert message in _failure(copy, command), command


def test_what_is_published_is_fetched_once_and_whole(each: Project, mirror: Mirror, tmp_path: Path) -> None:
    """Whatever became of it is refused and not kept; its license is shown before it is asked for."""
    published = journeys.of(each.template).published
    copy = copied(each, tmp_path)
    command = f"data {published.options} --mirror {mirror.address}"
    assert published.licence in _failure(copy, command), "nothing is there yet"
    for name, (spoil, message) in published.spoiled.items():
        published.publish(mirror)
        whole = dict(mirror.files)
        spoil(mirror)
        assert re.search(message, _failure(copy, command)), name
        spoiled = {content for path, content in mirror.files.items() if content != whole[path]}
        kept = [path for path in (copy.folder / "data").rglob("*") if path.is_file() and path.read_bytes() in spoiled]
        assert not kept, name
    published.publish(mirror)
    copy.do(command)
    mirror.asked.clear()
    copy.do(command)
    assert mirror.asked == [], "it is here already"


def _failure(project: Project, command: str) -> str:
    with pytest.raises(AssertionError) as failure:
        project.do(command)
    said = str(failure.value)
    assert "ended with 1:" in said
    assert "Traceback" not in said
    return said


WORLDS = [(template, world) for template in templates.all() for world in journeys.of(template).worlds]


@pytest.mark.parametrize(("template", "world"), WORLDS, ids=[f"{each.name}-{world.name}" for each, world in WORLDS])
def test_data_of_another_world_go_through_the_whole_pipeline(
    template: Template, world: World, workshop: Workshop, mirror: Mirror, tmp_path: Path
) -> None:
    """Afterwards no generated block speaks of the sample any more."""
    project = workshop.project(template.name)[1]
    copy = copied(project, tmp_path)
    first, *others = world.verbs
    said = copy.do(f"{first} {world.options(project, tmp_path, mirror)}")
    said += "".join(copy.do(verb) for verb in others)
    world.check(copy, said)
    copy.do("report --check")
    assert copy.metrics["data"]["synthetic"] is False
    for page in [copy.folder / "README.md", copy.folder / "MODEL_CARD.md", *copy.folder.glob("docs/*.md")]:
        blocks = re.findall(r"<!-- report:(\S+) -->(.*?)<!-- /report:\1 -->", page.read_text(encoding="utf-8"), re.S)
        assert not [
            (word, name) for word in world.gone for name, text in blocks if re.search(rf"\b{re.escape(word)}", text)
        ]
    if world.nowhere:
        _speaks_of_its_own_subject(copy, world)


def _speaks_of_its_own_subject(project: Project, world: World) -> None:
    pages = [*project.folder.glob("*.md"), *project.folder.glob("docs/*.md"), *project.folder.glob("reports/*.md")]
    texts = {page.name: page.read_text(encoding="utf-8") for page in pages}
    port = free_port()
    with served(project.serve(port), project.folder, port) as address:
        for path in ("/", "/openapi.json"):
            texts[path] = urllib.request.urlopen(f"{address}{path}", timeout=10).read().decode()
    texts["ask"] = project.do("ask --print")
    found = [
        (name, match[0])
        for name, text in texts.items()
        for match in re.finditer(rf"(?i)\b(?:{'|'.join(world.nowhere)})\w*", text)
    ]
    assert found == []
