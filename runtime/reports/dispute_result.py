"""What came of comparing: the rows with their evidence, what each circuit's figure hangs on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from runtime.reports.dispute_sheet import Complaint, Written, circuits_by_name, link_of
from sla.calculator import Band
from sla.dispute import VERDICTS, Ours, Row, Theirs, Worth, align, worth
from sla.records import Fact
from sla.report import Outage, Report

_HOUR = 3600
_SHIFT_OF = 3
"""So many rows must be off by the same whole hours before it is said."""

Heard = Callable[[str, int, int], tuple[int, int] | None]
"""Echoes sent and lost of a link in [start, end); None = nothing was kept of it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind our side of a row. `echoes`: sent and lost from its start to its end."""

    outages: tuple[str, ...]
    causes: tuple[tuple[str, str], ...]
    """(cause, how settled it is)."""
    facts: tuple[Fact, ...]
    leaves: tuple[int, ...]
    echoes: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """The whole result. `unclear`: what could not be read or matched, nothing of it is lost.

    `shifted`: whole hours by which most of their times differ from ours, 0 = no such thing.
    """

    report: Report
    report_sha256: str
    list_sha256: str
    tolerance: int
    rows: tuple[tuple[Row, Evidence], ...]
    worths: tuple[Worth, ...]
    unclear: tuple[Complaint, ...]
    shifted: int = 0

    def counts(self) -> Mapping[str, int]:
        """Count the rows by verdict."""
        found = Counter(row.verdict for row, _ in self.rows)
        return {verdict: found[verdict] for verdict in VERDICTS}


def compare(
    report: Report,
    report_sha256: str,
    written: Sequence[Written],
    complaints: Sequence[Complaint],
    list_sha256: str,
    heard: Heard,
    *,
    tolerance: int = 60,
    bands: Sequence[Band] = (),
) -> Dispute:
    """Match each line to a circuit of the report and lay both sides beside each other."""
    links = {link.link: link for link in report.links}
    theirs, unmatched = _theirs(report, written)
    ours = [
        Ours(outage.id, link.link, outage.start, outage.end)
        for link in report.links
        for outage in link.outages
    ]
    rows = align(ours, theirs, (report.start, report.end), tolerance)
    outages = {outage.id: outage for link in report.links for outage in link.outages}
    named = {row.link for row in rows}
    return Dispute(
        report=report,
        report_sha256=report_sha256,
        list_sha256=list_sha256,
        tolerance=tolerance,
        rows=tuple(
            (row, _evidence(row, outages, heard, report.end))
            for row in sorted(rows, key=lambda row: VERDICTS.index(row.verdict))
        ),
        worths=tuple(worth(links[name], theirs, bands) for name in sorted(named)),
        unclear=(*complaints, *unmatched),
        shifted=_shifted(ours, theirs),
    )


def _theirs(report: Report, written: Sequence[Written]) -> tuple[list[Theirs], list[Complaint]]:
    known = circuits_by_name([(link.link, link.circuit, link.title) for link in report.links])
    found: list[Theirs] = []
    unmatched: list[Complaint] = []
    for line in written:
        link = link_of(line.circuit, known)
        code = ""
        if not link:
            code = "unknown_circuit" if link is None else "ambiguous_circuit"
        elif line.end <= report.start or line.start >= report.end:
            code = "outside"
        if code or not link:
            unmatched.append(Complaint(code, line.sheet, line.row, "", {"said": line.circuit}))
            continue
        found.append(
            Theirs(line.row, link, line.start, line.end, line.cause, line.ticket, line.circuit)
        )
    return found, unmatched


def _evidence(row: Row, outages: Mapping[str, Outage], heard: Heard, end: int) -> Evidence:
    mine = [outages[one.id] for one in row.ours]
    last = max(
        [end if one.end is None else one.end for one in row.ours] + [one.end for one in row.theirs]
    )
    return Evidence(
        outages=tuple(one.id for one in mine),
        causes=tuple((one.cause, one.settled) for one in mine),
        facts=tuple(fact for one in mine for fact in one.facts),
        leaves=tuple(leaf for one in mine for leaf in one.leaves),
        echoes=heard(row.link, row.start, last),
    )


def _shifted(ours: Iterable[Ours], theirs: Iterable[Theirs]) -> int:
    """Return the whole hours by which most of their outages lie beside one of ours of that length.

    A list in UTC, or of a box whose clock was never set, is the usual reason; nothing is moved.
    """
    starts: dict[str, list[Ours]] = {}
    for mine in ours:
        starts.setdefault(mine.link, []).append(mine)
    total, off = 0, Counter[int]()
    for other in theirs:
        total += 1
        for mine in starts.get(other.link, ()):
            if mine.end is None or abs((mine.end - mine.start) - (other.end - other.start)) > 120:
                continue
            hours, rest = divmod(other.start - mine.start + 120, _HOUR)
            if rest <= 240:
                off[hours] += 1
                break
    if not off:
        return 0
    hours, count = off.most_common(1)[0]
    return hours if count >= _SHIFT_OF and 2 * count > total else 0


def document(dispute: Dispute) -> bytes:
    """Return the result as JSON, for programs."""
    report = dispute.report
    return msgspec.json.encode(
        {
            "carrier": report.carrier,
            "period": report.period,
            "revision": report.revision,
            "report_sha256": dispute.report_sha256,
            "list_sha256": dispute.list_sha256,
            "tolerance_seconds": dispute.tolerance,
            "counts": dispute.counts(),
            "shifted_hours": dispute.shifted,
            "rows": [_row(row, evidence) for row, evidence in dispute.rows],
            "worth": [_worth(one) for one in dispute.worths],
            "unclear": [
                {"sheet": one.sheet, "row": one.row, "column": one.column, "code": one.code}
                | {"parameters": dict(one.parameters)}
                for one in dispute.unclear
            ],
        }
    )


def _row(row: Row, evidence: Evidence) -> dict[str, object]:
    return {
        "link": row.link,
        "verdict": row.verdict,
        "ours": [{"outage": o.id, "start": o.start, "end": o.end} for o in row.ours],
        "theirs": [
            {"row": t.row, "start": t.start, "end": t.end, "cause": t.cause, "ticket": t.ticket}
            for t in row.theirs
        ],
        "both_seconds": row.both,
        "ours_only_seconds": row.ours_only,
        "theirs_only_seconds": row.theirs_only,
        "start_differs_seconds": row.start_differs,
        "end_differs_seconds": row.end_differs,
        "causes": [{"cause": cause, "settled": settled} for cause, settled in evidence.causes],
        "facts": list(evidence.facts),
        "leaves": list(evidence.leaves),
        "echoes": None
        if evidence.echoes is None
        else {"sent": evidence.echoes[0], "lost": evidence.echoes[1]},
    }


def _worth(one: Worth) -> dict[str, object]:
    def ratio(value: object) -> object:
        return None if value is None else str(value)

    return {
        "link": one.link,
        "evaluated_seconds": one.evaluated,
        "down_seconds": one.down,
        "down_by_theirs_seconds": one.down_by_theirs,
        "availability": ratio(one.ours),
        "availability_by_theirs": ratio(one.theirs),
        "credit_percent": one.credit,
        "credit_by_theirs_percent": one.credit_by_theirs,
    }
