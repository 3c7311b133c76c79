"""PlantVillage by its name, over loopback: real photographs, from a host that misbehaves as hosts do."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest

from tests.conftest import outside
from tests.e2e.conftest import Project, copied

COMMIT = "40789680ba2e6382608dba47b397688fcbd0d04a"
REPOSITORY = "spMohanty/PlantVillage-Dataset"
WITH_LEAVES = "Tomato___Early_blight"


class Host:
    """Answers for the two addresses that publish the collection, with the photographs that are here."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        self.delay = 0.0  # seconds before each photograph
        colour = {}
        for place in sorted(path for path in folder.iterdir() if path.is_dir()):
            blobs = {
                name: self._content(f"raw/color/{place.name}/{name}", path.read_bytes())
                for path in sorted(place.iterdir())
                if (name := f"some-id___{path.name}")
            }
            colour[place.name] = self._tree(blobs)
        names = [path.name for path in sorted((folder / WITH_LEAVES).iterdir())]
        leaves = "".join(f'"{name}","{number // 4}.0"\n' for number, name in enumerate(names))
        listed = self._content(
            f"leaf_grouping/filtered_leafmaps/{WITH_LEAVES}.csv", f'"File Name","Leaf #"\n{leaves}'.encode()
        )
        maps = self._tree({"filtered_leafmaps": self._tree({f"{WITH_LEAVES}.csv": listed})})
        self._tree({"raw": self._tree({"color": self._tree(colour)}), "leaf_grouping": maps}, COMMIT)

    @property
    def photographs(self) -> list[str]:
        return [path for path in self.files if "/raw/color/" in path]

    def _content(self, path: str, content: bytes) -> str:
        self.files[f"/raw.githubusercontent.com/{REPOSITORY}/{COMMIT}/{path}"] = content
        return _id(content)

    def _tree(self, entries: dict[str, str], name: str | None = None) -> str:
        document = json.dumps({"tree": [{"path": path, "sha": sha} for path, sha in entries.items()]}).encode()
        name = name or hashlib.sha1(document).hexdigest()
        self.files[f"/api.github.com/repos/{REPOSITORY}/git/trees/{name}"] = document
        return name

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(path)
        if "/raw/color/" in path:
            time.sleep(self.delay)
        return self.faults.get(path) or ((200, {}, self.files[path]) if path in self.files else (404, {}, b""))


@pytest.fixture(scope="module")
def host() -> Iterator[tuple[Host, str]]:
    """The host and its address."""
    host = Host(Path(outside("PORTFOLIO_DATA")) / "plantvillage-tomato")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, content = host.answer(unquote(self.path))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield host, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_from_a_first_failure_to_the_last_file_nothing_is_fetched_twice(
    host: tuple[Host, str], project: Project, tmp_path: Path
) -> None:
    """Rate-limited, interrupted, then one file corrupted and one missing; then all of it."""
    site, address = host
    copy = copied(project, tmp_path)
    command = f"data --data plantvillage --limit 40 --mirror {address}"

    listing = next(path for path in site.files if path.endswith(f"/trees/{COMMIT}"))
    site.faults[listing] = (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000000"}, b"")
    message = _failure(copy, command)
    assert "allows no more requests until" in message
    assert "CC BY-SA 3.0" in message, "the licence is shown before anything is fetched"
    site.faults.clear()

    site.delay = 0.2
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {copy.python} -m image_api {command}"],
        cwd=copy.folder,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background is born deaf to it
    )
    while len([path for path in site.asked if "/raw/color/" in path]) < 40:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    site.delay = 0.0
    kept = {path.name for path in (copy.folder / "data/plantvillage/contents").iterdir()}
    assert 30 <= len(kept) < 360

    site.asked.clear()
    corrupted, missing, *_ = (path for path in site.photographs if _id(site.files[path]) not in kept)
    site.faults = {corrupted: (200, {}, site.files[corrupted][:-1] + b"?"), missing: (404, {}, b"")}
    message = _failure(copy, command)
    assert "it is not the file that was published" in message
    assert "raw.githubusercontent.com answered 404" in message or "127.0.0.1" in message
    assert "run the same command again" in message
    assert not [path for path in site.asked if "/trees/" in path]
    assert not kept & {_id(site.files[path]) for path in site.asked}

    site.faults.clear()
    site.asked.clear()
    copy.do(command)
    assert len(site.asked) <= 2 + len(site.photographs)
    data = json.loads((copy.folder / "data/manifest.json").read_text(encoding="utf-8"))
    assert (data["source"], data["licence"]) == ("PlantVillage (tomato)", "CC BY-SA 3.0")
    assert (data["rows"], data["with_plant"], len(data["classes"])) == (360, 40, 9)
    site.asked.clear()
    copy.do(command)
    assert site.asked == []


def _failure(project: Project, command: str) -> str:
    with pytest.raises(AssertionError) as failure:
        project.do(command)
    assert "ended with 1:" in str(failure.value)
    assert "Traceback" not in str(failure.value)
    return str(failure.value)


def _id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
