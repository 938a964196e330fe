"""What of everything filed and said counts, for the manifest of a bundle: when, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from sla._build_causes import Causes, causes_of
from sla._build_overlays import laid
from sla.causes import PREFIX, Said
from sla.inputs import Inputs
from sla.states import State
from sla.timeline import Span

_APPROVED: Final = "approved"
"""The reason of what a cause made of a timeline (`sla.causes.reworked`)."""
_TURNED: Final = {"carrier": (State.DOWN, "D"), "monitor": (State.UNKNOWN, "K")}


class Overlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exclusion that counts, and when; who approved it, where it stands in ledger and log.

    `kind`: as `sla.records.Kind`; D or K where a cause made what was unknown down, or what was down
    unknown. `record`, `leaf`: None = from the inventory.
    """

    overlay: str
    link: str
    kind: str
    spans: tuple[Span, ...]
    approved_by: str
    record: int | None
    leaf: int | None


def overlays_of(inputs: Inputs) -> Iterator[Overlay]:
    """Yield what counts, also beside the window: a quota is of a month."""
    causes = causes_of(inputs)
    every = laid(inputs, causes)
    for link in inputs.register.links:
        for one in every[link.id].filed if link.id in every else ():
            if one.spans:
                by, record = one.by, one.by.record
                leaf = None if record is None else inputs.log.records[record]
                yield Overlay(by.overlay, link.id, by.kind, one.spans, by.approved_by, record, leaf)
        yield from _turned(inputs, causes, link.id)


def _turned(inputs: Inputs, causes: Causes, link: str) -> Iterator[Overlay]:
    """Yield what causes made of a timeline, each with the stretches that were changed."""
    made = [step for step in causes.live(link, inputs) if step.reason == _APPROVED]
    for one in causes.by_link.get(link, ()) if made else ():
        said = one.agreed
        if said is None or said.cause not in _TURNED:
            continue
        state, kind = _TURNED[said.cause]
        steps = [(step.start, step.end) for step in made if step.state is state]
        spans = tuple(_within(steps, one.start, _until(said, one.end)))
        if spans:
            leaf = inputs.log.records[said.record]
            name = f"{PREFIX}{one.outage}"
            yield Overlay(name, link, kind, spans, said.decided_by, said.record, leaf)


def _until(said: Said, end: int | None) -> int | None:
    known = [one for one in (said.until, end) if one is not None]
    return min(known) if known else None


def _within(
    steps: Sequence[tuple[int, int | None]], start: int, until: int | None
) -> Iterator[Span]:
    for first, last in steps:
        ends = [one for one in (last, until) if one is not None]
        if ends and max(first, start) < min(ends):
            yield max(first, start), min(ends)
