"""A project's service beside LitServe with the same model: the same decoding, the same ONNX file, one after the other.

Run as: python -m tests.benchmarks.serving PROJECT, with the folder of a project that was made and run. It gets an
environment of its own with LitServe in it; the project's is left alone.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

SECONDS = 4.0
ROUNDS = 5
CONCURRENCY = (1, 8)
BOUNDARY = "photograph"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

# LitServe as its documentation shows it: one worker process, a request at a time.
RIVAL = """
import sys
from io import BytesIO

import litserve
from image_api import classifier, images
from image_api.config import load


class Leaves(litserve.LitAPI):
    def setup(self, device):
        self.model, self.config = classifier.load(), load()

    def decode_request(self, request):
        side, content = self.model.card.side, request["file"].file.read()
        return images.reduce(images.open_photograph(content, side, self.config.max_upload_pixels), side)

    def predict(self, pixels):
        return self.model.probabilities(pixels[None])[0]

    def encode_response(self, probabilities):
        best = (-probabilities).argsort()[:3]
        return {"top": [{"label": self.model.card.classes[i], "probability": float(probabilities[i])} for i in best]}


if __name__ == "__main__":
    server = litserve.LitServer(Leaves(), accelerator="cpu", workers_per_device=int(sys.argv[2]))
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")
"""


def main(project: Path) -> None:
    """Print p50, p99 and throughput of both, and the ratio of each, round by round."""
    with tempfile.TemporaryDirectory() as folder:
        python = _environment(Path(folder), project)
        rival = Path(folder) / "rival.py"
        rival.write_text(RIVAL, encoding="utf-8")
        body = _upload()
        ours = [python, "-m", "image_api", "serve", "--log-dir", f"{folder}/logs", "--port"]
        for workers in ("1", "2"):
            with _running(ours, [], project) as one, _running([python, str(rival)], [workers], project) as other:
                for people in CONCURRENCY:
                    rounds = [(_ask(one, body, people), _ask(other, body, people)) for _ in range(ROUNDS)]
                    _show(f"{people} at a time, LitServe with {workers} workers", rounds)


def _show(what: str, rounds: list[tuple[list[float], list[float]]]) -> None:
    def of(taken: list[float]) -> tuple[float, float, float]:
        cuts = statistics.quantiles(taken, n=100)
        return cuts[49], cuts[98], len(taken) / SECONDS

    pairs = [(of(ours), of(theirs)) for ours, theirs in rounds]
    ours, theirs = (
        [statistics.median(column) for column in zip(*side, strict=True)] for side in zip(*pairs, strict=True)
    )
    slower = statistics.median(theirs[1] / ours[1] for ours, theirs in pairs)
    faster = statistics.median(ours[2] / theirs[2] for ours, theirs in pairs)
    print(
        f"{what}: p50 {ours[0]:.1f} against {theirs[0]:.1f} ms, p99 {ours[1]:.1f} against {theirs[1]:.1f} ms "
        f"({slower:.1f} times), {ours[2]:.0f} against {theirs[2]:.0f} a second ({faster:.1f} times)",
        flush=True,
    )


def _environment(folder: Path, project: Path) -> str:
    venv.create(folder / "venv", with_pip=True)
    python = str(folder / "venv/bin/python")
    packages = ["-r", str(project / "requirements.lock")]
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--require-hashes", *packages], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "litserve"], check=True)
    return python


@contextlib.contextmanager
def _running(command: list[str], rest: list[str], project: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(project / "src")}
    process = subprocess.Popen(
        [*command, str(port), *rest], cwd=project, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(process, port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            time.sleep(2)  # LitServe listens before its worker has loaded the model
            return
        time.sleep(0.2)
    sys.exit("a server did not start")


def _upload() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").resize((1024, 1024)).save(file, "JPEG", quality=92)
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="p.jpg"\r\nContent-Type: image/jpeg'
    return f"{head}\r\n\r\n".encode() + file.getvalue() + f"\r\n--{BOUNDARY}--\r\n".encode()


def _ask(port: int, body: bytes, people: int) -> list[float]:
    """Milliseconds of every answer."""
    taken: list[float] = []
    until = time.perf_counter() + SECONDS

    def ask() -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            while time.perf_counter() < until:
                started = time.perf_counter()
                connection.request(
                    "POST", "/predict", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
                )
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                taken.append(1000 * (time.perf_counter() - started))

    threads = [threading.Thread(target=ask) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
