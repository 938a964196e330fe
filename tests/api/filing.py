"""The api with real filings behind it: a ledger, documents, records, on a clock of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.ports_assessment import AssessmentPorts
from inventory.model import PlannedWork
from runtime.assessments.filings import Filings
from runtime.assessments.score_acts import ScoreActs
from runtime.record_book import RecordBook
from sla.ruleset import Night
from store.entries import Entry
from store.ledger import open_ledger
from store.writer import Writer
from tests.api.province import Province, make_inventory
from tests.api.running import Answer, Running, running
from tests.sla.built import RULES

HOUR, DAY = 3600, 86_400
LINK = "c0-unicom"
"""A circuit of unicom, which is in city c0."""
FOREIGN = next(
    name for name in make_inventory().links if name.startswith("c1.") and name.endswith("-mobile")
)
"""A circuit of mobile in city c1."""
OTHER = next(
    name for name in make_inventory().links if name.startswith("c1.") and name.endswith("-unicom")
)
"""A circuit of unicom in city c1."""
OCTETS = 1024 * 1024
"""What one person may hand in within a day, here."""
PDF = b"%PDF-1.7\nstop press\n"
WORK = PlannedWork("works-1", "省中心割接", "owner", (LINK,), 1_795_400_000, 1_795_403_600, None)
QUOTA = replace(RULES, month_quota=4 * HOUR, night=Night(0, 6 * HOUR))


def iso(at: int) -> str:
    """An instant as a person sends it."""
    return datetime.fromtimestamp(at, UTC).isoformat()


@dataclass(frozen=True, slots=True)
class Desk:
    """The running api and what stands behind its overlays."""

    api: Running
    filings: Filings
    book: RecordBook
    store: Path

    @property
    def now(self) -> int:
        return self.api.province.clock

    def form(self, kind: str = "M_o", **changed: Any) -> dict[str, Any]:
        """An overlay as it is handed in: of one hour, beginning in four days."""
        start = changed.pop("at", self.now + 4 * DAY)
        end = changed.pop("until", start + HOUR)
        return {
            "kind": kind, "links": [LINK], "start": iso(start), "end": iso(end), "title": "割接",
            **changed,
        }  # fmt: skip

    def post(self, path: str, token: str, body: object) -> Answer:
        data = json.dumps(body).encode()
        kind = {"Content-Type": "application/json"}
        return self.api.ask(path, token, method="POST", headers=kind, body=data)

    def file(self, token: str, kind: str = "M_o", **changed: Any) -> Answer:
        return self.post("/api/v1/overlays", token, self.form(kind, **changed))

    def filed(self, token: str, kind: str = "M_o", **changed: Any) -> dict[str, Any]:
        """File what is taken; return its row."""
        answer = self.file(token, kind, **changed)
        assert answer.status == 201, answer.body
        row: dict[str, Any] = answer.json["overlay"]
        return row

    def say(self, token: str, overlay: str, verdict: str) -> Answer:
        path = f"/api/v1/overlays/{overlay}/decision"
        return self.post(path, token, {"verdict": verdict})

    def hand_in(self, token: str, content: bytes = PDF, name: str = "a.pdf") -> Answer:
        return self.api.ask(
            "/api/v1/documents", token, method="POST", headers={"X-File-Name": name}, body=content
        )

    def listed(self, token: str, query: str = "") -> list[str]:
        answer = self.api.ask(f"/api/v1/overlays{query}", token)
        assert answer.status == 200, answer.body
        return [row["id"] for row in answer.json["items"]]


@contextmanager
def desk(store: Path) -> Iterator[Desk]:
    """Serve a small province with one announced work."""
    province = Province(replace(make_inventory(), planned_work={WORK.id: WORK}))

    def clock() -> int:
        return province.clock

    ledger = open_ledger(store, clock())
    writer: Writer[Entry] = Writer(ledger.append, clock, name="ledger")
    book = RecordBook([], writer, ledger.path, clock)
    filings = Filings(book, store, lambda: QUOTA, clock, octets=OCTETS)
    filings.load(province.register)
    scores = ScoreActs(book, store, lambda: QUOTA, clock)
    scores.load(province.register)
    writer.start()
    try:
        ports = AssessmentPorts(overlays=filings, scores=scores)
        with running(province, more={"assessment": ports}) as api:
            yield Desk(api, filings, book, store)
    finally:
        writer.stop()
        ledger.close()
