"""What only `recommender` promises: an experiment whose log survives anything, two rankings, the Open Bandit logs."""

from __future__ import annotations

import json
import random
import re
import shlex
import shutil
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import missing, outside
from tests.e2e.browsing import WAYS, Visit, visited
from tests.e2e.conftest import Project, copied, free_port, run
from tests.e2e.crowd import Crowd
from tests.e2e.mirror import Mirror

TEMPLATE = "recommender"
KILLS, FEWEST = 20, 1000


@pytest.fixture(params=WAYS)
def visit(request: pytest.FixtureRequest, chromium: Browser, its_service: str) -> Iterator[Visit]:
    """The page, each way."""
    with visited(chromium, its_service, request.param) as visit:
        yield visit


def test_what_its_pages_say_to_send_is_stored(project: Project, its_service: str) -> None:
    if not shutil.which("curl"):
        missing("there is no curl")
    documented = (project.folder / "docs/serving.md").read_text(encoding="utf-8")
    (sends,) = re.findall(r"(?ms)^curl .*?'$", documented)
    sends = sends.replace("http://127.0.0.1:8000", its_service).replace("curl ", "curl -sS ", 1)
    answer = json.loads(project.do(f"ask --url {its_service}"))
    assert len(answer["items"]) == 10
    sends = sends.replace("TOKEN", answer["token"]).replace("ITEM", answer["items"][0]["item"])
    assert json.loads(run(sends, project.folder)) == {"new": 11, "rows": 11}


def test_the_experiment_is_as_promised(project: Project) -> None:
    measured = project.metrics
    found = measured["abtest"]
    assert found["sample_ratio_p"] >= found["mismatch"]
    assert (found["in_both"], found["orphans"], found["bots"], found["models"]) == (0, 0, 0, 1)
    (arm,) = found["arms"]
    low, high = arm["estimates"][2]["ci95"]
    assert low <= arm["truth"]["clicks_per_visitor"] <= high
    assert arm["truth"]["lasting"] < arm["truth"]["clicks_per_visitor"], "some of it is the charm of the new"
    assert not [each for each in arm["guardrails"] if each["state"] == "broken"]
    assert min(each["power"] for each in arm["guardrails"]) > 0.8
    assert found["decision"] == arm["decision"]
    rates = {each["looks"]: each for each in measured["peeking"]}
    assert rates["1"]["naive"] < 0.08 < rates["5"]["naive"] < rates["20"]["naive"]
    assert max(each["always_valid"] for each in measured["peeking"]) <= 0.05
    said = (project.folder / "README.md").read_text(encoding="utf-8").partition("## Try it")[0]
    assert "simulated visitors" in said
    for row in measured["ope"]["policies"]:
        is_supported = (
            row["effective"] >= measured["ope"]["least_support"] and row["mass"] >= measured["ope"]["least_mass"]
        )
        assert bool(row["estimates"]) == is_supported
    assert project.do("monitor --log-dir data/simulated").count("ALARM") == 0


def test_the_log_is_exported_as_it_is(project: Project, tmp_path: Path) -> None:
    target = shlex.quote(str(tmp_path))
    said = project.do(f"export --to {target}")
    parquet = f"""
import duckdb
for table in ("exposures", "clicks"):
    print(duckdb.sql(f"SELECT COUNT(*) FROM '{tmp_path}/{{table}}.parquet'").fetchall()[0][0])
"""
    counted = run(f"{project.python} -c {shlex.quote(parquet)}", project.folder).split()
    log = sqlite3.connect(project.folder / "data/simulated/events.sqlite")
    written = [log.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("exposures", "clicks")]
    assert [int(each) for each in counted] == written
    assert f"{int(counted[0]):,} rows" in said


def test_open_bandit_says_what_is_known_of_it(project: Project, mirror: Mirror, tmp_path: Path) -> None:
    folder = Path(outside("PORTFOLIO_DATA")) / "open-bandit"
    for policy in ("bts", "random"):
        path = f"/raw.githubusercontent.com/st-tech/zr-obp/master/obd/{policy}/men/men.csv"
        mirror.files[path] = (folder / policy / "men/men.csv").read_bytes()
    copy = copied(project, tmp_path)
    said = copy.do(f"ope --data open-bandit --mirror {mirror.address}")
    assert "Thompson sampling 69, uniform 46" in said
    found = copy.metrics["open_bandit"]
    assert found["ci95"] == pytest.approx([0.0002, 0.0044], abs=1e-4)
    snips = found["policy"]["estimates"][1]
    assert snips["value"] == pytest.approx(0.0032, abs=1e-4)
    assert snips["ci95"][0] <= found["rates"]["random"] <= snips["ci95"][1]
    assert found["policy"]["effective"] == pytest.approx(655, abs=2)
    copy.do("report")
    assert "**On real logs**" in (copy.folder / "docs/experiment.md").read_text(encoding="utf-8")


