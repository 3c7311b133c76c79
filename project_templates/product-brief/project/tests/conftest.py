"""A small feature for the tests: the drawn sample, an assistant made from it, what was measured, and a service."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from product_brief.brief import agreed
from product_brief.brief import brief as briefs
from product_brief.brief.brief import Brief
from product_brief.config import Config
from product_brief.data import prepare, sample
from product_brief.data.articles import Case, Faq, collect, is_tested
from product_brief.data.prepare import Manifest
from product_brief.evaluation import candidates, evaluate, regression
from product_brief.evaluation.candidates import Measured
from product_brief.kit import results
from product_brief.models import saved, training
from product_brief.models.assistant import LEAD, Assistant, Settings
from product_brief.models.index import Index
from product_brief.models.saved import Card, Saved
from product_brief.serving.app import create_app
from product_brief.usage import report, simulate


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(title="FAQ <tested>", seed=7, resamples=300, draws=4_000, simulated_users=300, window=200)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the tests keep articles, cases, model and events: those of the project stay as they are."""
    folder = tmp_path_factory.mktemp("brief")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MANIFEST", "ARTICLES", "DRAWN"):
            patch.setattr(prepare, name, folder / f"{name.lower()}.json")
        patch.setattr(prepare, "CASES", folder / "cases.csv")
        patch.setattr(agreed, "AGREED", folder / "agreed.json")
        patch.setattr(regression, "RELEASED", folder / "released.json")
        patch.setattr(saved, "MODEL", folder / "model.json")
        patch.setattr(saved, "CARD", folder / "card.json")
        patch.setattr(simulate, "FOLDER", folder / "simulated")
        patch.setattr(report, "EVENTS", folder / "events")
        yield folder


@pytest.fixture(scope="session")
def drawn(config: Config) -> tuple[Faq, list[Case]]:
    articles, cases = sample.draw(config.seed)
    return collect(articles)[0], cases


@pytest.fixture(scope="session")
def faq(drawn: tuple[Faq, list[Case]]) -> Faq:
    return drawn[0]


@pytest.fixture(scope="session")
def cases(drawn: tuple[Faq, list[Case]]) -> list[Case]:
    return drawn[1]


@pytest.fixture(scope="session")
def tested(cases: list[Case], config: Config) -> list[Case]:
    return [case for case in cases if is_tested(case, config.test_share)]


@pytest.fixture(scope="session")
def brief() -> Brief:
    return briefs.load()


@pytest.fixture(scope="session")
def assistant(faq: Faq, cases: list[Case], brief: Brief, config: Config) -> Assistant:
    """With a threshold from the cases that are not tested."""
    open_ended = Assistant(Index(faq, config.k1, config.b), Settings(1.0, LEAD), brief.refuses)
    choosing = [case for case in cases if not is_tested(case, config.test_share)]
    threshold = training.chosen_threshold(open_ended, choosing, brief.launch["wrong_suggestions"])
    return replace(open_ended, settings=replace(open_ended.settings, threshold=threshold))


@pytest.fixture(scope="session")
def measured(assistant: Assistant, tested: list[Case], config: Config) -> Measured:
    return candidates.measure(assistant, tested, config)


@pytest.fixture(scope="session")
def document(
    elsewhere: Path, measured: Measured, faq: Faq, cases: list[Case], brief: Brief, assistant: Assistant, config: Config
) -> dict[str, Any]:
    """What metrics.json would hold."""
    manifest = Manifest(
        source="sample", licence="CC0-1.0", synthetic=True, rows=len(faq.articles), sha256=faq.sha256, commit=None,
        dirty=None, seed=7, usage=prepare.SIMULATED, cases=len(cases), found=[],
    )  # fmt: skip
    saved.save(assistant, manifest)
    agreed.agree(agreed.terms(brief, cases, faq, "sample", config))
    known = agreed.measure(agreed.terms(brief, cases, faq, "sample", config))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "artefact", lambda path, root: {"path": path.name, "sha256": "a" * 64, "bytes": 1})
        return evaluate.described(measured, cases, faq, brief, manifest, saved.load(config), known, config) | {
            "seconds": 1.0
        }


@pytest.fixture(scope="session")
def served(assistant: Assistant, brief: Brief) -> Saved:
    goal = {name: asdict(brief)[name] for name in ("goal", "guardrails", "kill")}
    card = Card("a test", "CC0-1.0", "a" * 64, ["how do I set up the mailbox"], {}, goal, asdict(brief.trial))
    return Saved(assistant, card)


@pytest.fixture
def client(served: Saved, config: Config, tmp_path: Path) -> Iterator[TestClient]:
    """The service; its logs are in tmp_path / "logs"."""
    with TestClient(create_app(served, config, tmp_path / "logs"), raise_server_exceptions=False) as client:
        yield client
