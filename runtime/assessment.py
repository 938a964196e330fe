"""What assessments need beside the record: rules, records, evidence log, reports.

One part each, as in `runtime/centre.py`: made here, loaded with the inventory, opened by `start`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from api.ports_assessment import AssessmentPorts
from inventory.model import Inventory
from metrics.observation import Probe
from runtime.assessments import rulesets
from runtime.assessments.cause_acts import CauseActs
from runtime.assessments.causes import CauseKeeping
from runtime.assessments.filings import Filings
from runtime.assessments.score_acts import ScoreActs
from runtime.clock import Steady
from runtime.config import Config
from runtime.evidence import kernel_clock
from runtime.evidence.clock_watch import ClockWatch
from runtime.evidence.keeping import EvidenceKeeping
from runtime.evidence.log import LogKeeping
from runtime.evidence.view import EvidenceView
from runtime.evidence.witnesses import WitnessKeeping
from runtime.past import PastDoor
from runtime.pipeline import Pipeline
from runtime.record import Record
from runtime.reports.due import Plan
from runtime.reports.reports import ReportKeeping


class Assessment:
    """Makes, opens and watches them."""

    def __init__(self, config: Config, clock: Steady, record: Record) -> None:
        self._config = config
        self._clock = clock
        self._record = record
        self._watch: ClockWatch | None = None
        self.book = record.book
        store, origin = config.store.path, config.assessment.origin
        self.log = LogKeeping(store, origin, self.book, clock.now)
        self.witnesses = WitnessKeeping(
            self.log.folder, config.witnesses, config.language, clock.now
        )
        self.rules = rulesets.load(config.assessment.rules)
        wanted = config.assessment.reports
        self.reports = ReportKeeping(
            store, self.rules, rulesets.load,
            Plan(wanted.schedule, wanted.formats, wanted.language), self.book, clock.now,
        )  # fmt: skip
        self.view = EvidenceView(self.log, self.book)
        self.filings = Filings(self.book, store, lambda: self.rules, clock.now)
        self.causes = CauseKeeping(self.book, record.path, lambda: self.rules, clock.now)
        self.cause_acts = CauseActs(self.book, store, clock.now)
        self.scores = ScoreActs(self.book, store, lambda: self.rules, clock.now)
        self.ports = AssessmentPorts(
            reports=self.reports, evidence=self.view, overlays=self.filings,
            causes=self.cause_acts, scores=self.scores,
        )  # fmt: skip
        self.evidence = EvidenceKeeping(
            config.assessment.evidence_years, lambda: self.rules, clock.now
        )

    def connect(self, past: PastDoor, pipeline: Pipeline) -> None:
        """Say who answers for the past, and who judges; before `start`."""
        self.log.connect(past.hour_leaves)
        self.evidence.connect(past)
        self.causes.connect(pipeline)
        self._watch = ClockWatch(
            kernel_clock.ask, pipeline.judge, pipeline.announce, self._record.clock
        )

    def load(self, inventory: Inventory, probes: Sequence[Probe]) -> None:
        """Take over an inventory, at the start and at each reload."""
        self.reports.load(inventory)
        self.view.load(inventory)
        self.filings.load(inventory)
        self.causes.load(inventory, probes)
        self.cause_acts.load(inventory)
        self.scores.load(inventory)

    async def start(self, stack: AsyncExitStack) -> None:
        """Open what is needed. Raises OSError naming what failed."""
        await self.log.start(stack)
        await self.witnesses.start(stack)
        await self.reports.start(stack)
        await self.evidence.start(stack)
        await self.causes.start(stack)

    def tick(self) -> None:
        """Once a second; what nobody watched is told before anything is made of it."""
        if self._watch is not None:
            self._watch.tick(self._clock.now())
        self.log.tick()
        self.witnesses.tick()
        self.reports.tick()
        self.evidence.tick()
        self.causes.tick()

    def health(self) -> Mapping[str, dict[str, object]]:
        """Tell how each part does: `ok` and, where it is not, a `reason` (a code)."""
        return {
            **self.log.health(),
            **self.witnesses.health(),
            **self.evidence.health(),
            **self.reports.health(),
        }

    def losses(self) -> Mapping[str, tuple[bool, float]]:
        """Tell of each part whether anything was lost of late, and how much so far."""
        return {**self.log.losses(), **self.evidence.losses()}

    def stats(self) -> Mapping[str, Callable[[], Mapping[str, float]]]:
        """Return the counters."""
        return {
            "evidence_log": self.log.stats,
            "witnesses": self.witnesses.stats,
            "evidence": self.evidence.stats,
            "causes": self.causes.stats,
            "reports": self.reports.stats,
        }
