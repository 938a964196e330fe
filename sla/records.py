"""What people and the monitor say about an assessment: records that are added, never changed.

Everything that moves money beside what was measured is one: announced work, claims, causes,
tickets, scores given by people, closed periods. What holds now is a fold over all of them; a
correction is a later record that names the earlier one. Each is a leaf of the evidence log, so
that the time it was filed can be proved. Times are integer UTC seconds; no floats, so that the
bytes are canonical (methodology, section 2).
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Kind = Literal["M_o", "M_c", "F", "P", "X"]
"""Methodology 1.6: owner's and carrier's work, force majeure, power, upstream."""
KINDS: Final[tuple[Kind, ...]] = ("M_o", "M_c", "F", "P", "X")

Cause = Literal["carrier", "power", "upstream", "owner", "force_majeure", "monitor", "unknown"]
"""Who or what an outage came from. Only `carrier` is the carrier's."""

Verdict = Literal["approve", "reject", "withdraw"]


class Document(msgspec.Struct, frozen=True):
    """A file that was handed in, kept by its SHA-256 (hex). `size` in bytes."""

    sha256: str
    name: str
    size: int
    media: str


class Fact(msgspec.Struct, frozen=True):
    """Physical evidence: a code of `sla.fact.<code>` and its parameters as text.

    `at`: UTC seconds of what it speaks of. `source`: the target that said so, or "".
    """

    code: str
    at: int
    source: str = ""
    parameters: dict[str, str] = {}


class OverlayFiled(msgspec.Struct, frozen=True, tag="overlay-filed"):
    """Somebody says that [start, end) of these links is another's responsibility.

    `overlay`: its id. `carrier`: whose role filed it, "" = the owner's side. `replaces`: the id of
    one that this one corrects. `outage`: the id of the outage it was made for, or "".
    """

    overlay: str
    kind: Kind
    links: tuple[str, ...]
    start: int
    end: int
    title: str
    why: str = ""
    documents: tuple[Document, ...] = ()
    carrier: str = ""
    replaces: str = ""
    outage: str = ""


class OverlayDecided(msgspec.Struct, frozen=True, tag="overlay-decided"):
    """Somebody else approves or rejects an overlay, or who filed it withdraws it."""

    overlay: str
    verdict: Verdict
    why: str = ""


class CauseProposed(msgspec.Struct, frozen=True, tag="cause-proposed"):
    """What the evidence suggests (methodology 1.7); decides nothing.

    `outage`: id of the live outage. `until`: up to when the cause holds, None = all of it; the
    rest is the carrier's. `event`: id of the common cause, "" = none. `pollers`: who lost it.
    """

    outage: str
    link: str
    start: int
    end: int | None
    cause: Cause
    until: int | None = None
    facts: tuple[Fact, ...] = ()
    event: str = ""
    pollers: tuple[str, ...] = ()


class CauseDecided(msgspec.Struct, frozen=True, tag="cause-decided"):
    """A person confirms a proposal or says another cause; a second person approves or rejects it.

    `step`: "say" (the first person, with `cause`), "approve" or "reject" (another person, of what
    was said last). `carrier`: whose role says it, "" = the owner's side.
    """

    outage: str
    step: Literal["say", "approve", "reject"]
    cause: Cause = "unknown"
    until: int | None = None
    why: str = ""
    documents: tuple[Document, ...] = ()
    carrier: str = ""


class StopClock(msgspec.Struct, frozen=True):
    """Time the repair clock stands still (methodology 1.9)."""

    start: int
    end: int
    why: str
    documents: tuple[Document, ...] = ()


class TicketNoted(msgspec.Struct, frozen=True, tag="ticket-noted"):
    """The trouble ticket of an outage; the latest record of a ticket is the one that holds.

    `by_carrier`: the number the carrier gave it.
    """

    ticket: str
    outage: str
    link: str
    notified: int
    acknowledged: int | None = None
    restored: int | None = None
    stops: tuple[StopClock, ...] = ()
    by_carrier: str = ""


