"""A handshake, and what it says about a server: whether it is trusted, by what, until when.

One handshake where all is well. Where the chain is not trusted a second one, that believes
everything, looks at what was shown; where there is no handshake at all the server is asked in TLCP
and with everything old allowed, so that what is wrong has a name.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from typing import Final

import msgspec

from collectors._web import Certificate, TlsQuestion
from collectors.wires import _web_certificate as certificates
from collectors.wires import _web_starttls, _web_tlcp
from collectors.wires._web_line import Line, Trouble, connect
from collectors.wires._web_trust import Trust, reason_of
from inventory.model import Endpoint
from metrics.observation import Outcome

_A_LOOK: Final = 3.0
"""Seconds each look at what went wrong may take."""
_TODAY: Final = 1.2
_PROTOCOLS: Final = {"TLSv1": 1.0, "TLSv1.1": 1.1, "TLSv1.2": 1.2, "TLSv1.3": 1.3}


class Shown(msgspec.Struct, frozen=True):
    """What a server showed; `trouble` as in `TlsReply`."""

    trouble: str = ""
    chain: tuple[Certificate, ...] = ()
    expires: float | None = None
    chain_expires: float | None = None
    protocol: float | None = None
    tlcp: bool = False
    cipher: str = ""
    """As OpenSSL names it; "" = none came about."""

    def left(self, now: float) -> float | None:
        """Return for how many seconds it still lasts: the verified chain, else its own one.

        A certificate that is sent and that nothing rests on may be over for years.
        """
        if self.chain_expires is not None:
            return self.chain_expires - now
        own = self.chain[:2] if self.tlcp else self.chain[:1]
        return min((one.not_after for one in own), default=now) - now if own else None


async def handshake(
    line: Line, address: Endpoint, question: TlsQuestion, trust: Trust, *, look: bool = False
) -> Shown:
    """Put TLS on `line`; where the server is not trusted the line is of no use any more.

    `look`: whatever is shown is believed. `Trouble` where there is nothing to be seen.
    """
    name = question.name or question.place.host
    context = trust.blind() if look else trust.context(question.ca)
    try:
        if question.starttls:
            await _web_starttls.start(line, question.starttls)
        await line.secure(context, name)
    except ssl.SSLCertVerificationError as error:
        line.close()
        return await _distrusted(reason_of(error), address, question, trust)
    except ssl.SSLError as error:
        line.close()
        return await _no_handshake(_meaning(error), address, question, trust)
    except Trouble as trouble:
        line.close()
        if trouble.reason not in {"reset", "tls_garbled"}:
            raise
        return await _no_handshake(trouble, address, question, trust)
    assert line.tls is not None
    return _of(line.tls, "", verified=not look)


def _of(tls: ssl.SSLObject, trouble: str, *, verified: bool) -> Shown:
    chain = certificates.read_chain(certificates.sent_chain(tls))
    rested = certificates.read_chain(certificates.verified_chain(tls)) if verified else ()
    # A root is trusted for being known, not for its signature.
    if not trouble and any(certificates.weakness(one) for one in rested[:-1] or rested):
        trouble = "tls_weak"
    return Shown(
        trouble,
        chain,
        min((one.not_after for one in chain), default=None),
        min((one.not_after for one in rested), default=None),
        _PROTOCOLS.get(tls.version() or ""),
        cipher=(tls.cipher() or ("",))[0],
    )


async def _distrusted(reason: str, address: Endpoint, question: TlsQuestion, trust: Trust) -> Shown:
    seen = await _look(address, question, trust)
    if seen is None:
        return Shown(reason)
    if reason == "tls_name_mismatch" and seen.chain and not seen.chain[0].names:
        reason = "tls_no_names"
    return msgspec.structs.replace(seen, trouble=reason)


async def _no_handshake(
    found: Trouble, address: Endpoint, question: TlsQuestion, trust: Trust
) -> Shown:
    spoken = None if question.starttls else await by_tlcp(address, question)
    if spoken is not None and spoken.hello:
        chain = certificates.read_chain(spoken.certificates)
        first = min((one.not_after for one in chain), default=None)
        named = any(certificates.matches(question.name or question.place.host, c) for c in chain)
        trouble = "gm_only" if named or not chain else "tls_name_mismatch"
        return Shown(trouble, chain, first, tlcp=True)
    seen = await _look(address, question, trust)
    if seen is None or (found.reason == "reset" and _is_of_today(seen, trust.context(question.ca))):
        raise found  # it hung up, and nothing about it is old
    return msgspec.structs.replace(seen, trouble="tls_old")


def _is_of_today(seen: Shown, usual: ssl.SSLContext) -> bool:
    """Whether what came about with everything allowed would have come about without."""
    good = any(seen.cipher == one["name"] for one in usual.get_ciphers())
    return good and (seen.protocol or 0.0) >= _TODAY


async def _look(address: Endpoint, question: TlsQuestion, trust: Trust) -> Shown | None:
    """Look at a server that is believed everything; None where there is nothing to be seen."""
    line = None
    try:
        async with asyncio.timeout(_A_LOOK):
            line = await connect(address)
            if question.starttls:
                await _web_starttls.start(line, question.starttls)
            await line.secure(trust.blind(), question.name or question.place.host)
            assert line.tls is not None
            return _of(line.tls, "", verified=False)
    except (TimeoutError, Trouble, ssl.SSLError):
        return None
    finally:
        if line is not None:
            line.close()


async def by_tlcp(address: Endpoint, question: TlsQuestion) -> _web_tlcp.Spoken | None:
    """Say hello in TLCP; None where nobody answers."""
    name = question.name or question.place.host
    spoken, heard, line = None, b"", None
    try:
        async with asyncio.timeout(_A_LOOK):
            line = await connect(address)
            await line.send(_web_tlcp.client_hello(_sni(name), secrets.token_bytes(32)))
            while spoken is None or not spoken.over:
                piece = await line.receive()
                heard += piece
                spoken = _web_tlcp.read(heard)
                if not piece:
                    break
    except (TimeoutError, Trouble):
        pass
    finally:
        if line is not None:
            line.close()
    return spoken


def _sni(name: str) -> str:
    """Return the name SNI may carry (RFC 6066 3): none of an address."""
    return "" if ":" in name or name.replace(".", "").isdigit() else name


def _meaning(error: ssl.SSLError) -> Trouble:
    """Return what it means that there was no handshake."""
    reason = error.reason or ""
    if "ALERT" in reason:
        return Trouble(Outcome.ANSWERED, "tls_failed")
    if isinstance(error, ssl.SSLEOFError) or "EOF" in reason:
        return Trouble(Outcome.REFUSED, "reset")
    return Trouble(Outcome.GARBLED, "tls_garbled")
