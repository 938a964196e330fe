"""What the api may call for reports of carriers, and for the evidence they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

State = Literal["provisional", "draft", "closed"]
"""The period is not over; it is over, but not settled; it is settled and never changes again."""


class ReportRow(msgspec.Struct, frozen=True):
    """A revision of a carrier's period. Times are UTC seconds.

    `sha256`: of its JSON; of a closed one what the record says, whatever lies on the disk.
    `freezes`: when evidence freezes, from then on it can be closed; `appeal_until`: until when the
    carrier may object. `closed_at`, `closed_by`: None and "" where it is not closed. `changed`:
    seconds whose class is another than in the revision before.
    """

    carrier: str
    period: str
    revision: int
    state: State
    sha256: str
    start: int
    end: int
    freezes: int
    appeal_until: int
    made_at: int | None
    closed_at: int | None = None
    closed_by: str = ""
    previous: str = ""
    changed: int = 0


class ReportJob(msgspec.Struct, frozen=True):
    """A report that is made, or was. `done` of `of` steps; `failure`: a code, "" = none.

    `closes`: it settles the period when it is made. `revision`, `sha256`: once it is done.
    """

    id: str
    carrier: str
    period: str
    closes: bool
    asked_at: int
    asked_by: str
    state: Literal["waiting", "running", "done", "failed"]
    done: int = 0
    of: int = 0
    revision: int = 0
    sha256: str = ""
    failure: str = ""


class View(msgspec.Struct, frozen=True):
    """A report in a format. `sha256`: of the report's JSON."""

    content: bytes
    media: str
    sha256: str


class RefusedError(Exception):
    """It is not done; `code` of the texts (`api.<code>`) and its parameters.

    `status`: as HTTP has it (404, 409, 422, 503).
    """

    def __init__(self, status: int, code: str, **parameters: str | int) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.parameters = parameters


class Reports(Protocol):
    """Reports of carriers. Every method raises RefusedError; UnknownPeriodError where named."""

    def rows(self) -> Sequence[ReportRow]:
        """Return every revision that is kept, by carrier, period and revision."""

    def jobs(self) -> Sequence[ReportJob]:
        """Return what is made and what was made of late, newest first."""

    def job(self, name: str) -> ReportJob | None:
        """Return one of them."""

    async def formats(self) -> Sequence[str]:
        """Return in which formats a report can be had."""

    def make(self, carrier: str, period: str, person: str) -> ReportJob:
        """Have a report made; where one of this period is in the making, return that.

        Raises UnknownPeriodError. Of a closed period it is the draft of the next revision.
        """

    def close(
        self, carrier: str, period: str, person: str, *, correct: bool, anyway: bool = False
    ) -> ReportJob:
        """Have a period made anew and settled. `correct`: it is closed, and closed once more.

        `anyway`: although circuits with evidence in it are not in the inventory, else such a job
        fails (`circuits_left_out`). Raises UnknownPeriodError.
        """

    async def view(
        self, carrier: str, period: str, revision: int, form: str, language: str, link: str
    ) -> View:
        """Return a revision in a format; `link`: of one circuit, for the format of that name."""

    async def leader(self, period: str, language: str) -> View:
        """Return the page over all carriers, from the revisions that hold."""

    async def part(self, carrier: str, period: str, link: str | None) -> bytes:
        """Return the latest revision as JSON: the carrier's figures without its circuits.

        Or, with `link`, that circuit with its outages. `{report, link}`: the row, and the figures.
        """


class EvidenceHead(msgspec.Struct, frozen=True):
    """The evidence log as it stands; roots are hexadecimal, `checkpoint` a signed note or ""."""

    size: int
    sha256: str
    sm3: str
    checkpoint: str
    key: str


class EvidenceLeaf(msgspec.Struct, frozen=True):
    """A leaf with its proof: paths of hexadecimal hashes to the roots of the first `size`.

    `carriers`: whose it is; empty = everybody's (the monitor's own, the rules).
    """

    index: int
    leaf: str
    size: int
    sha256: Sequence[str]
    sm3: Sequence[str]
    sha256_root: str
    sm3_root: str
    carriers: Sequence[str]


class EvidenceLog(Protocol):
    """The evidence log, to be read."""

    async def head(self) -> EvidenceHead:
        """Return its size, roots, latest checkpoint and key. Raises RefusedError."""

    async def leaf(self, index: int, size: int | None) -> EvidenceLeaf | None:
        """Return a leaf with its proof; None = there is none. Raises RefusedError."""
