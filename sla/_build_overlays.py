"""What changes who is responsible for a circuit's seconds, and what of it counted how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sla import report
from sla._build_causes import Causes
from sla._build_links import Circuit
from sla._overlays import Overlays
from sla.filings import standing
from sla.honoured import Honoured, Share, honoured, overlays_of, shares
from sla.inputs import Inputs, Log

NONE: Final = Overlays()


@dataclass(frozen=True, slots=True)
class Laid:
    """The overlays of one circuit, and what was filed about it."""

    overlays: Overlays
    filed: tuple[Honoured, ...]


def laid(
    inputs: Inputs,
    causes: Causes,
) -> Mapping[str, Laid]:
    """Return the overlays by circuit; one without any is absent."""
    filed = standing(inputs.records, inputs.register.planned_work)
    found: dict[str, Laid] = {}
    for link in inputs.register.links:
        if here := [*filed.get(link.id, ()), *causes.overlays.get(link.id, ())]:
            notice = inputs.register.contracts[link.contract].notice_seconds
            all_of_link = tuple(honoured(one, inputs.rules, notice) for one in here)
            found[link.id] = Laid(overlays_of(all_of_link), all_of_link)
    return found


def exclusions(found: Laid | None, one: Circuit, inputs: Inputs) -> tuple[report.Exclusion, ...]:
    """Return a row for each overlay that touches the circuit in the window, first filed first."""
    if found is None:
        return ()
    window = one.assessed.window
    return tuple(
        _row(share, inputs.log)
        for share in shares(
            found.filed,
            one.achieved.segments,
            (window.start, window.end),
            all_of_maintenance=one.assessed.contract.maintenance_mode == "exclude_all",
        )
    )


def _row(share: Share, log: Log) -> report.Exclusion:
    one = share.honoured.by
    return report.Exclusion(
        overlay=one.overlay,
        kind=one.kind,
        title=one.title,
        start=one.start,
        end=one.end,
        seconds=share.seconds,
        honoured=bool(share.honoured.spans),
        reason=share.reason,
        filed_at=one.filed_at,
        filed_by=one.filed_by,
        approved_by=one.approved_by,
        why=one.why or one.decided_why,
        documents=one.documents,
        record=one.record,
        leaf=None if one.record is None else log.records.get(one.record),
    )
