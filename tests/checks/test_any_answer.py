"""Whatever a server says ends its own question by name: nothing it sends is an error of ours."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address

import dns.exception
import dns.message
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors._web import HttpQuestion, HttpReply, Place, TlsQuestion, TlsReply
from collectors.wires._web_certificate import matches, read, weakness
from collectors.wires._web_dns import records
from collectors.wires._web_names import allowed, read_hosts
from inventory.model import Endpoint
from metrics.observation import Outcome
from tests.checks.asking import web
from tests.checks.authority import Authority
from tests.checks.serving import saying, talking
from tests.checks.sm2 import SIGNING
from texts.say import catalogue

LINES = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [
                b"HTTP/1.1 200 OK",
                b"HTTP/1.0 302 Found",
                b"Location: /",
                b"Location: \xd5\xfe",
                b"Content-Length: 5",
                b"Content-Length: -1",
                b"Content-Length: 99999999999999999999",
                b"Transfer-Encoding: chunked",
                b"Content-Encoding: gzip",
                b"Content-Type: text/html; charset=\xff",
                b"Set-Cookie: =;\r\x00",
                b"",
                b"5",
                b"hello",
                b"0",
            ]
        ),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_any_lines_are_an_answer_with_a_name(lines: list[bytes]) -> None:
    async def run() -> HttpReply:
        async with saying(b"\r\n".join([*lines, b""])) as port:
            return await web().http(HttpQuestion(f"http://127.0.0.1:{port}/", timeout=5.0))

    reply = asyncio.run(run())

    assert reply.outcome in {Outcome.ANSWERED, Outcome.GARBLED, Outcome.REFUSED}
    assert not reply.reason or f"wire.reason.{reply.reason}" in catalogue()
    assert reply.outcome is Outcome.ANSWERED or reply.reason


@settings(max_examples=15, deadline=None)
@given(said=st.binary(min_size=1, max_size=60), as_record=st.booleans())
def test_any_bytes_instead_of_a_handshake_have_a_name(said: bytes, *, as_record: bool) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"\x16\x03\x03" + len(said).to_bytes(2, "big") + said if as_record else said)
        await writer.drain()

    async def run() -> TlsReply:
        async with talking(talk) as port:
            place = Place("portal.example", port, Endpoint("127.0.0.1", port))
            return await web().tls(TlsQuestion(place, timeout=5.0))

    reply = asyncio.run(run())

    assert reply.outcome in {Outcome.ANSWERED, Outcome.GARBLED, Outcome.REFUSED}
    assert f"wire.reason.{reply.reason}" in catalogue()


@given(st.binary(max_size=200), st.integers(0, len(SIGNING)))
def test_any_bytes_are_read_as_a_certificate_or_none(noise: bytes, at: int) -> None:
    for der in (noise, SIGNING[:at] + noise + SIGNING[at:], SIGNING[:at] + noise):
        found = read(der)
        if found is not None:
            weakness(found)
            matches("portal.example", found)


def test_a_certificate_of_ours_says_what_it_is(authority: Authority) -> None:
    found = read(authority.certificate.public_bytes(Encoding.DER))

    assert found is not None
    assert (found.key, found.bits, found.hash) == ("ec", 256, "sha256")
    assert found.subject == "CN=测试根 CA"


@given(st.binary(max_size=100))
def test_any_answer_of_a_name_server_is_read_or_refused(noise: bytes) -> None:
    query = dns.message.make_query("www.example", "A")
    wire = query.to_wire()[:2] + b"\x81\x80" + query.to_wire()[4:] + noise
    try:
        answer = dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, EOFError):
        return
    assert records(answer) == ()


@given(st.text(max_size=100))
def test_any_file_of_hosts_is_read(text: str) -> None:
    read_hosts(text)


def test_a_file_of_hosts_is_read_as_the_machine_reads_it() -> None:
    found = read_hosts(
        "127.0.0.1 localhost\n10.0.0.1\tWeb web.example # portal\n\nbad x\n::1 web\n"
    )

    assert [str(one) for one in found["web"]] == ["10.0.0.1", "::1"]
    assert set(found) == {"localhost", "web", "web.example"}


@given(st.ip_addresses())
def test_a_network_allows_what_lies_in_it(address: IPv4Address | IPv6Address) -> None:
    everything = ("0.0.0.0/0", "::/0")

    assert allowed(address, everything, written=False)
    assert allowed(address, (), written=True)
    assert not allowed(address, ("192.0.2.1",), written=True) or str(address) == "192.0.2.1"
