"""The evidence log as the api shows it: roots, checkpoint, and leaves with their proofs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from api.ports_carrier_reports import EvidenceHead, EvidenceLeaf, RefusedError
from inventory.model import Inventory
from runtime.evidence.log import LogKeeping
from runtime.evidence.log_key import public_key
from runtime.record_book import RecordBook
from sla.canonical import HourLeaf, Leaf, RecordLeaf, leaf_of
from sla.proof import note
from sla.records import (
    BandwidthTested,
    Body,
    CauseDecided,
    CauseProposed,
    OverlayDecided,
    OverlayFiled,
    PeriodClosed,
    PointsDecided,
    PointsDeducted,
    PointsProposed,
    PointsWithdrawn,
    Record,
    ServiceScored,
    TicketNoted,
    decode,
)
from store.evidence_log import EvidenceLog

_NOBODYS: Final = ""
"""Stands for a carrier that is not known: of what concerns it, no carrier is told."""


class EvidenceView:
    """Used by the event loop."""

    def __init__(self, keeping: LogKeeping, book: RecordBook) -> None:
        self._keeping = keeping
        self._book = book
        self._carriers: dict[str, str] = {}

    def load(self, inventory: Inventory) -> None:
        """Take over an inventory. Circuits that left it stay their carriers'."""
        self._carriers |= {link.id: link.carrier for link in inventory.links.values()}

    def _log(self) -> EvidenceLog:
        log = self._keeping.log
        if log is None or not len(log):
            raise RefusedError(404, "no_evidence_log")
        return log

    async def head(self) -> EvidenceHead:
        """Return its size, roots, latest checkpoint and key. Raises RefusedError."""
        log = self._log()
        size = len(log)
        roots = log.roots(size)
        newest = await asyncio.to_thread(log.notes.newest)
        known = await asyncio.to_thread(public_key, log.folder)
        return EvidenceHead(
            size,
            roots.sha256.hex(),
            roots.sm3.hex(),
            "" if newest is None else note.encode(newest).decode(),
            "" if known is None else known.text,
        )

    async def leaf(self, index: int, size: int | None) -> EvidenceLeaf | None:
        """Return a leaf with its proof; None = there is none. Raises RefusedError."""
        log = self._log()
        whole = len(log) if size is None else size
        if whole > len(log):
            raise RefusedError(422, "bad_size", size=len(log))
        if index >= whole:
            return None
        data = await asyncio.to_thread(log.leaf, index)
        roots = log.roots(whole)
        return EvidenceLeaf(
            index=index,
            leaf=data.decode(),
            size=whole,
            sha256=[part.hex() for part in log.inclusion(index, whole)],
            sm3=[part.hex() for part in log.inclusion(index, whole, "sm3")],
            sha256_root=roots.sha256.hex(),
            sm3_root=roots.sm3.hex(),
            carriers=self._whose(leaf_of(data)),
        )

    def _whose(self, leaf: Leaf) -> Sequence[str]:
        match leaf:
            case HourLeaf():
                return (leaf.carrier,)
            case RecordLeaf():
                return whose(decode(leaf.body), self._carriers, self._book.records)
            case _:
                return ()


def whose(body: Body, carriers: dict[str, str], records: Iterable[Record]) -> Sequence[str]:
    """Return whom a record concerns, by carrier of its circuits; empty = everybody."""
    links: tuple[str, ...] = ()
    match body:
        case OverlayFiled():
            links = body.links
        case OverlayDecided():
            filed = (one.body for one in records if isinstance(one.body, OverlayFiled))
            links = next((one.links for one in filed if one.overlay == body.overlay), ("",))
        case PointsProposed():
            return whose(body.says, carriers, records)
        case PointsWithdrawn() | PointsDecided():
            # Not of its own kind: what a damaged record names may lead back to itself.
            no = (PointsDecided, type(body))
            said = (o.body for o in records if o.number == body.of and not isinstance(o.body, no))
            return next((whose(one, carriers, records) for one in said), (_NOBODYS,))
        case CauseProposed() | TicketNoted() | BandwidthTested():
            links = (body.link,)
        case CauseDecided():
            links = (body.outage.removeprefix("link:").rpartition("@")[0],)
        case ServiceScored() | PointsDeducted() | PeriodClosed():
            return (body.carrier,)
        case _:
            return ()
    return sorted({carriers.get(link, _NOBODYS) for link in links})
