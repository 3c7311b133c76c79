"""The schemas of our documents: valid, strict, one for each; `Outcome.json` checks every document of the suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from portfolio.create import scaffold, templates
from portfolio.record import NAME
from portfolio.terminal import version
from tests.audit.audited import git
from tests.conftest import SCHEMAS, Run, default_answers, schema

KINDS = sorted(path.name.partition(".")[0] for path in SCHEMAS.glob("*.schema.json"))
COMMANDS = [
    ["list"],
    ["list", "recommender"],
    ["new", "image-api", "made", "--yes"],
    ["new", "image-api", "planned", "--yes", "--dry-run"],
    ["audit", "leaves"],
    ["audit", "leaves", "missing"],
    ["audit", "leaves", "--role", "mle"],
    ["rules"],
    ["update", "leaves"],
    ["defend", "leaves"],
    ["site", "leaves"],
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_valid_and_leaves_nothing_open(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(kind))
    assert [node for node in _nodes(schema(kind)) if node.get("type") in ("object", ["object", "null"])
            and "additionalProperties" not in node] == []  # fmt: skip


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(each)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command))
def test_every_command_s_document_follows_its_schema_and_says_who_wrote_it(
    ran: Path, portfolio: Run, command: list[str]
) -> None:
    git(ran, "add", "-A")
    git(ran, "commit", "-q", "-m", "First run")
    assert portfolio(*command, "--format", "json").json["portfolio"] == version()


def test_a_document_with_another_key_is_refused() -> None:
    document = {"portfolio": "0", "templates": [], "more": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema("templates"))


def test_the_record_of_every_template_follows_its_schema(template: templates.Template, tmp_path: Path) -> None:
    folder = scaffold.create(default_answers(template), tmp_path / "made", git=False).folder
    jsonschema.validate(json.loads((folder / NAME).read_text(encoding="utf-8")), schema("record"))
