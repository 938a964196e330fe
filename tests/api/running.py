"""The api in a real uvicorn with its own event loop, and a plain client for it."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI
from msgspec.structs import replace

from api.app import build
from api.ports import Person, Role
from api.settings import ApiSettings
from tests.api.province import Crowd, Province, make_inventory, ports
from tests.servers import free_port, wait_for

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `headers` in lower case, cookies in `cookies`."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Running:
    """A running api with the parts behind it."""

    port: int
    province: Province
    crowd: Crowd
    app: FastAPI
    loop: asyncio.AbstractEventLoop
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(
        self, *roles: Role, sites: tuple[str, ...] = (), carriers: tuple[str, ...] = ()
    ) -> str:
        """The token of a person with these roles and this scope."""
        key = f"{roles}{sites}{carriers}"
        if key not in self.tokens:
            self.tokens[key] = self.crowd.add(
                f"person-{len(self.tokens)}", Person("", roles, sites, carriers)
            )
        return self.tokens[key]

    def ask(
        self,
        path: str,
        token: str | None = None,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Ask once; nothing is followed, kept or retried."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                tuple(answer.headers.get_all("Set-Cookie") or ()),
                answer.read(),
            )
        finally:
            connection.close()

    def login(self, token: str, **headers: str) -> Answer:
        """Send the form."""
        return self.ask(
            "/login",
            method="POST",
            headers={"Content-Type": "application/x-www-form-urlencoded"} | headers,
            body=urlencode({"token": token}).encode(),
        )

    def session(self, token: str) -> dict[str, str]:
        """Log in; return the header that carries the session."""
        answer = self.login(token)
        assert answer.status == 303, answer.body
        return {"Cookie": answer.cookies[0].partition(";")[0]}

    def do(self, action: Callable[[], T]) -> T:
        """Run `action` on the loop of the server and wait for it."""

        async def run() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)


@contextmanager
def running(
    province: Province | None = None,
    settings: ApiSettings | None = None,
    more: Mapping[str, Any] | None = None,
    **configuration: Any,
) -> Iterator[Running]:
    """Serve until the block ends. `more`: ports beside those of the province."""
    province = province or Province(make_inventory())
    crowd, port = Crowd(), free_port()
    app = build(replace(ports(province, crowd), **(more or {})), settings or ApiSettings())
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=2, **({"access_log": False} | configuration),
    )  # fmt: skip
    server = uvicorn.Server(config)
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    thread.start()
    try:
        wait_for(lambda: server.started, what="the api listens")
        one = Running(port, province, crowd, app, loops[0])
        yield one
    finally:
        loops[0].call_soon_threadsafe(province.hub.close)
        server.should_exit = True
        thread.join(20)
