"""A real Chromium, driven by the DevTools protocol, that remembers what went wrong."""

from __future__ import annotations

import asyncio
import atexit
import base64
import contextlib
import functools
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.servers import program, wait_for

_ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--remote-debugging-port=0",
)  # fmt: skip


class Page:
    """One tab. `console`: errors, warnings and exceptions; `requests`: every address asked for."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.console: list[str] = []
        self.requests: list[str] = []

    async def listen(self) -> None:
        """Read what the browser says until it goes."""
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                self._waiting.pop(said["id"]).set_result(said)
            else:
                self._heard(said["method"], said["params"])

    def _heard(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.console.append(json.dumps(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in {"error", "warning"}:
            self.console.append(json.dumps(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in {"error", "warning"}:
            self.console.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask the browser for something."""
        self._number += 1
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._number] = future
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        answer = await asyncio.wait_for(future, 60)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    async def eval(self, expression: str) -> Any:
        """Evaluate JavaScript in the page; promises are awaited."""
        answer = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, expression: str, seconds: float = 60) -> Any:
        """Wait until `expression` is true in the page."""
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(AssertionError):  # the page may be on its way elsewhere
                if found := await self.eval(expression):
                    return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {expression}\n{self.console}")

    async def open(self, address: str) -> None:
        """Go to an address."""
        await self.call("Page.navigate", url=address)
        there = f"location.href.startsWith({address!r})"
        await self.until(f"{there} && document.readyState === 'complete'")

    async def login(self, address: str, token: str) -> None:
        """Come in by the form, as a person does."""
        await self.open(f"{address}/login")
        await self.eval(
            f"document.querySelector('#token').value = {token!r};"
            "document.querySelector('form').requestSubmit()"
        )
        await self.until("document.body.dataset.loaded !== undefined")

    async def picture(self) -> bytes:
        """What is seen, as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])


@contextlib.asynccontextmanager
async def browser(width: int = 1600, height: int = 1000) -> AsyncIterator[Page]:
    """Give one tab of a browser that remembers nothing of another test, and close it."""
    port = await asyncio.to_thread(_chromium)
    async with aiohttp.ClientSession() as http:
        async with http.get(f"http://127.0.0.1:{port}/json/version") as answer:
            version = await answer.json(content_type=None)
        async with _listening(http, version["webSocketDebuggerUrl"]) as whole:
            made = await whole.call("Target.createBrowserContext")
            tab = await whole.call("Target.createTarget", url="about:blank", **made)
            place = f"ws://127.0.0.1:{port}/devtools/page/{tab['targetId']}"
            try:
                async with _listening(http, place) as page:
                    for domain in ("Page", "Network", "Runtime", "Log"):
                        await page.call(f"{domain}.enable")
                    await page.call(
                        "Emulation.setDeviceMetricsOverride",
                        width=width, height=height, deviceScaleFactor=1, mobile=False,
                    )  # fmt: skip
                    agent = version["User-Agent"]
                    await page.call(
                        "Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage="zh-CN"
                    )
                    yield page
            finally:
                await whole.call("Target.disposeBrowserContext", **made)


@contextlib.asynccontextmanager
async def _listening(http: aiohttp.ClientSession, place: str) -> AsyncIterator[Page]:
    async with http.ws_connect(place, max_msg_size=0) as socket:
        page = Page(socket)
        ear = asyncio.create_task(page.listen())
        try:
            yield page
        finally:
            await socket.close()
            await ear


_STARTING: Final = threading.Lock()


def _chromium() -> int:
    """Return the port of the one browser of this process, which ends with it."""
    with _STARTING:
        return _started()


@functools.cache
def _started() -> int:
    profile = Path(tempfile.mkdtemp(prefix="extranet-browser-"))
    process = subprocess.Popen(
        [program("chromium"), *_ARGUMENTS, f"--user-data-dir={profile}", "about:blank"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(profile)},
    )  # fmt: skip

    def end() -> None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(profile, ignore_errors=True)

    atexit.register(end)
    said = profile / "DevToolsActivePort"
    lines = wait_for(lambda: said.read_text().splitlines(), 60, what="chromium")
    return int(lines[0])
