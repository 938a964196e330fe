"""What a web server can do to those who ask it: each has a name, an end and a bound."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from pathlib import Path

import dns.rcode
import msgspec
import pytest

from collectors._web import HttpQuestion, HttpReply, Place
from collectors.wires._web_line import Trouble
from collectors.wires._web_names import Names
from collectors.wires.web import Web
from inventory.model import Endpoint, Secret
from metrics.observation import Outcome
from tests.checks.asking import Checked, check, web
from tests.checks.serving import Talk, nameserver, saying, talking
from tests.servers import free_port

HEAD = b"HTTP/1.1 200 OK\r\n"


def told(answer: bytes, **options: object) -> Checked:
    async def run() -> Checked:
        async with saying(answer) as port:
            return await check("http", url=f"http://127.0.0.1:{port}/", **options)

    return asyncio.run(run())


def met(talk: Talk, **options: object) -> Checked:
    async def run() -> Checked:
        async with talking(talk) as port:
            return await check("http", url=f"http://127.0.0.1:{port}/", **options)

    return asyncio.run(run())


async def endlessly(writer: asyncio.StreamWriter, piece: bytes, pause: float = 0.0) -> None:
    while True:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)


def test_an_announced_two_gigabytes_are_not_fetched() -> None:
    sent = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + b"Content-Length: 2147483648\r\n\r\n")
        while True:
            writer.write(bytes(65_536))
            await writer.drain()
            sent += 65_536

    found = met(talk, max_bytes=100_000)

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, "too_large", 0)
    assert found["http_content_length"] == 2_147_483_648
    assert sent < 20_000_000


def test_two_gigabytes_nobody_announced_are_cut_at_the_cap() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + b"\r\n")
        await endlessly(writer, bytes(65_536))

    tracemalloc.start()
    found = met(talk, max_bytes=1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (found.reason, found["success"]) == ("too_large", 0)
    assert peak < 20_000_000


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_small_file_that_unpacks_to_a_large_one_is_cut_at_the_cap(coding: str) -> None:
    bomb = (gzip if coding == "gzip" else zlib).compress(bytes(50_000_000))
    head = HEAD + f"Content-Encoding: {coding}\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()

    tracemalloc.start()
    found = told(head + bomb, max_bytes=1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (found.reason, found["success"]) == ("too_large", 0)
    assert peak < 10_000_000


def test_a_packed_page_that_is_broken_is_named() -> None:
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"

    assert told(head + b"hello").reason == "bad_coding"


def test_a_header_without_end_is_no_http() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD)
        await endlessly(writer, b"X-Padding: " + b"a" * 1000 + b"\r\n")

    found = met(talk)

    assert (found.outcome, found.reason, found["success"]) == (Outcome.GARBLED, "no_http", 0)


@pytest.mark.parametrize("line", [b"Server : x", b"no field at all", b"X Y: z", b": x"])
def test_a_line_that_is_no_field_is_passed_over_as_browsers_do(line: bytes) -> None:
    found = told(HEAD + line + b"\r\nContent-Length: 5\r\n\r\nhello", text="hello")

    assert (found.outcome, found["success"]) == (Outcome.ANSWERED, 1)


def test_two_lengths_of_one_answer_are_no_http() -> None:
    answer = HEAD + b"X Y: z\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"

    assert told(answer).reason == "no_http"


def test_interim_answers_have_an_end() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await endlessly(writer, b"HTTP/1.1 103 Early Hints\r\n\r\n")

    assert met(talk).reason == "no_http"


def test_an_answer_without_a_header_is_no_http() -> None:
    """HTTP/0.9, and every other protocol that greets."""
    found = told(b"<html>hello</html>")

    assert (found.outcome, found.reason) == (Outcome.GARBLED, "no_http")


def test_a_server_that_ends_without_a_word_is_garbled() -> None:
    found = told(b"")

    assert (found.outcome, found.reason) == (Outcome.GARBLED, "no_answer")


def test_a_header_in_no_encoding_is_read_all_the_same() -> None:
    answer = (
        HEAD + b"X-Title: \xff\xfe\xd5\xfe\r\nContent-Type: text/html; charset=\xd5\xfe\r\n\r\nok"
    )

    assert told(answer, text="ok")["success"] == 1


@pytest.mark.parametrize("charset", ["punycode", "idna", "zip", "unicode_escape", "../../x"])
def test_an_encoding_that_is_none_is_not_looked_up(charset: str) -> None:
    answer = HEAD + f"Content-Type: text/html; charset={charset}\r\n\r\n政务".encode()

    assert told(answer, text="政务")["success"] == 1


def test_a_body_that_is_cut_off_is_named() -> None:
    found = told(HEAD + b"Content-Length: 100\r\n\r\nshort")

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, "cut", 0)


def test_a_body_that_drips_ends_with_the_time_limit() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
        await endlessly(writer, b"x", 0.01)

    found = met(talk, timeout=0.3)

    assert (found.outcome, found.reason) == (Outcome.ANSWERED, "timeout_transfer")
    assert (found["success"], found["http_status_code"]) == (0, 200)


def test_a_header_that_drips_ends_with_the_time_limit() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD)
        await endlessly(writer, b"x", 0.01)

    found = met(talk, timeout=0.3)

    assert (found.outcome, found.reason) == (Outcome.SILENT, "timeout_processing")


def test_a_handshake_that_never_comes_ends_with_the_time_limit() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def run() -> Checked:
        async with talking(talk) as port:
            return await check("http", url=f"https://127.0.0.1:{port}/", timeout=0.3)

    found = asyncio.run(run())

    assert (found.outcome, found.reason) == (Outcome.SILENT, "timeout_tls")


def test_checks_beyond_the_limit_wait_and_prove_nothing() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def run() -> tuple[Checked, Checked]:
        async with talking(talk) as port:
            wire = web(at_once=1)
            url = f"http://127.0.0.1:{port}/"
            return await asyncio.gather(
                check("http", wire, url=url, timeout=2.0), check("http", wire, url=url, timeout=5)
            )

    first, second = asyncio.run(run())

    assert (first.outcome, first.reason) == (Outcome.SILENT, "timeout_processing")
    assert (second.outcome, second.reason, second["success"]) == (
        Outcome.SKIPPED, "checks_full", None,
    )  # fmt: skip


def test_a_wait_for_a_place_is_no_silence_of_the_site() -> None:
    """The place is free after 0.8 s; the site then needs 0.3 of its own 1.0."""

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def good(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.3)
        writer.write(HEAD + b"Content-Length: 0\r\n\r\n")

    async def run() -> Checked:
        async with talking(silence) as dead, talking(good) as alive:
            wire = web(at_once=1)
            _, found = await asyncio.gather(
                check("http", wire, url=f"http://127.0.0.1:{dead}/", timeout=0.8),
                check("http", wire, url=f"http://127.0.0.1:{alive}/", timeout=1.0),
            )
            return found

    found = asyncio.run(run())

    assert (found.outcome, found.reason) == (Outcome.ANSWERED, "")


def test_a_flood_of_chunks_of_one_byte_ends_at_its_time() -> None:
    """From another thread: a server on this loop would give it the pauses that are missing."""
    server = socket.create_server(("127.0.0.1", 0))

    def flood() -> None:
        with contextlib.suppress(OSError):
            peer, _ = server.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
                while True:
                    peer.sendall(b"1\r\nx\r\n" * 20_000)

    thread = threading.Thread(target=flood, daemon=True)
    thread.start()
    found = asyncio.run(
        check("http", url=f"http://127.0.0.1:{server.getsockname()[1]}/", timeout=0.5)
    )
    server.close()
    thread.join(5)

    assert found.reason == "timeout_transfer"


def test_a_cookie_beyond_ascii_goes_back_as_it_came() -> None:
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        onward = b"HTTP/1.1 302 x\r\nSet-Cookie: a=\xe4\xb8\xad\r\nLocation: /b\r\n"
        writer.write((onward if len(asked) == 1 else HEAD) + b"Content-Length: 0\r\n\r\n")

    found = met(talk)

    assert found.reason == ""
    assert b"a=\xe4\xb8\xad\r\n" in asked[1]


def test_a_token_that_no_header_can_carry_is_not_sent() -> None:
    question = HttpQuestion("http://127.0.0.1:9/", authorization=Secret("Bearer 密码"))

    async def run() -> HttpReply:
        async with saying(HEAD + b"Content-Length: 0\r\n\r\n") as port:
            return await web().http(
                msgspec.structs.replace(question, url=f"http://127.0.0.1:{port}/")
            )

    found = asyncio.run(run())

    assert (found.outcome, found.reason) == (Outcome.SKIPPED, "bad_request")


def test_a_length_that_no_store_can_hold_is_none() -> None:
    found = told(HEAD + b"Content-Length: 99999999999999999999\r\n\r\n")

    assert (found.reason, found["http_content_length"]) == ("too_large", None)


def by_name(zone: dict[str, list[str]], name: str = "portal.example", **options: object) -> Checked:
    """Check a name that a name server of ours answers for."""

    def answer(asked: str, kind: str) -> list[str] | dns.rcode.Rcode:
        found = zone.get(asked.rstrip("."))
        if found is None:
            return dns.rcode.NXDOMAIN
        return [f"{asked} {kind} {one}" for one in found if (":" in one) == (kind == "AAAA")]

    async def run() -> Checked:
        async with nameserver(answer) as names, saying(HEAD + b"\r\nok") as port:
            wire = web(servers=(Endpoint("127.0.0.1", names),))
            return await check("http", wire, url=f"http://{name}:{port}/", timeout=2.0, **options)

    return asyncio.run(run())


def test_a_name_is_resolved_and_asked() -> None:
    found = by_name({"portal.example": ["127.0.0.1"]}, allow="127.0.0.0/8")

    assert (found.reason, found["success"]) == ("", 1)
    assert found["http_resolve_seconds"] is not None


def test_a_name_in_chinese_is_resolved() -> None:
    zone = {"xn--fiqs8s.example": ["127.0.0.1"]}

    assert by_name(zone, name="中国.example", allow="127.0.0.0/8")["success"] == 1


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "0.0.0.0"]
)
def test_a_name_that_turns_to_the_monitors_own_machine_is_not_asked(address: str) -> None:
    """DNS rebinding: whoever owns a name may let it point anywhere."""
    found = by_name({"portal.example": [address]})

    assert (found.outcome, found.reason) == (Outcome.ANSWERED, "address_not_allowed")
    assert found["success"] == 0


def test_a_name_outside_the_allowed_networks_is_not_asked() -> None:
    found = by_name({"portal.example": ["127.0.0.1"]}, allow=["10.0.0.0/8", "2001:db8::/32"])

    assert found.reason == "address_not_allowed"


def test_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    """A second look-up would get another answer; there is none."""
    asked: list[str] = []

    def answer(name: str, kind: str) -> list[str]:
        asked.append(kind)
        return [f"{name} A {'127.0.0.1' if len(asked) == 1 else '127.0.0.99'}"]

    async def run() -> Checked:
        async with nameserver(answer) as names, saying(HEAD + b"\r\nok") as port:
            wire = web(servers=(Endpoint("127.0.0.1", names),))
            url = f"http://portal.example:{port}/"
            return await check("http", wire, url=url, allow="127.0.0.1", timeout=2.0)

    assert asyncio.run(run())["success"] == 1
    assert asked == ["A"]


def test_one_dead_address_of_two_leaves_time_for_the_other() -> None:
    """It takes no connection and refuses none: its queue is full."""

    async def run() -> Checked:
        async with saying(HEAD + b"\r\nok") as port:
            with socket.socket() as full, socket.socket() as one, socket.socket() as two:
                full.bind(("127.0.0.2", port))
                full.listen(0)
                for client in (one, two):
                    client.setblocking(False)
                    client.connect_ex(("127.0.0.2", port))

                def answer(name: str, kind: str) -> list[str]:
                    return [f"{name} A 127.0.0.2", f"{name} A 127.0.0.1"]

                async with nameserver(answer) as names:
                    wire = web(servers=(Endpoint("127.0.0.1", names),))
                    url = f"http://portal.example:{port}/"
                    return await check("http", wire, url=url, allow="127.0.0.0/8", timeout=0.9)

    assert asyncio.run(run())["success"] == 1


def test_a_name_that_does_not_exist_is_named() -> None:
    found = by_name({})

    assert (found.outcome, found.reason, found["success"]) == (
        Outcome.ANSWERED, "dns_no_such_name", 0,
    )  # fmt: skip


def test_a_name_without_an_address_is_named() -> None:
    assert by_name({"portal.example": []}).reason == "dns_no_address"


@pytest.mark.parametrize("lines", [None, "", "search example.cn\n", "# nameserver 10.0.0.1\n"])
def test_a_machine_that_knows_no_name_server_proves_nothing(
    tmp_path: Path, lines: str | None
) -> None:
    path = tmp_path / "resolv.conf"
    if lines is not None:
        path.write_text(lines)

    with pytest.raises(Trouble) as found:
        asyncio.run(Names(resolv=path).endpoints(Place("portal.example", 80)))

    assert (found.value.outcome, found.value.reason) == (Outcome.SKIPPED, "no_nameservers")


def test_a_name_server_that_is_dead_ends_with_the_time_limit() -> None:
    async def run() -> Checked:
        wire = web(servers=(Endpoint("127.0.0.1", 9),))
        return await check("http", wire, url="http://portal.example/", timeout=0.5)

    began = time.monotonic()
    found = asyncio.run(run())

    assert (found.outcome, found.reason) in {
        (Outcome.SILENT, "timeout_resolve"), (Outcome.SILENT, "dns_failed"),
    }  # fmt: skip
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("end", ["refused", "cancelled", "late", "garbled"])
def test_nothing_stays_open(end: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        if end == "garbled":
            writer.write(b"what?\r\n\r\n")
            await writer.drain()
            return
        await reader.read()

    async def once(wire: Web, url: str) -> None:
        timeout = 0.02 if end == "late" else 5.0
        work = asyncio.create_task(check("http", wire, url=url, timeout=timeout))
        if end == "cancelled":
            await asyncio.sleep(0.005)
            work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    async def run() -> tuple[int, int]:
        async with talking(talk) as served:
            port = free_port() if end == "refused" else served
            url = f"{'https' if end == 'late' else 'http'}://127.0.0.1:{port}/"
            wire = web()
            await once(wire, url)
            before = descriptors()
            for _ in range(20):
                await once(wire, url)
            await asyncio.sleep(0.05)
            return before, descriptors()

    before, after = asyncio.run(run())

    assert after <= before + 1


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
