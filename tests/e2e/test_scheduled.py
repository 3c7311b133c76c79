"""A schedule that tells somebody, line by line on a repository of this machine; and what MLflow is told."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from tests.e2e.conftest import Project, copied, run

TEMPLATE = "recommender"
UV = """#!/bin/sh
test "$1" = sync && exit 0
shift 2  # run python
exec .venv/bin/python "$@"
"""
GH = """#!/bin/sh
echo "$*" >> "$RECORD"
while test $# -gt 0; do
  test "$1" = --body-file && cat "$2" >> "$RECORD"
  test "$1" = list && cat "$RECORD.number" 2> /dev/null
  shift
done
exit 0
"""


class Host:
    """The steps of a workflow, with the host's own commands replaced by a recorder."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.folder, self.record = project.folder, folder / "record"
        programs = folder / "bin"
        programs.mkdir()
        for name, text in (("uv", UV), ("gh", GH)):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        path = os.pathsep.join([str(programs), os.environ["PATH"]])
        self.environment = {**os.environ, "PATH": path, "RECORD": str(self.record), "FETCH": "", "OPTIONS": ""}
        workflow = yaml.safe_load((self.folder / ".github/workflows/scheduled.yml").read_text(encoding="utf-8"))
        self.steps: list[dict[str, Any]] = workflow["jobs"]["refresh"]["steps"]

    def do(self, *names: str) -> str:
        """Run the steps of those names, or all; returns what the host was told since."""
        self.record.write_text("")
        for step in self.steps:
            if "run" in step and (not names or step.get("name") in names):
                command = ["bash", "-e", "-o", "pipefail", "-c", step["run"]]
                subprocess.run(command, cwd=self.folder, env=self.environment, check=True)
        return self.record.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def host(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Host:
    folder = tmp_path_factory.mktemp("host")
    copy = copied(project, folder)
    (copy.folder / "logs").mkdir(exist_ok=True)
    (copy.folder / "logs/service.jsonl").write_text("")  # a service that nobody asked
    run(f"git init -q --bare {shlex.quote(str(folder / 'origin'))}", folder)
    identity = "-c user.name=a -c user.email=a@example.org"
    begin = f"git init -q -b main && git add -A && git {identity} commit -qm first"
    run(f"rm -rf .git && {begin} && git remote add origin {shlex.quote(str(folder / 'origin'))}", copy.folder)
    return Host(copy, folder)


def test_an_alarm_becomes_an_issue_and_new_results_a_pull_request(host: Host) -> None:
    told = host.do()
    assert "issue create --title The monitor raises an alarm --label monitor" in told
    assert "There is no answer to look at" in told
    assert "docs/monitoring.md" in told
    assert "pr create --title Measured anew" in told
    assert "| Model | Measured on | Measure | Before | Now |" in told
    metrics = json.loads((host.folder / "reports/metrics.json").read_text(encoding="utf-8"))
    value = next(row["value"] for row in metrics["results"] if row["model"] == "EASE")
    assert f"| {value:.3f} | {value:.3f} |" in told, "the same seed, so the same as before"
    pushed = run("git ls-remote --heads origin", host.folder)
    assert "refs/heads/refresh-" in pushed
    assert "reports/metrics.json" in run("git show --stat --format= HEAD", host.folder)


def test_a_second_alarm_is_added_to_the_first(host: Host) -> None:
    host.record.with_name("record.number").write_text("7\n")
    told = host.do("Tell somebody about an alarm")
    assert "issue comment 7" in told
    assert "issue create" not in told
    (host.folder / "data/alarm.md").unlink()
    assert host.do("Tell somebody about an alarm") == "", "nothing is wrong, so nobody is told"


LOOK = """
import mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
runs = mlflow.search_runs(search_all_experiments=True, output_format="list")
trials = [each for each in runs if "mlflow.parentRunId" in each.data.tags]
assert sum("L2" in each.data.params for each in trials) > 1
assert all("ndcg" in each.data.metrics for each in trials)
served = next(each for each in runs if each.info.run_name == "served")
figures = [each.path for each in mlflow.MlflowClient().list_artifacts(served.info.run_id, "figures")]
champion = mlflow.MlflowClient().get_model_version_by_alias("recommender", "champion")
print(len(trials), len(runs) - len(trials), len(figures), champion.version, sorted(served.data.metrics.values())[-1])
"""


def test_what_was_tried_is_tracked_once_and_the_served_model_is_the_champion(project: Project, tmp_path: Path) -> None:
    copy = copied(project, tmp_path)
    with pytest.raises(AssertionError, match="MLflow is not installed"):
        copy.do("track")
    requirement = next(
        line.split('["')[1].split('"]')[0]
        for line in (copy.folder / "pyproject.toml").read_text(encoding="utf-8").splitlines()
        if line.startswith("track = ")
    )
    run(f"uv venv -q {tmp_path}/other --python {project.python} && uv pip install -q --python {tmp_path}/other "
        f"{shlex.quote(requirement)} tqdm", tmp_path)  # fmt: skip
    python = f"PYTHONPATH=src {tmp_path}/other/bin/python"
    assert "version 1 is the champion" in run(f"{python} -m recommender track", copy.folder)
    assert "tracked already" in run(f"{python} -m recommender track", copy.folder)
    (copy.folder / "look.py").write_text(LOOK, encoding="utf-8")
    trials, runs, figures, version, _ = run(f"{python} look.py", copy.folder).split()[-5:]
    tried = [json.loads(path.read_text()).get("tried", 0) for path in (copy.folder / "reports/runs").glob("*.json")]
    assert int(trials) == sum(tried) > 10
    assert int(runs) == len(list((copy.folder / "reports/runs").glob("*.json"))) + 1
    assert int(figures) == len(list((copy.folder / "reports/figures").glob("*.png")))
    assert version == "1"
    picture = copy.folder / "docs/mlflow.png"
    assert min(Image.open(picture).size) >= 600, "there is a browser, so it has taken a picture"
    assert "](mlflow.png)" in (copy.folder / "docs/evaluation.md").read_text(encoding="utf-8")
    assert not run("pgrep -f 'm[l]flow ui' || true", tmp_path), "nothing of it goes on"
    run("git check-ignore mlflow.db mlruns", copy.folder)
