"""Projects to audit, written as `{path: text}`; and one that has everything."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from portfolio.audit.engine import Audit, audit
from portfolio.audit.project import open_project

READMES = Path(__file__).parent / "readmes"
Tree = Mapping[str, str | bytes]
MODEL = b"a model"
MIT = 'MIT License\n\nPermission is hereby granted, free of charge … THE SOFTWARE IS PROVIDED "AS IS", WITHOUT …'
TESTS = "\n".join(f"def test_{name}():\n    assert model(1) == {name!r}\n" for name in ("one", "two", "three"))
RESULTS = {
    "runs": [
        {"model": 'always "comes" (baseline)', "roc_auc": 0.5, "average_precision": 0.2019},
        {"model": "logistic regression", "roc_auc": 0.66382, "average_precision": 0.31149},
        {"model": "boosted trees", "roc_auc": 0.73811, "average_precision": 0.38904},
    ],
    "artefacts": [{"path": "model.bin", "sha256": hashlib.sha256(MODEL).hexdigest(), "bytes": len(MODEL)}],
}


def picture(width: int = 400, height: int = 200, is_blank: bool = False) -> bytes:
    """A PNG: a slope from black to white, or all grey."""
    image = Image.new("L", (width, height), 128) if is_blank else Image.linear_gradient("L").resize((width, height))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


COMPLETE: dict[str, str | bytes] = {
    "README.md": (READMES / "complete.md").read_text(encoding="utf-8"),
    "LICENSE": MIT,
    "requirements.txt": "scikit-learn==1.7.2\nfastapi==0.120.0\n",
    "Dockerfile": 'FROM python:3.12-slim\nCOPY . .\nUSER nobody\nCMD ["python", "serve.py"]\n',
    "train.py": "print('training')\n",
    "serve.py": "print('serving')\n",
    "tests/test_model.py": TESTS,
    ".github/workflows/ci.yml": "jobs:\n  test:\n    steps:\n      - run: pytest\n",
    "results.json": json.dumps(RESULTS),
    "model.bin": MODEL,
    "pyproject.toml": '[tool.portfolio.audit]\nresults = "results.json"\n',
    "figures/results.png": picture(),
}


def build(folder: Path, tree: Tree) -> Path:
    """Write the files."""
    for path, content in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def audited(folder: Path, tree: Tree) -> Audit:
    """What is found in a project of these files."""
    return audit(open_project(build(folder, tree)), "project")


def states(found: Audit) -> dict[str, str]:
    """Each rule's verdict, by code."""
    return {each.rule.code: each.state.value for each in found.results}


def git(folder: Path, *arguments: str) -> str:
    """Run git in the folder."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
