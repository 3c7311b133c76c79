"""A language model behind an OpenAI-compatible address, played by recorded replies over loopback."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from search_ranker.config import Config
from search_ranker.data.passages import Passage, Question
from search_ranker.evaluation import language
from search_ranker.evaluation.answering import ANSWERED, INVENTED, WRONG
from search_ranker.kit.project import ExplainedError
from search_ranker.models import writer
from search_ranker.models.writer import Writer

PASSAGES = [Passage("a", "Bread", "Bread rises for two hours."), Passage("b", "Milk", "Milk boils at 100 degrees.")]
RECORDED = {
    "How long does bread rise?": "Bread rises for two hours [1]. It then sings [1].",
    "How hot is boiling milk?": "Milk boils at 90 degrees [2].",
    "Who won?": "NOT IN THESE DOCUMENTS",
    "Who lost?": "Milk boils at 100 degrees. [2]",
}
QUESTIONS = [
    Question("1", "How long does bread rise?", {"a": 1}, ("two hours",)),
    Question("2", "How hot is boiling milk?", {"b": 1}, ("100",)),
    Question("3", "Who won?"),
    Question("4", "Who lost?"),
]


class Recorded(BaseHTTPRequestHandler):
    """Answers with what was recorded for a question, and remembers what it was asked."""

    asked: list[dict[str, Any]]
    broken = ""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Recorded.asked.append({"path": self.path, "key": self.headers.get("Authorization"), **request})
        question = json.loads(request["messages"][1]["content"])["question"]
        message = {
            "choices": [{"message": {"content": RECORDED[question]}}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 9},
        }
        body = (Recorded.broken or json.dumps(message)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    Recorded.asked, Recorded.broken = [], ""
    with HTTPServer(("127.0.0.1", 0), Recorded) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_it_is_measured_as_quotations_are(address: str, tmp_path: Path) -> None:
    service = Writer(address, "tiny", tmp_path / "replies.jsonl", "secret")
    written = []
    for question in QUESTIONS:
        reply = service.write(question.text, PASSAGES)
        written.append(language.Written(question, reply, writer.statements(reply.text, PASSAGES)))
    assert [[each.text for each in one.given] for one in written] == [
        ["Bread rises for two hours."],
        [],  # its number is in no passage
        [],
        ["Milk boils at 100 degrees."],
    ]
    found = language._measured("tiny", written, Config(seed=1))
    rows = {row["metric"]: row["value"] for row in found["rows"]}
    assert rows == {ANSWERED: 0.5, WRONG: 0.5, INVENTED: 0.5}
    assert (found["sentences"], found["cited"], found["supported"]) == (4, 4, 2)
    assert (found["tokens_in"], found["tokens_out"]) == (400, 36)
    assert found["dollars"] == pytest.approx((400 * 0.15 + 36 * 0.6) / 1e6, abs=1e-6)
    assert {each["key"] for each in Recorded.asked} == {"Bearer secret"}
    assert {each["path"] for each in Recorded.asked} == {"/v1/chat/completions"}


def test_what_was_answered_is_not_asked_again(address: str, tmp_path: Path) -> None:
    kept = tmp_path / "replies.jsonl"
    first = Writer(address, "tiny", kept).write("Who won?", PASSAGES)
    assert Writer(address, "tiny", kept).write("Who won?", PASSAGES) == first
    assert len(Recorded.asked) == 1
    Writer(address, "other", kept).write("Who won?", PASSAGES)
    assert len(Recorded.asked) == 2


@pytest.mark.parametrize("body", ["[]", "{}", '{"choices": []}', "no JSON", '{"choices": [{"message": 5}]}'])
def test_another_kind_of_service_is_named(address: str, body: str, tmp_path: Path) -> None:
    Recorded.broken = body
    with pytest.raises(ExplainedError, match=r"does not answer as|did not answer"):
        Writer(address, "tiny", tmp_path / "replies.jsonl").write("Who won?", PASSAGES)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "ftp://x", "localhost"])
def test_without_a_service_it_says_so(url: str, tmp_path: Path) -> None:
    with pytest.raises(ExplainedError, match=r"did not answer|is no address"):
        Writer(url, "tiny", tmp_path / "replies.jsonl").write("Who won?", PASSAGES)
