"""The experiments and the model in MLflow's format, for who reads them there; the JSON files stay the truth."""

import contextlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import load_test, screenshot
from .project import ExplainedError, Project
from .questions import Question, UnansweredError

SERVED, ALIAS = "served", "champion"
ALIVE, SIZE = Question("GET", "/health", {}, b""), (1400, 760)  # pixels


def track(project: Project, runs: Sequence[Mapping[str, Any]], measured: Mapping[str, Any]) -> str:
    """Log every experiment and the served model, once for each measurement; returns how to look at them."""
    try:
        import mlflow  # type: ignore[import-not-found,unused-ignore]  # an extra: serving and CI do without
    except ImportError as error:
        raise ExplainedError("MLflow is not installed: `uv sync --extra track`, or pip with `.[track]`") from error
    mlflow.set_tracking_uri(f"sqlite:///{project.tracking.as_posix()}")
    if mlflow.get_experiment_by_name(project.name) is None:
        mlflow.create_experiment(project.name, (project.root / "mlruns").as_uri())
    mlflow.set_experiment(project.name)
    tags = {"measured": measured["created"], "commit": measured["commit"] or "none", "data": measured["data"]["source"]}
    if mlflow.search_runs(filter_string=f"tags.measured = '{tags['measured']}'", output_format="list"):
        return f"these runs are tracked already: {_look(project)}"
    for run in runs:
        with mlflow.start_run(run_name=run["name"], tags=tags):
            _log(mlflow, {"seed": measured["seed"], **run})
            for number, trial in enumerate(run.get("trials", ()), start=1):
                with mlflow.start_run(run_name=f"{run['name']}, trial {number}", tags=tags, nested=True):
                    _log(mlflow, trial)
    with mlflow.start_run(run_name=SERVED, tags=tags) as served:
        mlflow.log_metrics({_name(row): row["value"] for row in measured["results"]})
        mlflow.log_artifacts(str(project.figures), "figures")
        model = measured["artefacts"][0]["path"]
        mlflow.log_artifact(str(project.root / model), "model")
        version = _register(mlflow, project, served.info.run_id, f"{served.info.artifact_uri}/model/{Path(model).name}")
    _picture(project, served.info.experiment_id)
    return f"{len(runs)} experiments are tracked, and model version {version} is the {ALIAS}: {_look(project)}"


def _register(mlflow: Any, project: Project, run: str, place: str) -> str:
    client = mlflow.MlflowClient()
    if not client.search_registered_models(f"name = '{project.name}'"):
        client.create_registered_model(project.name)
    version: str = client.create_model_version(project.name, place, run).version
    client.set_registered_model_alias(project.name, ALIAS, version)
    return version


def _picture(project: Project, experiment: str) -> None:
    """What MLflow then shows, if a browser is here."""
    command = [sys.executable, "-m", "mlflow", *_look(project).split()[1:], "--workers", "1"]
    with contextlib.suppress(UnansweredError), load_test.running(project, command, ALIVE) as port:
        screenshot.snap(f"http://127.0.0.1:{port}/#/experiments/{experiment}/runs", SIZE, project.tracked)


def _log(mlflow: Any, run: Mapping[str, Any]) -> None:
    """Settings as parameters, scores as metrics."""
    numbers = {name: value for name, value in run.items() if type(value) in (int, float)}
    seed = {"seed": numbers.pop("seed")} if "seed" in numbers else {}
    said = {name: value for name, value in run.items() if isinstance(value, str | bool) and name != "name"}
    mlflow.log_params({**seed, **said, **run.get("settings", {})})
    mlflow.log_metrics(numbers)


def _name(row: Mapping[str, Any]) -> str:
    """A measure of one model in one place, in the letters that MLflow allows."""
    words = f"{row['metric']} {row['model']} {row['split']}"
    return "".join(letter if letter.isalnum() or letter in "_-. /" else "_" for letter in words)[:250]


def _look(project: Project) -> str:
    return f"mlflow ui --backend-store-uri sqlite:///{project.tracking.name}"
