"""A host on loopback that publishes files for `--mirror`: as it should, or as hosts do."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

Answer = tuple[int, dict[str, str], bytes]  # status, headers, content


@dataclass
class Mirror:
    """What is published, by path, and what went wrong with it."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, Answer] = field(default_factory=dict)  # instead of the file
    asked: list[str] = field(default_factory=list)
    slow: str = ""  # part of the paths that are answered after `delay` seconds
    delay: float = 0.0

    def answer(self, path: str) -> Answer:
        """What a request for that path gets."""
        self.asked.append(path)
        if self.slow and self.slow in path:
            time.sleep(self.delay)
        return self.faults.get(path) or ((200, {}, self.files[path]) if path in self.files else (404, {}, b""))


@contextlib.contextmanager
def mirrored() -> Iterator[Mirror]:
    """An empty mirror that answers."""
    mirror = Mirror()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, content = mirror.answer(unquote(self.path))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
        mirror.address = f"http://127.0.0.1:{server.server_port}"
        yield mirror
        server.shutdown()
