"""The path of one observation: rates, judgement, then everybody who wants it. Plain calls, no task.

A consumer is a function over a reading. It appends to a bounded buffer of its own and returns; one
that raises is counted and reported once, and disturbs nobody else. Changes of state go to their
own listeners, in the order in which they were decided; the ledger is the first of them.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping

from metrics.observation import Observation, Outcome, Probe, Reading
from metrics.rates import Rates
from sla.judge import Judge
from sla.states import Blind, Transition

_log = logging.getLogger("extranet.pipeline")

Consumer = Callable[[Reading], None]
Change = Transition | Blind


class Pipeline:
    """Carries what was heard."""

    def __init__(
        self,
        judge: Judge,
        consumers: Mapping[str, Consumer],
        listeners: Mapping[str, Callable[[Change], None]],
    ) -> None:
        self.judge = judge
        self.rates = Rates()
        self.latest: dict[Probe, Reading] = {}
        """The last reading of each probe, heard or not."""
        self.answered_ms: dict[Probe, int] = {}
        """The scheduled instant of the last answer to each probe."""
        self.consumers = dict(consumers)
        self._listeners = dict(listeners)
        self.failures: Counter[str] = Counter()
        """Observations a consumer could not take, by consumer."""
        self.observations = 0
        self.retired = 0
        """Observations of probes that a reload took away while they were under way."""
        self._gone: frozenset[Probe] = frozenset()

    def listen(self, name: str, listener: Callable[[Change], None]) -> None:
        """Tell one more of every change of state."""
        self._listeners[name] = listener

    def deliver(self, observation: Observation) -> None:
        """Take one observation through."""
        self.observations += 1
        if self._gone and observation.probe in self._gone:
            self.retired += 1
            return
        try:
            state, changes = self.judge.observe(observation)
            rates, gaps = self.rates.observe(observation)
        except Exception as bug:  # noqa: BLE001 - it must not end whoever brought the observation
            self._report("judge", bug)
            return
        values = (*observation.values, *rates, int(state))
        if len(values) > len(observation.probe.series):
            values = values[:-1]  # another probe of the same target carries its state
        reading = Reading(observation, values, gaps)
        self.latest[observation.probe] = reading
        if observation.outcome is Outcome.ANSWERED:
            self.answered_ms[observation.probe] = observation.slot_ms
        for name, consumer in self.consumers.items():
            try:
                consumer(reading)
            except Exception as bug:  # noqa: BLE001 - one consumer's bug must not cost the others
                self._report(name, bug)
        for change in changes:
            self.announce(change)

    def announce(self, change: Change) -> None:
        """Tell every listener of a change of state."""
        for name, listener in self._listeners.items():
            try:
                listener(change)
            except Exception as bug:  # noqa: BLE001 - as above
                self._report(name, bug)

    def forget(self, probes: list[Probe]) -> None:
        """Drop what is remembered of probes that are no longer asked, and what they still hear."""
        self._gone = frozenset(probes)
        self.rates.forget(probes)
        for probe in probes:
            self.latest.pop(probe, None)
            self.answered_ms.pop(probe, None)

    def _report(self, name: str, bug: Exception) -> None:
        if not self.failures[name]:
            _log.error("consumer failed", exc_info=bug, extra={"consumer": name})
        self.failures[name] += 1
