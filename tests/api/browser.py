"""A real Chromium, driven by the DevTools protocol, that remembers what went wrong."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from tests.servers import program

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
    """Start a browser with an empty profile, give one tab, and end it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program("chromium"), *_ARGUMENTS, f"--user-data-dir={profile}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with aiohttp.ClientSession() as http:
                socket = await http.ws_connect(await _tab(Path(profile), http), max_msg_size=0)
                page = Page(socket)
                ear = asyncio.create_task(page.listen())
                for domain in ("Page", "Network", "Runtime", "Log"):
                    await page.call(f"{domain}.enable")
                await page.call(
                    "Emulation.setDeviceMetricsOverride",
                    width=width, height=height, deviceScaleFactor=1, mobile=False,
                )  # fmt: skip
                agent = (await page.call("Browser.getVersion"))["userAgent"]
                await page.call(
                    "Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage="zh-CN"
                )
                yield page
                await page.call("Browser.close")  # it writes its profile before it ends
                await ear
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _tab(profile: Path, http: aiohttp.ClientSession) -> str:
    """The websocket of the first tab, once the browser has said its port."""
    said = profile / "DevToolsActivePort"
    for _ in range(600):
        if said.exists() and (lines := said.read_text().splitlines()):
            async with http.get(f"http://127.0.0.1:{lines[0]}/json/list") as answer:
                for tab in await answer.json(content_type=None):
                    if tab["type"] == "page":
                        return str(tab["webSocketDebuggerUrl"])
        await asyncio.sleep(0.05)
    raise AssertionError("chromium did not start")
