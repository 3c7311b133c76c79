"""The recommender on the sample over seeds, on MovieLens and on the Open Bandit logs: real data, over loopback."""

from __future__ import annotations

import http.server
import io
import json
import re
import shlex
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import outside
from tests.e2e.conftest import Project, Workshop, assert_explained, copied, free_port, run, served

SAMPLE_WORDS = ("drawn by code", "viewers", "niches", "sample.py")


def _rows(measured: dict[str, Any], split: str) -> dict[str, dict[str, Any]]:
    """nDCG of each ranking under one protocol."""
    rows = [row for row in measured["results"] if row["split"] == split and row["metric"] == "ndcg_at_10"]
    return {row["model"]: row for row in rows}


def _differences(measured: dict[str, Any], split: str) -> dict[str, list[float]]:
    return {row["against"]: row["ci95"] for row in measured["comparisons"] if row["split"] == split}


def test_next_steps_end_with_a_server_that_answers(workshop: Workshop, recommender: Project) -> None:
    assert workshop.project("recommender")[0]["next_steps"][-1]["run"] == "uv run python -m recommender serve"
    port = free_port()
    with served(recommender.serve(port), recommender.folder, port) as address:
        page = run(f"curl -sS {address}/", recommender.folder)
        documented = (recommender.folder / "docs/serving.md").read_text(encoding="utf-8")
        (sends,) = re.findall(r"(?ms)^curl .*?'$", documented)
        sends = sends.replace("http://127.0.0.1:8000", address).replace("curl ", "curl -sS ", 1)
        answer = json.loads(recommender.do(f"ask --url {address}"))
        sends = sends.replace("TOKEN", answer["token"]).replace("ITEM", answer["items"][0]["item"])
        stored = json.loads(run(sends, recommender.folder))
    assert len(answer["items"]) == 10
    assert stored == {"new": 11, "rows": 11}
    assert "Movie recommender with an A/B test" in page
    assert "requests in logs" in recommender.do("monitor --log-dir logs || true")


def test_the_experiment_is_as_promised(recommender: Project) -> None:
    measured = recommender.metrics
    found = measured["abtest"]
    assert found["sample_ratio_p"] >= found["mismatch"]
    assert (found["in_both"], found["orphans"]) == (0, 0)
    assert found["truth"] is not None
    low, high = found["estimates"][2]["ci95"]
    assert low <= found["truth"] <= high
    assert all(each["holds"] for each in found["guardrails"])
    rates = {each["looks"]: each for each in measured["peeking"]}
    assert rates[1]["naive"] < 0.08 < rates[5]["naive"] < rates[20]["naive"]
    assert max(each["always_valid"] for each in measured["peeking"]) <= 0.05
    for row in measured["ope"]["policies"]:
        assert bool(row["estimates"]) == (row["effective"] >= measured["ope"]["least_support"])
    assert recommender.do("monitor --log-dir data/simulated").count("ALARM") == 0


def test_the_log_is_exported_as_it_is(recommender: Project, tmp_path: Path) -> None:
    target = shlex.quote(str(tmp_path))
    said = recommender.do(f"export --to {target}")
    parquet = f"""
import duckdb
for table in ("exposures", "clicks"):
    print(duckdb.sql(f"SELECT COUNT(*) FROM '{tmp_path}/{{table}}.parquet'").fetchall()[0][0])
"""
    counted = run(f"{recommender.python} -c {shlex.quote(parquet)}", recommender.folder).split()
    log = sqlite3.connect(recommender.folder / "data/simulated/events.sqlite")
    written = [log.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("exposures", "clicks")]
    assert [int(each) for each in counted] == written
    assert f"{int(counted[0]):,} rows" in said


