"""Which documents a record names, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sla.records import (
    BandwidthTested,
    Body,
    CauseDecided,
    Document,
    OverlayFiled,
    PointsDeducted,
    PointsProposed,
    ServiceScored,
    TicketNoted,
)


class Paper(NamedTuple):
    """A document in a record that is about these links, or about a carrier ("" = the links')."""

    document: Document
    links: tuple[str, ...] = ()
    carrier: str = ""


def papers(body: Body) -> Iterator[Paper]:
    """Yield the documents of a record."""
    if isinstance(body, PointsProposed):
        body = body.says
    links: tuple[str, ...] = ()
    carrier = ""
    documents: tuple[Document, ...] = ()
    match body:
        case OverlayFiled():
            documents, links = body.documents, body.links
        case CauseDecided():
            link = body.outage.removeprefix("link:").rpartition("@")[0]
            documents, links = body.documents, (link,)
        case BandwidthTested():
            documents, links = body.documents, (body.link,)
        case TicketNoted():
            documents = tuple(one for stop in body.stops for one in stop.documents)
            links = (body.link,)
        case ServiceScored() | PointsDeducted():
            documents, carrier = body.documents, body.carrier
        case _:
            pass
    for document in documents:
        yield Paper(document, links, carrier)
