"""What is rendered anew, what a run wrote, what is foretold, and what the update bought."""

from __future__ import annotations

import json
from pathlib import Path

from portfolio import record
from tests.conftest import Run
from tests.update.conftest import (
    NAME,
    Bench,
    Living,
    Whereabouts,
    assert_abortable,
    assert_conflicts,
    assert_merged,
    better,
    mine,
)

MEASURED = "| Model | MAE |\n| :-- | --: |\n| mine | 3.1 |\n"
UNMEASURED = "*Nothing was measured yet: run it.*\n"


def test_what_a_run_wrote_into_the_readme_is_no_conflict(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    living.replace("README.md", UNMEASURED, MEASURED)
    mine(living)
    block = f"<!-- report:results -->\n{UNMEASURED}<!-- /report:results -->\n"
    bench.replace("README.md.jinja", f"## Results\n\n{block}\n", "")  # moved below, told in other words
    bench.replace("README.md.jinja", "Scaffolded", f"## Results\n\n{block.replace('Nothing', 'Naught')}\nScaffolded")
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_merged(project, project.update())
    text = project.read("README.md")
    assert text.count(MEASURED) == 1
    assert text.index("## Limitations") < text.index("My oven is broken") < text.index("## Results")
    assert "Naught" not in text


def test_a_block_that_the_template_has_no_more_is_a_conflict_if_a_run_filled_it(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    living.replace("README.md", UNMEASURED, MEASURED)
    living.commit()
    block = f"<!-- report:results -->\n{UNMEASURED}<!-- /report:results -->\n"
    bench.replace("README.md.jinja", f"## Results\n\n{block}\n", "")
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_conflicts(project, project.update(), "README.md")
    assert MEASURED in project.read("README.md")
    assert_abortable(project)


def test_a_conflict_beside_a_filled_block_keeps_the_whole_of_both_sides(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    living.replace("README.md", UNMEASURED, MEASURED)
    living.replace("README.md", "says nothing of them at all", "says nothing of them, and I know why")
    living.commit()
    bench.replace("README.md.jinja", "says nothing of them at all", "is silent about them")
    bench.replace("README.md.jinja", "Nothing was", "Naught was")
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_conflicts(project, project.update(), "README.md")
    assert MEASURED in project.read("README.md")
    project.git("checkout", "--ours", "README.md")
    assert project.read("README.md") == project.git("show", "HEAD:README.md") + "\n"
    assert_abortable(project)


def test_a_new_question_is_answered_and_recorded(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    bench.root.joinpath("copier.yml").write_text(
        (bench.root / "copier.yml").read_text() + "oven:\n  type: str\n  help: Which oven\n"
    )
    manifest = bench.root / NAME / "template.toml"
    manifest.write_text(manifest.read_text().replace("[verbs]", 'oven = "The one of stone"\n[verbs]'))
    bench.replace("README.md.jinja", "Scaffolded", "Oven: {{ markdown.oven }}.\n\nScaffolded")
    bench.release("0.2.0")
    project = whereabouts(living)
    outcome = project.update()
    assert_merged(project, outcome)
    assert outcome.json["new_answers"] == {"oven": "The one of stone"}
    assert "Oven: The one of stone." in project.read("README.md")
    assert json.loads(project.read(record.NAME))["answers"]["oven"] == "The one of stone"


def test_the_templates_own_story_is_told_anew_and_the_authors_is_kept(
    bench: Bench, portfolio: Run, tmp_path: Path
) -> None:
    own = "My aunt bakes too much on every Monday of the year"
    made = {}
    for name, words in (("own", ["--data", f"problem={own}"]), ("default", [])):
        assert portfolio("new", NAME, name, "--yes", *words).code == 0
        made[name] = Living(tmp_path / name, tmp_path / name, portfolio)
    manifest = bench.root / NAME / "template.toml"
    manifest.write_text(manifest.read_text().replace("because nobody tells them", "for want of a forecast"))
    bench.release("0.2.0")
    for project in made.values():
        assert_merged(project, project.update())
    assert own in made["own"].read("README.md")
    assert "for want of a forecast" in made["default"].read("README.md")


def test_an_answer_that_was_changed_in_the_record_is_rendered_anew(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    living.replace(record.NAME, '"title": "Bread for tomorrow"', '"title": "Rolls for tomorrow"')
    mine(living)
    project = whereabouts(living)
    assert_merged(project, project.update())
    assert project.read("README.md").startswith("# Rolls for tomorrow\n")
    assert "return 33  # mine" in project.read("src/bakery/oven.py")


def test_a_dry_run_foretells_the_run_and_changes_nothing(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    mine(living)
    better(bench)
    bench.path("src/bakery/shop.py").unlink()
    bench.write("src/bakery/till.py", "till = 1\n")
    project = whereabouts(living)
    before = project.git("rev-parse", "HEAD"), project.git("for-each-ref"), project.git("status", "--porcelain")
    foretold = project.update("--dry-run").json
    now = project.git("rev-parse", "HEAD"), project.git("for-each-ref"), project.git("status", "--porcelain")
    assert now == before
    outcome = project.update()
    assert_merged(project, outcome)
    assert outcome.json["files"] == foretold["files"]
    assert outcome.json["audit"] == foretold["audit"]
    assert "+    return 99  # better" in foretold["diff"]
    for each in foretold["files"]:
        path = project.folder / each["path"]
        assert project.git("rev-parse", f"HEAD:{each['path']}") == each["blob"] if each["blob"] else not path.exists()


def test_what_the_update_bought_is_shown(bench: Bench, living: Living, portfolio: Run) -> None:
    bench.replace(
        "README.md.jinja",
        "\nScaffolded",
        "\n## What I Would Improve Next\n\n"
        "1. Replace the constants in `src/bakery/oven.py` by ones that are learned from receipts.\n"
        "2. Measure what `src/bakery/shop.py` throws away on holidays.\n"
        "3. Compare two ovens in `src/bakery/oven.py` on the same day.\n\nScaffolded",
    )
    bench.release("0.2.0")
    outcome = portfolio("update", str(living.folder))
    assert outcome.code == 0
    assert "bakery@0.1.0 → bakery@0.2.0: merged, 2 files, in commit" in outcome.out
    assert "passes now  RFL702" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_what_a_run_wrote_into_one_block_survives_the_end_of_another(bench: Bench, living: Living) -> None:
    plot = "<!-- report:plot -->\n*Nothing was drawn yet.*\n<!-- /report:plot -->\n\n"
    bench.replace("README.md.jinja", "## Limitations", f"{plot}## Limitations")
    bench.release("0.2.0")
    assert_merged(living, living.update())
    living.replace("README.md", UNMEASURED, MEASURED)
    living.replace("README.md", "*Nothing was drawn yet.*", "| my | drawn |")
    mine(living)
    bench.replace("README.md.jinja", plot, "")
    bench.release("0.3.0")
    outcome = living.update()
    assert outcome.code == 4, outcome  # what was drawn is in conflict with its end
    assert "| my | drawn |" in living.read("README.md")
    assert MEASURED in living.read("README.md")
