"""Name servers answer, and rightly."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from time import monotonic

import dns.flags
import dns.message
import dns.rcode
import pytest

from collectors.dns import plain
from collectors.wires._web_dns import records
from metrics.observation import Outcome
from tests.checks.asking import Checked, check, here
from tests.checks.serving import Zone, nameserver, talking
from tests.servers import free_port

RECORDS = {
    ("www.gov.example.", "A"): ["www.gov.example. A 10.1.2.3", "www.gov.example. A 10.1.2.4"],
    ("alias.gov.example.", "A"): [
        "alias.gov.example. CNAME www.gov.example.", "www.gov.example. A 10.1.2.3",
    ],
    ("gov.example.", "MX"): ["gov.example. MX 10 Mail.Gov.Example."],
    ("gov.example.", "TXT"): ['gov.example. TXT "v=spf1 -all"'],
    ("big.example.", "TXT"): [f'big.example. TXT "{n} {"x" * 200}"' for n in range(40)],
    ("circle.example.", "A"): [
        "circle.example. CNAME other.example.", "other.example. CNAME circle.example.",
    ],
}  # fmt: skip


def zone(name: str, kind: str) -> list[str] | dns.rcode.Rcode:
    return RECORDS.get((name.lower(), kind), dns.rcode.NXDOMAIN)


def asked(*, flags: int = 0, served: Zone = zone, **options: object) -> Checked:
    """Ask one server; options as in the inventory."""

    async def run() -> Checked:
        async with nameserver(served, flags) as port:
            return await check("dns", server=here(port), **options)

    return asyncio.run(run())


def test_a_right_answer_is_a_success() -> None:
    found = asked(name="www.gov.example", expect=["10.1.2.3"])

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, "", 1)
    assert found["dns_answer_rrs"] == 2
    assert found["dns_lookup_time_seconds"] is not None
    assert (found["dns_servers"], found["dns_servers_failed"]) == (1, 0)


def test_another_answer_is_wrong() -> None:
    found = asked(name="www.gov.example", expect=["10.1.2.9"])

    assert (found.outcome, found.reason, found["success"]) == (
        Outcome.ANSWERED, "dns_wrong_answer", 0,
    )  # fmt: skip


def test_more_than_expected_is_wrong_only_where_all_is_expected() -> None:
    assert asked(name="www.gov.example", expect="10.1.2.3", match="subset")["success"] == 1
    assert asked(name="www.gov.example", expect="10.1.2.3", match="equal")["success"] == 0


def test_the_end_of_a_chain_of_names_counts() -> None:
    assert asked(name="alias.gov.example", expect="10.1.2.3", match="equal")["success"] == 1


def test_a_circle_of_names_has_an_end() -> None:
    assert asked(name="circle.example", expect="10.1.2.3").reason == "dns_wrong_answer"


@pytest.mark.parametrize(
    ("kind", "expect"),
    [("MX", "10 mail.gov.example"), ("MX", "10 MAIL.gov.example."), ("TXT", "v=spf1 -all")],
)
def test_equal_data_may_be_written_differently(kind: str, expect: str) -> None:
    assert asked(name="gov.example", type=kind, expect=expect, match="equal")["success"] == 1


def test_a_long_text_comes_in_pieces_and_is_one() -> None:
    assert plain('"v=DKIM1; p=AB" "CD"', "TXT") == plain("v=DKIM1; p=ABCD", "TXT")


def test_addresses_are_compared_as_addresses() -> None:
    assert plain("2001:DB8:0::1", "AAAA") == plain("2001:db8::1", "AAAA")


def test_a_response_code_that_is_not_expected_is_named() -> None:
    found = asked(name="gone.example")

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, "dns_rcode", 0)


def test_a_name_that_must_not_exist_is_a_success() -> None:
    assert asked(name="gone.example", rcode="NXDOMAIN")["success"] == 1


def test_an_answer_that_was_cut_is_fetched_by_tcp() -> None:
    found = asked(name="big.example", type="TXT")

    assert (found["success"], found["dns_answer_rrs"]) == (1, 40)


def test_it_may_be_asked_by_tcp_at_once() -> None:
    assert asked(name="www.gov.example", tcp=True)["success"] == 1


def test_what_the_server_says_about_its_answer_is_told() -> None:
    found = asked(flags=dns.flags.AA | dns.flags.AD, name="www.gov.example", authenticated=True)

    assert found["success"] == 1
    assert (found["dns_authoritative"], found["dns_authenticated"]) == (1, 1)


def test_an_answer_that_was_not_verified_is_not_enough_where_that_is_asked_for() -> None:
    found = asked(name="www.gov.example", authenticated=True)

    assert (found.reason, found["success"]) == ("dns_not_authenticated", 0)


def test_a_server_that_is_not_there_refuses() -> None:
    found = asyncio.run(check("dns", server=here(free_port()), name="www.gov.example"))

    assert (found.outcome, found.reason, found["success"]) == (Outcome.REFUSED, "refused", 0)


def test_a_server_that_is_silent_is_waited_for_so_long_only() -> None:
    async def run() -> Checked:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        try:
            port = transport.get_extra_info("sockname")[1]
            return await check("dns", server=here(port), name="www.gov.example", timeout=0.2)
        finally:
            transport.close()

    found = asyncio.run(run())

    assert (found.outcome, found.reason, found["success"]) == (Outcome.SILENT, "timeout", 0)


def test_a_flood_of_answers_to_other_questions_ends_at_its_time() -> None:
    over = threading.Event()

    def flood(sock: socket.socket) -> None:
        query, asker = sock.recvfrom(4_096)
        answer = dns.message.make_response(dns.message.from_wire(query)).to_wire()
        other = bytes([answer[0] ^ 1]) + answer[1:]
        began = monotonic()
        while not over.is_set() and monotonic() - began < 30:
            with contextlib.suppress(OSError):
                sock.sendto(other, asker)

    async def run() -> Checked:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            flooding = threading.Thread(target=flood, args=(sock,))
            flooding.start()
            try:
                server = here(sock.getsockname()[1])
                return await check("dns", server=server, name="www.gov.example", timeout=0.2)
            finally:
                over.set()
                flooding.join()

    began = monotonic()

    assert asyncio.run(run()).reason == "timeout"
    assert monotonic() - began < 20


def test_what_is_no_answer_is_garbled() -> None:
    class Noise(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
            self.transport.sendto(data[:2] + b"\x81\x80 what?", addr)  # type: ignore[attr-defined]

    async def run() -> Checked:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            Noise, local_addr=("127.0.0.1", 0)
        )
        try:
            port = transport.get_extra_info("sockname")[1]
            return await check("dns", server=here(port), name="www.gov.example", timeout=1.0)
        finally:
            transport.close()

    found = asyncio.run(run())

    assert (found.outcome, found.reason) == (Outcome.GARBLED, "dns_garbled")


def test_garbage_by_tcp_is_garbled() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(2)
        writer.write(b"\x00\x05hello")
        await writer.drain()
        await reader.read()

    async def run() -> Checked:
        async with talking(talk) as port:
            return await check("dns", server=here(port), name="www.gov.example", tcp=True)

    assert asyncio.run(run()).reason == "dns_garbled"


def together(one: Zone, other: Zone | None, **options: object) -> Checked:
    """Ask two servers; without a second one nobody is there."""

    async def run() -> Checked:
        async with nameserver(one) as first:
            if other is None:
                servers = [here(first), here(free_port())]
                return await check("dns", server=servers, **options)
            async with nameserver(other) as second:
                return await check("dns", server=[here(first), here(second)], **options)

    return asyncio.run(run())


def test_one_dead_server_of_two_is_told_but_no_failure() -> None:
    found = together(zone, None, name="www.gov.example", expect="10.1.2.3")

    assert (found.reason, found["success"]) == ("dns_server_silent", 1)
    assert (found["dns_servers"], found["dns_servers_failed"]) == (2, 1)


def test_one_server_of_two_that_answers_wrongly_is_a_failure() -> None:
    def lying(name: str, kind: str) -> list[str]:
        return [f"{name} A 192.0.2.1"]

    found = together(zone, lying, name="www.gov.example", expect="10.1.2.3")

    assert (found.reason, found["success"]) == ("dns_wrong_answer", 0)
    assert found["dns_servers_failed"] == 1


def test_a_refusal_that_leaves_the_question_out_has_no_records() -> None:
    """By dnspython it is a response to any question (`Message.is_response`)."""
    query = dns.message.make_query("www.gov.example", "A")
    refusal = dns.message.make_response(query)
    refusal.set_rcode(dns.rcode.REFUSED)
    refusal.question = []

    assert query.is_response(refusal)
    assert records(refusal) == ()
