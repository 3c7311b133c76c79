"""The public collection arrives whole or not at all; each way in which fetching goes wrong is told, and resumed."""

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest

from image_api.data import plantvillage
from image_api.data.folder import BadDataError
from image_api.kit import download
from image_api.kit.download import DownloadError

CLASSES = ("Tomato___healthy", "Tomato___Late_blight", "Potato___healthy")
PUBLISHED = 9  # photographs of each class, three of a leaf
LEAVES = '"File Name","Leaf #"\n' + "".join(f'"RS_HL {shot}.JPG","{shot // 3}.0"\n' for shot in range(PUBLISHED))


class Mirror:
    """A small copy of the collection over HTTP, with faults to order."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        self.cut: set[str] = set()
        colour = {}
        for label in CLASSES:
            shots = {f"{shot}-some-id___RS_HL {shot}.JPG": f"{label} {shot}".encode() for shot in range(PUBLISHED)}
            colour[label] = self._tree({name: self._blob(f"raw/color/{label}/{name}", shots[name]) for name in shots})
        leaves = self._blob("leaf_grouping/filtered_leafmaps/Tomato___healthy.csv", LEAVES.encode())
        maps = self._tree({"filtered_leafmaps": self._tree({"Tomato___healthy.csv": leaves})})
        self._tree({"raw": self._tree({"color": self._tree(colour)}), "leaf_grouping": maps}, plantvillage.COMMIT)

    def _blob(self, path: str, content: bytes) -> str:
        self.files[f"/raw.githubusercontent.com/{plantvillage.REPOSITORY}/{plantvillage.COMMIT}/{path}"] = content
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    def _tree(self, entries: dict[str, str], name: str = "") -> str:
        document = json.dumps({"tree": [{"path": path, "sha": sha} for path, sha in entries.items()]}).encode()
        name = name or hashlib.sha1(document).hexdigest()
        self.files[f"/api.github.com/repos/{plantvillage.REPOSITORY}/git/trees/{name}"] = document
        return name

    def photograph(self, label: str, shot: int) -> str:
        return next(path for path in self.files if f"/{label}/{shot}-" in path)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = unquote(self.path)
                mirror.asked.append(path)
                status, headers, content = mirror.answers.get(path) or (
                    (200, {}, mirror.files[path]) if path in mirror.files else (404, {}, b"")
                )
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if path in mirror.cut else content)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Mirror, str]]:
    monkeypatch.setattr(download, "PAUSE", 0.01)
    mirror = Mirror()
    server = ThreadingHTTPServer(("127.0.0.1", 0), mirror.handler())
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield mirror, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.JPG"))


def test_it_brings_the_tomatoes_and_says_which_show_the_same_leaf(
    mirror: tuple[Mirror, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, address = mirror
    folder = plantvillage.fetch_photographs(tmp_path, 100, address)
    assert len(_names(folder)) == 2 * PUBLISHED
    assert not [name for name in _names(folder) if "Potato" in name]
    lines = (folder / "plants.csv").read_text().splitlines()
    assert len(lines) == 1 + PUBLISHED
    assert lines[1].endswith(".JPG,Tomato___healthy 0") or lines[1].endswith(".JPG,Tomato___healthy 1")
    assert plantvillage.LICENCE in capsys.readouterr().out
    asked = len(site.asked)
    plantvillage.fetch_photographs(tmp_path, 100, address)
    assert len(site.asked) == asked, "nothing is fetched twice"


def test_the_limit_takes_whole_plants(mirror: tuple[Mirror, str], tmp_path: Path) -> None:
    names = _names(plantvillage.fetch_photographs(tmp_path, 7, mirror[1]))
    assert len([name for name in names if "Late_blight" in name]) == 7, "no plant is named"
    assert len([name for name in names if "healthy" in name]) == 6, "three photographs of each"


def test_a_limit_that_leaves_nothing_to_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match="--limit 2"):
        plantvillage.fetch_photographs(tmp_path, 2)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("corrupted", "not the file that was published"),
        ("missing", "answered 404"),
        ("cut", "failed"),
        ("broken server", "answered 503"),
    ],
)
def test_one_bad_file_is_named_and_the_others_are_kept(
    mirror: tuple[Mirror, str], tmp_path: Path, fault: str, message: str
) -> None:
    site, address = mirror
    path = site.photograph("Tomato___healthy", 2)
    match fault:
        case "corrupted":
            site.answers[path] = (200, {}, b"another picture")
        case "missing":
            site.answers[path] = (404, {}, b"")
        case "cut":
            site.cut.add(path)
        case _:
            site.answers[path] = (503, {}, b"")
    with pytest.raises(DownloadError, match=message) as failure:
        plantvillage.fetch_photographs(tmp_path, 100, address)
    assert "2-some-id___RS_HL 2.JPG: " in str(failure.value)
    assert f"{2 * PUBLISHED - 1} of {2 * PUBLISHED} photographs are here" in str(failure.value)
    site.answers.clear()
    site.cut.clear()
    site.asked.clear()
    assert len(_names(plantvillage.fetch_photographs(tmp_path, 100, address))) == 2 * PUBLISHED
    assert site.asked == [path]


@pytest.mark.parametrize(
    ("headers", "message"),
    [({"Retry-After": "90"}, "for the next 90 seconds"), ({"X-RateLimit-Reset": "1800000000"}, "until [0-9:]{5}")],
)
def test_a_listing_that_is_rate_limited_says_when_to_come_back(
    mirror: tuple[Mirror, str], tmp_path: Path, headers: dict[str, str], message: str
) -> None:
    site, address = mirror
    listings = [path for path in site.files if "/trees/" in path]
    site.answers[listings[-1]] = (403, headers, b"rate limit exceeded")
    with pytest.raises(DownloadError, match=rf"allows no more requests {message}.*run the same command again"):
        plantvillage.fetch_photographs(tmp_path, 100, address)
    assert len(site.asked) == 1, "asking again would not help"
    site.answers.clear()
    assert _names(plantvillage.fetch_photographs(tmp_path, 100, address))


def test_what_is_no_longer_whole_is_fetched_again(mirror: tuple[Mirror, str], tmp_path: Path) -> None:
    site, address = mirror
    folder = plantvillage.fetch_photographs(tmp_path, 100, address)
    kept = next((tmp_path / "contents").iterdir())
    kept.write_bytes(b"a disk that failed")
    site.asked.clear()
    assert _names(plantvillage.fetch_photographs(tmp_path, 100, address)) == _names(folder)
    assert len(site.asked) == 1, "only what is no longer whole"


def test_a_listing_cut_short_by_the_host_is_not_taken_for_whole(mirror: tuple[Mirror, str], tmp_path: Path) -> None:
    site, address = mirror
    listing = next(path for path in site.files if "/trees/" in path)
    site.answers[listing] = (200, {}, json.dumps({"tree": [], "truncated": True}).encode())
    with pytest.raises(DownloadError, match="not the file that was published"):
        plantvillage.fetch_photographs(tmp_path, 100, address)


def test_without_a_network_it_says_so_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(download, "PAUSE", 0.01)
    with pytest.raises(DownloadError, match=r"the connection to 127\.0\.0\.1:9 failed"):
        plantvillage.fetch_photographs(tmp_path, 100, "http://127.0.0.1:9")