def _titles(visit: Visit, ranking: int) -> list[str]:
    rows = visit.page.locator("#rankings section").nth(ranking).locator("li").all()
    return [row.inner_text().splitlines()[0] for row in rows]


def test_both_rankings_follow_what_is_chosen(visit: Visit) -> None:
    visit.page.get_by_text("Nothing is chosen yet").wait_for()
    popular = _titles(visit, 0)
    assert len(popular) == 8
    assert popular == _titles(visit, 1)
    for _ in range(3):
        visit.page.locator("#choices button[aria-pressed=false]").nth(9).click()
    visit.page.get_by_text("for 3 chosen").wait_for()
    chosen = visit.page.locator("#choices button[aria-pressed=true]").all_inner_texts()
    assert len(chosen) == 3
    for ranking in (0, 1):
        assert not set(_titles(visit, ranking)) & set(chosen)
        assert _titles(visit, ranking) != popular
    assert visit.page.locator("#rankings h2").all_inner_texts() == ["item-kNN", "EASE"]
    assert any(f"because of {title}" in visit.page.locator("#rankings").inner_text() for title in chosen)
    visit.page.locator("#choices button[aria-pressed=true]").first.click()
    visit.page.get_by_text("for 2 chosen").wait_for()


def test_in_one_file_it_ranks_as_the_service_does(chromium: Browser, its_service: str, project: Project) -> None:
    items = json.loads(urllib.request.urlopen(f"{its_service}/items", timeout=10).read())
    chance = random.Random(1)
    with visited(chromium, (project.folder / "reports/site/index.html").as_uri(), "desk") as visit:
        for _ in range(100):
            asked = {"history": [each["item"] for each in chance.sample(items, chance.randint(0, 20))], "length": 10}
            body = json.dumps(asked).encode()
            request = urllib.request.Request(f"{its_service}/preview", body, {"Content-Type": "application/json"})
            expected = json.loads(urllib.request.urlopen(request, timeout=10).read())["rankings"]
            shown = visit.page.evaluate("(asked) => local('preview', asked)", asked)["rankings"]
            assert [each["item"] for name in expected for each in expected[name]] == [
                each["item"] for name in expected for each in shown[name]
            ]
            assert [each["because"] for each in expected["EASE"]] == [each.get("because") for each in shown["EASE"]]


def test_a_film_is_found_by_its_name_and_chosen_by_keyboard(visit: Visit) -> None:
    visit.page.get_by_text("Nothing is chosen yet").wait_for()
    title = visit.page.evaluate("items[items.length - 1].title")
    for _ in range(5):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.id === 'search'"):
            break
    visit.page.keyboard.type(title.lower())
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.page.get_by_text("for 1 chosen").wait_for()
    assert visit.page.locator("#choices button[aria-pressed=true]").inner_text() == title
    assert visit.page.evaluate("document.activeElement.textContent") == title, "the focus stays where it was"


def test_no_acknowledged_event_is_lost_or_doubled_however_often_it_is_killed(project: Project, tmp_path: Path) -> None:
    port, log_dir = free_port(), tmp_path / "logs"
    command = [*project.serve(port), "--log-dir", str(log_dir)]
    chance = random.Random(1)
    deadline = time.monotonic() + 300
    kills = 0
    crowd = Crowd(port)
    while kills < KILLS or len(crowd.acknowledged) < FEWEST:
        assert time.monotonic() < deadline
        before = len(crowd.acknowledged)
        process = subprocess.Popen(command, cwd=project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while len(crowd.acknowledged) < before + 20 + chance.randrange(40):
            time.sleep(0.01)
            assert process.poll() is None
        time.sleep(chance.random() * 0.05)
        process.kill()
        process.wait()
        kills += 1
    with subprocess.Popen(command, cwd=project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as last:
        acknowledged = crowd.leave()
        last.terminate()
    connection = sqlite3.connect(log_dir / "events.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    written = connection.execute("SELECT event_id, item_id FROM clicks").fetchall()
    assert len(acknowledged) >= FEWEST
    assert len(written) == len(dict(written)), "none doubled"
    assert acknowledged.items() <= dict(written).items(), "none lost"
    lists = connection.execute("SELECT list_id, COUNT(*) FROM exposures GROUP BY list_id").fetchall()
    assert {number for _, number in lists} == {10}, "a list is there as a whole"
    assert {row[0] for row in connection.execute("SELECT list_id FROM clicks")} == {name for name, _ in lists}
