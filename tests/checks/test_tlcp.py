"""Servers that speak TLCP (国密) only are recognised, named, and their dates are read.

No such server is at hand: the one here is scripted from GB/T 38636-2020 (6.4.5, the handshake
messages), with real SM2 certificates. How appliances of vendors answer is not known from here.
"""

from __future__ import annotations

import asyncio
import struct
import time

from hypothesis import given
from hypothesis import strategies as st

from collectors.wires._web_tlcp import LARGEST, client_hello, read
from metrics.observation import Outcome
from tests.checks.asking import Checked, check, here, web
from tests.checks.serving import Talk, talking
from tests.checks.sm2 import ENCRYPTION, MADE, SIGNING

DAY = 86_400


def record(kind: int, body: bytes, version: bytes = b"\x01\x01") -> bytes:
    return struct.pack("!B2sH", kind, version, len(body)) + body


def message(kind: int, body: bytes) -> bytes:
    return struct.pack("!I", kind << 24 | len(body)) + body


def listed(*certificates: bytes) -> bytes:
    each = b"".join(struct.pack("!I", len(one))[1:] + one for one in certificates)
    return struct.pack("!I", len(each))[1:] + each


HELLO = message(2, b"\x01\x01" + bytes(32) + b"\0" + b"\xe0\x13" + b"\0")
CERTIFICATES = message(11, listed(SIGNING, ENCRYPTION))
ANSWER = record(22, HELLO) + record(22, CERTIFICATES[:300]) + record(22, CERTIFICATES[300:])
REFUSAL = record(21, b"\x02\x46")  # fatal protocol_version


def gm_server(answer: bytes = ANSWER, refusal: bytes = REFUSAL) -> Talk:
    """Answer a hello in TLCP, refuse any other; split as the network likes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, version, length = struct.unpack("!B2sH", await reader.readexactly(5))
        hello = await reader.readexactly(length)
        said = answer if version == b"\x01\x01" and hello[4:6] == b"\x01\x01" else refusal
        for at in range(0, len(said), 100):
            writer.write(said[at : at + 100])
            await writer.drain()
        if said is answer:
            await reader.read()

    return talk


def met(talk: Talk, kind: str = "tls", name: str = "gm.example", **options: object) -> Checked:
    async def run() -> Checked:
        async with talking(talk) as port:
            wire = web()
            wire._now = lambda: MADE
            where = (
                {"url": f"https://{name}:{port}/"}
                if kind == "http"
                else {"host": name, "port": port}
            )
            return await check(kind, wire, address=here(port), **where, **options)

    return asyncio.run(run())


def test_a_server_that_speaks_tlcp_only_is_named_and_its_dates_are_read() -> None:
    """Of the two certificates the one that ends first counts."""
    found = met(gm_server())

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, "gm_only", 1)
    assert 59 * DAY < (found["ssl_left_seconds"] or 0) < 61 * DAY
    assert (found["tlcp_only"], found["ssl_verified"], found["tls_version"]) == (1, None, None)


def test_that_its_certificates_are_for_another_name_is_told() -> None:
    found = met(gm_server(), name="other.example")

    assert (found.reason, found["success"], found["tlcp_only"]) == ("tls_name_mismatch", 0, 1)


def test_that_its_certificates_end_soon_is_told() -> None:
    found = met(gm_server(), days=70)

    assert (found.reason, found["success"]) == ("tls_expires_soon", 0)


def test_it_may_close_the_door_on_tls_without_a_word() -> None:
    assert met(gm_server(refusal=b"")).reason == "gm_only"


def test_its_refusal_may_be_in_an_alert_of_tls() -> None:
    assert met(gm_server(refusal=record(21, b"\x02\x28", b"\x03\x01"))).reason == "gm_only"


def test_a_website_of_that_kind_cannot_be_judged_by_http() -> None:
    found = met(gm_server(), "http")

    assert (found.outcome, found.reason, found["success"]) == (Outcome.SKIPPED, "gm_only", None)


def test_a_server_that_refuses_both_is_none() -> None:
    found = met(gm_server(answer=REFUSAL, refusal=record(21, b"\x02\x28", b"\x03\x03")))

    assert (found.outcome, found.reason) == (Outcome.ANSWERED, "tls_failed")


def test_a_certificate_that_cannot_be_read_is_still_tlcp() -> None:
    answer = record(22, HELLO + message(11, listed(b"\x30\x03\x02\x01\x01")))

    found = met(gm_server(answer=answer))

    assert (found.reason, found["success"], found["ssl_left_seconds"]) == ("gm_only", 0, None)


def test_the_hello_is_one_record_of_tlcp_with_its_suites_and_the_name() -> None:
    hello = client_hello("gm.example", bytes(32))

    kind, version, length = struct.unpack_from("!B2sH", hello)
    assert (kind, version, length) == (22, b"\x01\x01", len(hello) - 5)
    assert b"\xe0\x13" in hello
    assert b"gm.example" in hello


def test_a_server_that_answers_in_tls_is_none_of_them() -> None:
    said = read(record(22, message(2, b"\x03\x03" + bytes(40)), b"\x03\x03"))

    assert (said.hello, said.over) == (False, True)


@given(st.integers(0, len(ANSWER)))
def test_an_answer_is_read_as_far_as_it_came(cut: int) -> None:
    said = read(ANSWER[:cut])

    assert said.over == (cut == len(ANSWER))
    assert said.certificates == ((SIGNING, ENCRYPTION) if said.over else ())


@given(st.binary(max_size=300), st.integers(0, len(ANSWER)))
def test_any_bytes_are_read_without_complaint(noise: bytes, at: int) -> None:
    read(noise)
    read(ANSWER[:at] + noise)
    read(record(22, noise))
    read(record(22, HELLO + message(11, noise)))


def test_reading_has_an_end() -> None:
    endless = record(22, HELLO) + record(22, bytes(3)) * (LARGEST // 8)

    began = time.process_time()
    assert read(endless).over
    assert time.process_time() - began < 1
