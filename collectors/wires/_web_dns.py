"""One question to one name server (RFC 1035), by UDP, and by TCP where the answer was cut."""

from __future__ import annotations

import time
from typing import Final

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

from collectors._web import DnsQuestion, DnsReply
from collectors.wires._web_line import Trouble, trouble
from inventory.model import Endpoint
from metrics.observation import Outcome

_PORT: Final = 53
_MOST_RECORDS: Final = 200
_LONGEST_CHAIN: Final = 16
_LONGEST: Final = 1_000


async def ask(question: DnsQuestion) -> DnsReply:
    """Ask; the time limit is the question's own."""
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
    server: Endpoint = question.server
    where, port = server.host, server.port or _PORT
    try:
        if question.by_tcp:
            return await dns.asyncquery.tcp(query, where, timeout=question.timeout, port=port)
        answer, _ = await dns.asyncquery.udp_with_fallback(
            query, where, timeout=question.timeout, port=port, ignore_unexpected=True
        )
    except dns.exception.Timeout:
        raise Trouble(Outcome.SILENT, "timeout") from None
    except OSError as error:
        raise trouble(error) from None
    except (dns.exception.DNSException, EOFError, ValueError):
        raise Trouble(Outcome.GARBLED, "dns_garbled") from None
    return answer


def records(answer: dns.message.Message) -> tuple[str, ...]:
    """Return the data of the type asked for at the end of the chain of CNAMEs, sorted."""
    (asked,) = answer.question
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