@pytest.mark.parametrize("seed", [11])
def test_results_stay_in_their_band_over_seeds(recommender: Project, seed: int, tmp_path: Path) -> None:
    """Hard enough that what is popular is far from perfect; the gains are real, and the careless claim is not."""
    copy = copied(recommender, tmp_path)
    for verb in ("data", "train", "evaluate"):
        copy.do(f"{verb} --seed {seed}")
    measured = copy.metrics
    rows = _rows(measured, "next film")
    assert 0.04 <= rows["most popular"]["value"] <= 0.16
    assert 0.15 <= rows["EASE"]["value"] <= 0.35
    assert rows["EASE, among 100 films drawn at random"]["value"] >= rows["EASE"]["value"] + 0.1
    for split in ("next film", "random 25%", "after a cut in time"):
        assert all(low > 0 for low, _ in _differences(measured, split).values())


def test_the_same_seed_gives_the_same_numbers(recommender: Project, tmp_path: Path) -> None:
    copy = copied(recommender, tmp_path)
    for verb in ("data", "train", "evaluate"):
        copy.do(verb)
    assert copy.metrics["results"] == recommender.metrics["results"]
    assert copy.metrics["artefacts"] == recommender.metrics["artefacts"]


class Host:
    """Answers for the addresses that publish the collections."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        content = self.files.get(handler.path)
        handler.send_response(200 if content is not None else 404)
        handler.send_header("Content-Length", str(len(content or b"")))
        handler.end_headers()
        handler.wfile.write(content or b"")


@pytest.fixture(scope="module")
def host() -> Iterator[tuple[Host, str]]:
    """The host and its address."""
    host = Host({})

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
    yield host, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def _archive(**changed: bytes) -> bytes:
    folder = Path(outside("PORTFOLIO_DATA")) / "ml-100k"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("u.*")):
            archive.writestr(f"ml-100k/{path.name}", changed.get(path.name, path.read_bytes()))
    return file.getvalue()


ZIP = "/files.grouplens.org/datasets/movielens/ml-100k.zip"


def test_movielens_goes_through_the_whole_pipeline(
    recommender: Project, host: tuple[Host, str], tmp_path: Path
) -> None:
    server, address = host
    server.files[ZIP] = _archive()
    copy = copied(recommender, tmp_path)
    said = copy.do(f"run --data ml-100k --mirror {address}")
    assert said.index("no redistribution") < said.index("ml-100k: 100,000 events of 943 users and 1,682 items")
    measured = copy.metrics
    assert measured["data"]["synthetic"] is False
    rows = _rows(measured, "random 25%")
    assert 0.474 <= rows["EASE"]["value"] <= 0.508
    assert rows["most popular"]["value"] < rows["item-kNN"]["value"] < rows["EASE"]["value"]
    assert all(low > 0 for low, _ in _differences(measured, "random 25%").values())
    assert measured["data"]["survivors"] < 200
    assert not _rows(measured, "after a cut in time")
    text = (copy.folder / "README.md").read_text(encoding="utf-8")
    blocks = "\n".join(found[0] for found in re.finditer(r"<!-- report:(\S+) -->.*?<!-- /report:\1 -->", text, re.S))
    assert "ml-100k" in blocks
    assert not [word for word in SAMPLE_WORDS if word in blocks]
    copy.do("report --check")
    port = free_port()
    with served(copy.serve(port), copy.folder, port) as page:
        assert "Star Wars (1977)" in run(f"curl -sS {page}/items", copy.folder)
    search = json.loads((copy.folder / "reports/runs/3-EASE.json").read_text(encoding="utf-8"))
    assert search["seconds"] / search["tried"] <= 5.0


def _without_a_row(ratings: bytes) -> bytes:
    lines = ratings.splitlines(keepends=True)
    return b"".join(lines[:500] + lines[501:])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda ratings: ratings[: len(ratings) // 2], "rows instead of 100,000|not user, item, rating and time"),
        (_without_a_row, "99,999 rows instead of 100,000"),
        (lambda ratings: b"# rated in 1998\n" + ratings, "line 1: not user, item, rating and time"),
        (lambda ratings: ratings.replace(b"\t3\t", b"\t4\t", 1), "checksum"),
    ],
    ids=["truncated", "a row missing", "a comment", "another rating"],
)
def test_what_is_not_what_was_published_is_refused_and_not_kept(
    recommender: Project, host: tuple[Host, str], tmp_path: Path, change: Any, message: str
) -> None:
    server, address = host
    whole = (Path(outside("PORTFOLIO_DATA")) / "ml-100k/u.data").read_bytes()
    copy = copied(recommender, tmp_path)
    server.files[ZIP] = _archive(**{"u.data": change(whole)})
    with pytest.raises(AssertionError, match=message) as failure:
        copy.do(f"data --data ml-100k --mirror {address}")
    assert "Traceback" not in str(failure.value)
    server.files[ZIP] = _archive()
    assert "100,000 events" in copy.do(f"data --data ml-100k --mirror {address}")


def test_an_archive_that_is_cut_short_is_thrown_away(
    recommender: Project, host: tuple[Host, str], tmp_path: Path
) -> None:
    server, address = host
    copy = copied(recommender, tmp_path)
    server.files[ZIP] = _archive()[:-2000]
    with pytest.raises(AssertionError, match="not the file that was published"):
        copy.do(f"data --data ml-100k --mirror {address}")
    assert not list((copy.folder / "data").rglob("*.zip"))


def test_open_bandit_says_what_is_known_of_it(recommender: Project, host: tuple[Host, str], tmp_path: Path) -> None:
    server, address = host
    folder = Path(outside("PORTFOLIO_DATA")) / "open-bandit"
    for policy in ("bts", "random"):
        path = f"/raw.githubusercontent.com/st-tech/zr-obp/master/obd/{policy}/men/men.csv"
        server.files[path] = (folder / policy / "men/men.csv").read_bytes()
    copy = copied(recommender, tmp_path)
    said = copy.do(f"ope --data open-bandit --mirror {address}")
    assert "Thompson sampling 69, uniform 46" in said
    found = copy.metrics["open_bandit"]
    assert found["ci95"] == pytest.approx([0.0002, 0.0044], abs=1e-4)
    snips = found["policy"]["estimates"][1]
    assert snips["value"] == pytest.approx(0.0032, abs=1e-4)
    assert snips["ci95"][0] <= found["rates"]["random"] <= snips["ci95"][1]
    assert found["policy"]["effective"] == pytest.approx(655, abs=2)
    copy.do("report")
    assert "**On real logs**" in (copy.folder / "docs/experiment.md").read_text(encoding="utf-8")


def test_a_file_of_one_s_own_speaks_of_itself(recommender: Project, tmp_path: Path) -> None:
    copy = copied(recommender, tmp_path)
    mine = tmp_path / "my shop.csv"
    events = (recommender.folder / "data/sample/events.csv").read_text(encoding="utf-8").splitlines()
    mine.write_text("customer_id;product_id;date\n" + "\n".join(line.replace(",", ";") for line in events[1:30_001]))
    copy.do(f"data --data {shlex.quote(str(mine))}")
    for verb in ("train", "evaluate", "report"):
        copy.do(verb)
    text = (copy.folder / "README.md").read_text(encoding="utf-8")
    assert "**my shop**" in text
    assert "400 items" in text
    shutil.rmtree(copy.folder / "data")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("data --data no/such/file.csv", "no file or folder of that name"),
        ("train", "no events yet"),
        ("evaluate", "no events yet"),
        ("simulate", "no events yet"),
        ("abtest", "no events.sqlite"),
        ("ope", "no events.sqlite"),
        ("ope --data open-bandit --folder .", "there is no bts/men/men.csv"),
        ("export", "no events.sqlite"),
        ("report", "metrics.json is not there yet"),
        ("serve", "no trained model yet"),
        ("monitor", "no trained model yet"),
        ("loadtest", "metrics.json is not there yet"),
    ],
)
def test_its_own_mistakes_are_explained_without_a_traceback(
    recommender: Project, tmp_path: Path, arguments: str, message: str
) -> None:
    assert_explained(recommender, tmp_path, arguments, message)
