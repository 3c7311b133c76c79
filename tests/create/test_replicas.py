"""What starts more than one replica of `recommender` names what there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from portfolio.create import scaffold, templates
from tests.conftest import ComposeLoader, default_answers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "p"
    scaffold.create(default_answers(templates.get("recommender")), folder, git=False)
    return folder


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), ComposeLoader)


def test_compose_starts_replicas_a_proxy_and_a_database(folder: Path) -> None:
    base, more = (_read(folder / name)["services"] for name in ("compose.yaml", "compose.postgres.yaml"))
    assert set(base) == {"api"}
    assert set(more) == {"api", "proxy", "database"}
    assert more["api"]["deploy"]["replicas"] == 2
    assert more["api"]["ports"] == [], "two cannot have one port"
    assert more["proxy"]["ports"] == base["api"]["ports"], "the address stays what it was"
    source, target, _ = more["proxy"]["volumes"][0].split(":")
    assert "server api:8000" in (folder / source).read_text(encoding="utf-8")
    assert target.startswith("/etc/nginx/conf.d/")
    database, url = more["database"]["environment"], more["api"]["environment"]["EVENTS_URL"]
    assert url == (
        f"postgresql://{database['POSTGRES_USER']}:{database['POSTGRES_PASSWORD']}@database/{database['POSTGRES_DB']}"
    )
    assert "/.env" in (folder / ".gitignore").read_text(encoding="utf-8").splitlines(), "where the passwords are"


def test_the_cluster_scales_what_its_manifest_describes(folder: Path) -> None:
    overlay = _read(folder / "deploy/kustomization.yaml")
    manifests = {
        (each["kind"], each["metadata"]["name"]): each
        for name in overlay["resources"]
        for each in yaml.safe_load_all((folder / "deploy" / name).read_text(encoding="utf-8"))
    }
    volume, deployment = (yaml.safe_load(each["patch"]) for each in overlay["patches"])
    for patch in (volume, deployment):
        assert (patch["kind"], patch["metadata"]["name"]) in manifests
    described = manifests["Deployment", deployment["metadata"]["name"]]["spec"]["template"]["spec"]
    changed = deployment["spec"]["template"]["spec"]
    for part in ("containers", "volumes"):
        assert {each["name"] for each in changed[part]} <= {each["name"] for each in described[part]}
    (scaler,) = (each["spec"] for (kind, _), each in manifests.items() if kind == "HorizontalPodAutoscaler")
    assert scaler["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert scaler["minReplicas"] >= 2
