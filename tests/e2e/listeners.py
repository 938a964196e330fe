"""Whom the monitor tells: a web server that remembers, and a real Alertmanager in front of it."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.servers import free_port, run_program, wait_for
from tests.sinks.stores import fetch, fetch_json

_ALERTMANAGER = """
route: {{receiver: hook, group_by: [...], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: hook
    webhook_configs: [{{url: "{hook}", send_resolved: true}}]
"""


@dataclass
class Listener:
    """What was posted. `status`: the answer; 0 = none, the connection hangs until the end."""

    url: str = ""
    status: int = 204
    words: bytes = b""
    posts: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def bodies(self) -> list[Any]:
        """Every body as JSON, oldest first."""
        return [json.loads(body) for body in self.posts]

    def alerts(self) -> list[dict[str, Any]]:
        """Every alert of every message, oldest first."""
        return [alert for body in self.bodies for alert in body["alerts"]]


@contextlib.contextmanager
def listener(status: int = 204, words: bytes = b"") -> Iterator[Listener]:
    """Serve on a free port."""
    heard = Listener(status=status, words=words)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.posts.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            if heard.status == 0:
                heard.over.wait()
                self.close_connection = True
                return
            self.send_response(heard.status)
            if heard.status != 204:
                self.send_header("Content-Length", str(len(heard.words)))
            self.end_headers()
            if heard.status != 204:
                self.wfile.write(heard.words)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - theirs
            del format, arguments

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        heard.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield heard
        finally:
            heard.over.set()
            server.shutdown()
            thread.join()


@dataclass
class Alertmanager:
    """A real Alertmanager: what it holds, and what it told its own receiver."""

    url: str
    told: Listener

    def firing(self) -> list[dict[str, Any]]:
        """Return the alerts that are active in it."""
        found: list[dict[str, Any]] = fetch_json(f"{self.url}/api/v2/alerts")
        return found

    def history(self) -> list[tuple[str, str, str]]:
        """Return (status, alertname, target) of each of its notifications, in order."""
        return [
            (alert["status"], alert["labels"]["alertname"], alert["labels"]["target"])
            for alert in self.told.alerts()
        ]


@contextlib.contextmanager
def alertmanager(folder: Path) -> Iterator[Alertmanager]:
    """Run it."""
    with listener() as hook:
        config = folder / "alertmanager.yml"
        config.write_text(_ALERTMANAGER.format(hook=hook.url))
        url = f"http://127.0.0.1:{free_port()}"
        arguments = [
            "prometheus-alertmanager",
            f"--config.file={config}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address={url.removeprefix('http://')}",
            "--cluster.listen-address=",
        ]
        with run_program(arguments, folder / "alertmanager.log"):
            wait_for(lambda: fetch(f"{url}/-/ready"), what="Alertmanager")
            yield Alertmanager(url, hook)