class BandwidthTested(msgspec.Struct, frozen=True, tag="bandwidth-tested"):
    """An active test of a link's bandwidth (methodology 1.8). `measured`, `contracted`: bit/s."""

    link: str
    at: int
    layer: Literal["L1", "L2", "IP"]
    measured_up: int
    measured_down: int
    contracted: int
    documents: tuple[Document, ...] = ()


class ServiceScored(msgspec.Struct, frozen=True, tag="service-scored"):
    """People's score for notices, reports and drills, num/den in [0, 1], with a document."""

    carrier: str
    period: str
    num: int
    den: int
    why: str
    documents: tuple[Document, ...] = ()


class PointsDeducted(msgspec.Struct, frozen=True, tag="points-deducted"):
    """A deduction for a major event: a line of its own, never folded into an item.

    `hundredths` of a point, positive.
    """

    carrier: str
    period: str
    hundredths: int
    why: str
    documents: tuple[Document, ...] = ()


Points = BandwidthTested | ServiceScored | PointsDeducted
"""Points by people. As a record of its own one counts at once, on one person's word: the form of
before there were `PointsProposed`, which no version since then files."""


class PointsProposed(msgspec.Struct, frozen=True, tag="points-proposed"):
    """Somebody says a test, a score or a deduction; it counts when another has approved it."""

    says: Points


class PointsWithdrawn(msgspec.Struct, frozen=True, tag="points-withdrawn"):
    """Somebody wants points that count taken back; they are when another person has approved that.

    `of`: number of the record that says them.
    """

    of: int
    why: str


class PointsDecided(msgspec.Struct, frozen=True, tag="points-decided"):
    """Somebody else approves or rejects what waits, or who filed it withdraws it.

    `of`: number of the record that waits, a `PointsProposed` or a `PointsWithdrawn`.
    """

    of: int
    verdict: Verdict
    why: str = ""


class PeriodClosed(msgspec.Struct, frozen=True, tag="period-closed"):
    """A carrier's period is settled as this revision of the report; it is never changed.

    `report`: SHA-256 (hex) of its JSON; `previous`: that of revision - 1, or "". `tree`: size of
    the evidence log then, `root` its SHA-256 root (hex). `changed`: seconds whose class is another
    than in the revision before, as (link, start, end, from, to). `left_out`: circuits that have
    evidence in the period and that the report does not count, which whoever closed it was told of
    and closed it anyway; unset where there is none, so that an old record keeps its bytes.
    """

    carrier: str
    period: str
    revision: int
    report: str
    previous: str
    rules: str
    tree: int
    root: str
    changed: tuple[tuple[str, int, int, str, str], ...] = ()
    left_out: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


class RulesActivated(msgspec.Struct, frozen=True, tag="rules-activated"):
    """From `since` on the rules with this SHA-256 (hex) hold; `text` is what was hashed."""

    since: int
    rules: str
    text: str


Body = (
    OverlayFiled
    | OverlayDecided
    | CauseProposed
    | CauseDecided
    | TicketNoted
    | BandwidthTested
    | ServiceScored
    | PointsDeducted
    | PointsProposed
    | PointsWithdrawn
    | PointsDecided
    | PeriodClosed
    | RulesActivated
)


class Record(msgspec.Struct, frozen=True):
    """A record as kept: its number in the ledger, when it was filed, by whom ("" = the monitor)."""

    number: int
    at: int
    person: str
    body: Body


_encoder: Final = msgspec.json.Encoder(order="sorted")
_decoder: Final = msgspec.json.Decoder(Body)


def encode(body: Body) -> bytes:
    """Return the canonical bytes: sorted keys, UTF-8, no white space, no floats."""
    return _encoder.encode(body)


def decode(data: bytes | str) -> Body:
    """Read what `encode` wrote. Raises msgspec.MsgspecError."""
    body: Body = _decoder.decode(data)
    return body
