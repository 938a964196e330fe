"""The generic webhook: its body, its signature, and what answers mean."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from alerts.notifiers import webhook
from alerts.notifiers._contract import NotifyError
from inventory.model import Secret
from tests.alerts.receivers import certificate, web_server
from tests.alerts.test_smtp import make_message

SECRET = Secret("canary-secret-17")


async def send(url: str, **fields: Any) -> None:
    options = webhook.Options.model_validate({"url": url, **fields})
    async with aiohttp.ClientSession() as http:
        assert await webhook.notify(options, make_message(), http) == ""


def test_the_body_carries_the_message_and_each_alert() -> None:
    async def play() -> None:
        async with web_server() as served:
            await send(served.url)
            (body,) = served.bodies
            assert body["subject"] == "【严重】链路中断"
            assert body["alerts"][0]["target"] == "link:l-county"
            assert body["alerts"][0]["phase"] == "firing"
            assert body["alerts"][0]["line"] == "【严重】链路中断"
            headers, _ = served.requests[0]
            assert headers["Content-Type"] == "application/json"
            assert headers["X-Extranet-Message"] == "id-1"
            assert "X-Extranet-Signature" not in headers

    asyncio.run(play())


def test_a_receiver_can_check_the_signature() -> None:
    async def play() -> None:
        async with web_server() as served:
            await send(served.url, secret=SECRET, authorization=Secret("Bearer abc"))
            headers, body = served.requests[0]
            signed = headers["X-Extranet-Timestamp"].encode() + b"." + body
            expected = hmac.new(SECRET.reveal().encode(), signed, hashlib.sha256).hexdigest()
            assert headers["X-Extranet-Signature"] == f"sha256={expected}"
            assert headers["Authorization"] == "Bearer abc"

    asyncio.run(play())


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "pause"),
    [
        (500, {}, False, None),
        (503, {"Retry-After": "7"}, False, 7.0),
        (429, {"Retry-After": "120"}, False, 120.0),
        (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, False, None),
        (429, {"Retry-After": "99999999"}, False, 3600.0),
        (408, {}, False, None),
        (400, {}, True, None),
        (401, {}, True, None),
        (404, {}, True, None),
        (302, {"Location": "http://127.0.0.1:9/"}, True, None),
    ],
)
def test_answers_are_temporary_or_permanent(
    status: int, headers: dict[str, str], *, permanent: bool, pause: float | None
) -> None:
    async def play() -> None:
        async with web_server() as served:
            served.answers[:] = [(status, headers)]
            with pytest.raises(NotifyError) as caught:
                await send(served.url)
            error = caught.value
            assert (error.code, error.permanent) == (f"http_{status}", permanent)
            assert error.retry_after == pause
            assert len(served.requests) == 1

    asyncio.run(play())


def test_a_certificate_is_verified(tmp_path: Path) -> None:
    context, authority = certificate(tmp_path)

    async def play() -> None:
        async with web_server(context) as served:
            await send(served.url, ca_file=str(authority))
            with pytest.raises(NotifyError) as caught:
                await send(served.url)
            assert (caught.value.code, caught.value.permanent) == ("tls_untrusted", True)
            assert len(served.requests) == 1

    asyncio.run(play())


def test_nobody_listening_is_temporary() -> None:
    async def play() -> None:
        with pytest.raises(NotifyError) as caught:
            await send("http://127.0.0.1:9/")
        assert (caught.value.code, caught.value.permanent) == ("unreachable", False)

    asyncio.run(play())
