"""Every answer a store may give has one fate, and no answer shows what we know."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from types import ModuleType

import aiohttp
import pytest
from pydantic import ValidationError

from inventory.model import Secret
from sinks import influxdb, influxdb1, prometheus_remote_write
from sinks._contract import Fate, Result
from sinks._http import judge, no_answer
from texts.say import say

CANARY = "canary-secret-4711"

INFLUX_SERIES_LIMIT = (
    b'{"error":"partial write: max-series-per-database limit exceeded: (1000000) dropped=4783"}\n'
)
INFLUX_2_CONFLICT = (
    b'{"code":"unprocessable entity","message":"failure writing points to database: partial write:'
    b' field type conflict: input field \\"x\\" on measurement \\"m\\" is type float, already'
    b' exists as type integer dropped=2"}'
)
INFLUX_3_PARTIAL = (
    b'{"error":"partial write of line protocol occurred","data":[{"original_line":"a","line_number"'
    b':1,"error_message":"x"},{"original_line":"b","line_number":2,"error_message":"x"}]}'
)
PARSE = b'{"error":"partial write: unable to parse \'m,a=b x=1iu 1\': invalid number dropped=0"}'

ANSWERS = [
    (204, b"", Result(Fate.TAKEN)),
    (200, b"", Result(Fate.TAKEN)),
    (400, INFLUX_SERIES_LIMIT, Result(Fate.PARTIAL, "partial_write: ", None, 4783)),
    (422, INFLUX_2_CONFLICT, Result(Fate.PARTIAL, "partial_write: ", None, 2)),
    (400, INFLUX_3_PARTIAL, Result(Fate.PARTIAL, "partial_write: ", None, 2)),
    (400, PARSE, Result(Fate.PARTIAL, "partial_write: ", None, 1)),
    (400, b'{"error":"unable to parse"}', Result(Fate.REFUSED, "bad_request: 400 unable to parse")),
    (400, b"out of order sample\n", Result(Fate.SPLIT, "out_of_order: ")),
    (400, b"out of bounds\n", Result(Fate.SPLIT, "out_of_order: ")),
    (400, b"duplicate sample for timestamp\n", Result(Fate.SPLIT, "out_of_order: ")),
    (401, b"", Result(Fate.RETRY, "unauthorised: ", 30.0)),
    (403, b"", Result(Fate.RETRY, "forbidden: ", 30.0)),
    (404, b'{"error":"database not found: \\"x\\""}', Result(Fate.RETRY, "not_found: ", 30.0)),
    (301, b"", Result(Fate.RETRY, "redirected: 301", 30.0)),
    (405, b"", Result(Fate.REFUSED, "bad_request: 405")),
    (413, b"", Result(Fate.SPLIT, "too_large: ")),
    (408, b"", Result(Fate.RETRY, "server_error: 408")),
    (
        500,
        b'{"error":"engine: cache-max-memory-size exceeded"}',
        Result(Fate.RETRY, "server_error"),
    ),
    (503, b"", Result(Fate.RETRY, "server_error: 503")),
]


@pytest.mark.parametrize(("status", "body", "wanted"), ANSWERS)
def test_each_answer_has_its_fate(status: int, body: bytes, wanted: Result) -> None:
    result = judge(status, {}, body)
    assert result.reason.startswith(wanted.reason)
    assert (result.fate, result.retry_after, result.dropped) == (
        wanted.fate,
        wanted.retry_after,
        wanted.dropped,
    )


def test_a_store_may_ask_for_a_pause() -> None:
    assert judge(429, {"Retry-After": "17"}, b"").retry_after == 17.0
    assert judge(503, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, b"").retry_after is None


def test_reasons_are_short_and_on_one_line() -> None:
    reason = judge(500, {}, b"a\nb\x1b[31m" + b"x" * 10_000).reason
    assert "\n" not in reason
    assert "\x1b" not in reason
    assert len(reason) < 400


def test_a_body_that_is_no_utf8_is_still_read() -> None:
    assert judge(500, {}, b"\xff\xfe{").fate is Fate.RETRY


SENDERS: list[tuple[ModuleType, dict[str, object]]] = [
    (influxdb1, {"database": "extranet", "user": "root", "password": Secret(CANARY)}),
    (influxdb, {"org": "o", "bucket": "b", "token": Secret(CANARY)}),
    (prometheus_remote_write, {"token": Secret(CANARY)}),
]

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def ask(module: ModuleType, extra: dict[str, object], handler: Handler | None) -> Result:
    """Send one batch to a server that behaves as `handler` does; None = nobody listens."""

    async def scenario() -> Result:
        handling: list[asyncio.Event] = []

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            handling.append(done := asyncio.Event())
            await (handler or _close)(reader, writer)
            writer.close()
            done.set()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        if handler is None:
            server.close()
            await server.wait_closed()
        options = module.Options(url=f"http://127.0.0.1:{port}/x", timeout="300ms", **extra)
        async with aiohttp.ClientSession() as http:
            sender = module.sender(options, http)
            result: Result = await sender.send(b"m,a=b x=1i 1\n")
            await sender.close()
        server.close()
        for done in handling:
            await done.wait()
        return result

    return asyncio.run(scenario())


async def _close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader
    writer.close()


async def _hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del writer
    await reader.read()


async def _garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.write(b"\x16\x03\x01 not HTTP at all\r\n\r\n")
    await writer.drain()


def _answering(status: int, body: bytes) -> Handler:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        size = next(
            int(line.split(":")[1])
            for line in head.splitlines()
            if line.lower().startswith("content-length:")
        )
        await reader.readexactly(size)
        echo = head.encode() if body == b"ECHO" else body
        writer.write(
            b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
            b"Connection: close\r\n\r\n" % (status, len(echo))
        )
        writer.write(echo)
        await writer.drain()

    return answer


@pytest.mark.parametrize(("module", "extra"), SENDERS)
@pytest.mark.parametrize(
    ("handler", "fate", "code"),
    [
        (None, Fate.RETRY, "unreachable: "),
        (_close, Fate.RETRY, "unreachable: "),
        (_hang, Fate.RETRY, "timeout: "),
        (_garbage, Fate.RETRY, "unreachable: "),
        (_answering(204, b""), Fate.TAKEN, ""),
        (_answering(400, INFLUX_SERIES_LIMIT), Fate.PARTIAL, "partial_write: "),
        (_answering(500, b'{"error":"x"}'), Fate.RETRY, "server_error: 500 x"),
        (_answering(401, b'{"error":"x"}'), Fate.RETRY, "unauthorised: x"),
        (_answering(302, b""), Fate.RETRY, "redirected: "),
        (_answering(413, b""), Fate.SPLIT, "too_large: "),
    ],
)
def test_each_sender_turns_each_behaviour_into_a_fate(
    module: ModuleType, extra: dict[str, object], handler: Handler | None, fate: Fate, code: str
) -> None:
    result = ask(module, extra, handler)
    assert (result.fate, result.reason[: len(code)]) == (fate, code)


@pytest.mark.parametrize(("module", "extra"), SENDERS)
def test_no_secret_is_in_a_reason_even_when_the_store_sends_it_back(
    module: ModuleType, extra: dict[str, object]
) -> None:
    for status in (400, 401, 500):
        assert CANARY not in ask(module, extra, _answering(status, b"ECHO")).reason


@pytest.mark.parametrize(("module", "extra"), SENDERS)
def test_no_secret_is_in_the_options_as_shown(module: ModuleType, extra: dict[str, object]) -> None:
    options = module.Options(url="http://127.0.0.1:1", **extra)
    assert CANARY not in f"{options} {options!r}"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"url": "127.0.0.1:8086"}, "sink_address"),
        ({"url": "ftp://x/"}, "sink_address"),
        ({"url": "http://"}, "sink_address"),
        ({"url": "http://user:pw@x/"}, "sink_address_extra"),
        ({"url": "http://x/?u=root"}, "sink_address_extra"),
        ({"url": "https://x", "ca_file": "/nowhere.pem"}, "sink_authority"),
        ({"url": "https://x", "ca_file": __file__}, "sink_authority"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence_for_people(
    options: dict[str, object], code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        influxdb1.Options.model_validate({"database": "d", **options})
    assert refused.value.errors()[0]["type"] == code
    assert say(f"problem.{code}") != f"problem.{code}"
    assert say(f"problem.{code}", "zh") != say(f"problem.{code}")


REASONS = {judge(status, {}, body).reason.partition(":")[0] for status, body, _ in ANSWERS}
REASONS |= {"timeout", "tls", "unreachable", "rate_limited", "internal", "disk"}


@pytest.mark.parametrize("code", sorted(REASONS - {""}))
def test_every_reason_has_a_sentence_for_people(code: str) -> None:
    assert say(f"sinks.{code}") != f"sinks.{code}"
    assert say(f"sinks.{code}", "zh") != say(f"sinks.{code}")


def test_a_certificate_nobody_vouches_for_waits_for_the_operator() -> None:
    result = no_answer(ssl.SSLCertVerificationError("self-signed"))
    assert (result.fate, result.reason.split(":")[0]) == (Fate.RETRY, "tls")
