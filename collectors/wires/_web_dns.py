"""One question to one name server (RFC 1035), by UDP, and by TCP where the answer was cut."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from collectors._web import DnsQuestion, DnsReply
from collectors.wires._web_line import Trouble, connect, trouble
from inventory.model import Endpoint
from metrics.observation import Outcome

_PORT: Final = 53
_LARGEST: Final = 65_535
_MOST_RECORDS: Final = 200
_LONGEST_CHAIN: Final = 16
_LONGEST: Final = 1_000


async def ask(question: DnsQuestion) -> DnsReply:
    """Ask; the time limit is the caller's."""
    try:
        query = dns.message.make_query(
            question.name, question.type, use_edns=0, payload=1232, want_dnssec=False
        )
    except (dns.exception.DNSException, ValueError):
        return DnsReply(Outcome.SKIPPED, "bad_name")
    query.flags |= dns.flags.AD  # "tell me whether it was verified" (RFC 6840 5.7)
    if not question.recursive:
        query.flags &= ~dns.flags.RD
    began = time.monotonic()
    try:
        answer = await _answer(query, question)
    except Trouble as found:
        return DnsReply(found.outcome, found.reason)
    took = time.monotonic() - began
    return DnsReply(
        Outcome.ANSWERED,
        "",
        dns.rcode.to_text(answer.rcode()),
        records(answer),
        bool(answer.flags & dns.flags.AA),
        bool(answer.flags & dns.flags.AD),
        took,
    )


async def _answer(query: dns.message.Message, question: DnsQuestion) -> dns.message.Message:
    server = Endpoint(question.server.host, question.server.port or _PORT)
    if question.by_tcp:
        return await _by_tcp(query, server)
    answer = await _by_udp(query, server)
    return await _by_tcp(query, server) if answer.flags & dns.flags.TC else answer


async def _by_udp(query: dns.message.Message, server: Endpoint) -> dns.message.Message:
    """Ask over a connected socket, so that nobody else is heard and a closed port says so."""
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if server.family == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sock:
            sock.connect((server.host, server.port))
            await loop.sock_sendall(sock, query.to_wire())
            while True:
                # What is there already is given without a pause: a flood of answers to other
                # questions would let nobody else have a turn, nor our time limit come due.
                await asyncio.sleep(0)
                answer = _read(await loop.sock_recv(sock, _LARGEST))
                if query.is_response(answer):
                    return answer
    except OSError as error:
        raise trouble(error) from None


async def _by_tcp(query: dns.message.Message, server: Endpoint) -> dns.message.Message:
    line = await connect(server)
    try:
        wire = query.to_wire()
        await line.send(len(wire).to_bytes(2, "big") + wire)
        heard = b""
        while len(heard) < 2 or len(heard) - 2 < int.from_bytes(heard[:2], "big"):
            piece = await line.receive()
            if not piece:
                raise Trouble(Outcome.GARBLED, "dns_garbled")
            heard += piece
    finally:
        line.close()
    answer = _read(heard[2 : 2 + int.from_bytes(heard[:2], "big")])
    if not query.is_response(answer):
        raise Trouble(Outcome.GARBLED, "dns_garbled")
    return answer


def _read(wire: bytes) -> dns.message.Message:
    try:
        return dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, EOFError):
        raise Trouble(Outcome.GARBLED, "dns_garbled") from None


def records(answer: dns.message.Message) -> tuple[str, ...]:
    """Return the data of the type asked for at the end of the chain of CNAMEs, sorted."""
    if not answer.question:  # a refusal may leave it out
        return ()
    asked = answer.question[0]
    name: dns.name.Name = asked.name
    for _ in range(_LONGEST_CHAIN):
        for rrset in answer.answer:
            if rrset.name == name and rrset.rdtype == asked.rdtype:
                texts = sorted(text_of(data) for data in list(rrset)[:_MOST_RECORDS])
                return tuple(texts)
        onward = [
            rrset[0].target
            for rrset in answer.answer
            if rrset.name == name and rrset.rdtype == dns.rdatatype.CNAME
        ]
        if not onward:
            break
        name = onward[0]
    return ()


def text_of(data: dns.rdata.Rdata) -> str:
    """Write record data as in a zone file; text records keep their case, names do not matter."""
    text = data.to_text()[:_LONGEST]
    return text if data.rdtype == dns.rdatatype.TXT else text.lower()
