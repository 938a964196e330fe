"""Reports and an evidence log as the api is given them, without a store behind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from api.ports import UnknownPeriodError
from api.ports_carrier_reports import (
    EvidenceHead,
    EvidenceLeaf,
    RefusedError,
    ReportJob,
    ReportRow,
    View,
)

DAY = 86_400


def row(carrier: str, revision: int, state: str = "closed", period: str = "2026-09") -> ReportRow:
    return ReportRow(
        carrier, period, revision, state, f"{revision}" * 64, 0, DAY, 2 * DAY, 3 * DAY, DAY,  # type: ignore[arg-type]
    )  # fmt: skip


@dataclass(slots=True)
class Desk:
    """Reports that are already there."""

    asked: list[tuple[str, ...]] = field(default_factory=list)

    def rows(self) -> Sequence[ReportRow]:
        return [
            row("telecom", 1), row("unicom", 1), row("unicom", 2), row("unicom", 3, "draft"),
            row("unicom", 1, "draft", "2026Q3"),
        ]  # fmt: skip

    def jobs(self) -> Sequence[ReportJob]:
        return [self._job("unicom", closes=False), self._job("telecom", closes=True)]

    def job(self, name: str) -> ReportJob | None:
        return next((job for job in self.jobs() if job.id == name), None)

    async def formats(self) -> Sequence[str]:
        return ["json"]

    def _job(self, carrier: str, *, closes: bool) -> ReportJob:
        return ReportJob(f"j-{carrier}", carrier, "2026-09", closes, 5, "li", "failed", 3, 9,
                         failure="corrupt")  # fmt: skip

    def make(self, carrier: str, period: str, person: str) -> ReportJob:
        del person
        if period == "2026-12":
            raise UnknownPeriodError("period_future")
        self.asked.append(("make", carrier, period))
        return self._job(carrier, closes=False)

    def close(
        self, carrier: str, period: str, person: str, *, correct: bool, anyway: bool = False
    ) -> ReportJob:
        del person
        if period == "2026-11":
            raise RefusedError(409, "too_early_to_close", period=period, when="2026-12-04 00:00")
        self.asked.append(("close", carrier, period, str(correct), *(["anyway"] if anyway else [])))
        return self._job(carrier, closes=True)

    async def view(
        self, carrier: str, period: str, revision: int, form: str, language: str, link: str
    ) -> View:
        if revision == 9:
            raise RefusedError(500, "report_damaged", carrier=carrier, period=period, revision=9)
        return View(f"{form} {language} {link}".encode(), "text/html", "f" * 64)

    async def leader(self, period: str, language: str) -> View:
        if period == "2026-08":
            raise RefusedError(422, "report_not_rendered", reason="no_reports", detail="{}")
        return View(f"{period} {language}".encode(), "text/html", "")

    async def part(self, carrier: str, period: str, link: str | None) -> bytes:
        del period
        return json.dumps({"carrier": carrier, "link": link, "title": "<script>"}).encode()


class Log:
    """An evidence log of two leaves: one of a carrier, one of the monitor's own."""

    async def head(self) -> EvidenceHead:
        return EvidenceHead(2, "aa", "bb", "a note", "key")

    async def leaf(self, index: int, size: int | None) -> EvidenceLeaf | None:
        del size
        if index > 1:
            return None
        return EvidenceLeaf(index, "{}", 2, [], [], "aa", "bb", [("telecom",), ()][index])
