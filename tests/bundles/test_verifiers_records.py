"""The verifier in one file folds filings and causes for itself, and comes to what ours comes to."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from inventory.model import PlannedWork
from sla import causes, filings
from sla.canonical import record_leaf
from sla.proof import verifier
from sla.records import (
    Body,
    CauseDecided,
    CauseProposed,
    OverlayDecided,
    OverlayFiled,
    PointsDecided,
    PointsDeducted,
    PointsProposed,
    PointsWithdrawn,
    Record,
)

_WORK = PlannedWork("w", "", "carrier", ("a",), 10, 90, 5)
_FIRST = 20
"""When the first record was filed: filings begin before that and after it."""
_overlays = st.sampled_from(["o1", "o2", "o3", "w", "o9"])
_outages = st.sampled_from(["link:a@100", "link:a@200"])
_bodies: st.SearchStrategy[Body] = st.one_of(
    st.builds(
        OverlayFiled, overlay=_overlays, kind=st.sampled_from(["P", "F", "M_o"]),
        links=st.just(("a",)), start=st.sampled_from([10, 30, 50]), end=st.sampled_from([40, 90]),
        title=st.just(""), carrier=st.sampled_from(["", "telecom"]),
        replaces=st.sampled_from(["", "o1", "o2", "w"]),
    ),
    st.builds(
        OverlayDecided, overlay=_overlays,
        verdict=st.sampled_from(["approve", "reject", "withdraw"]),
    ),
    st.builds(
        CauseDecided, outage=_outages, step=st.sampled_from(["say", "say", "approve", "reject"]),
        cause=st.sampled_from([*verifier.CAUSES, "unknown"]),
        until=st.sampled_from([None, 150, 260]),
    ),
    st.builds(
        CauseProposed, outage=st.just("link:a@100"), link=st.just("a"), start=st.just(100),
        end=st.sampled_from([None, 140, 300]), cause=st.just("power"),
    ),
    st.sampled_from([
        PointsProposed(PointsDeducted("telecom", "2026Q4", 1, "x")), PointsWithdrawn(1, "x"),
        PointsDecided(1, "approve"), PointsDecided(1, "withdraw"),
    ]),
)  # fmt: skip
_people = st.sampled_from(["zhang", "li", "wang", ""])


def _filed(overlay: str, start: int, replaces: str = "") -> OverlayFiled:
    return OverlayFiled(
        overlay=overlay, kind="P", links=("a",), start=start, end=40, title="", replaces=replaces
    )


_REVERSED = [
    ("zhang", _filed("o1", 10)),
    ("zhang", _filed("o2", 50, replaces="o1")),
    ("li", OverlayDecided(overlay="o1", verdict="approve")),
]
"""What ends before it begins was never filed, and replaces nothing."""


@given(st.lists(st.tuples(_people, _bodies), max_size=10))
@example(_REVERSED)
@settings(max_examples=400, deadline=None)
def test_what_counts_is_what_counts_by_ours(said: list[tuple[str, Body]]) -> None:
    records = [
        Record(number, _FIRST + number, person, body)
        for number, (person, body) in enumerate(said, 1)
    ]
    leaves = [json.loads(record_leaf(one)) for one in records]
    work = {"id": "w", "party": "carrier", "links": ["a"], "start": 10, "end": 90, "registered": 5}

    theirs = verifier.filings({"planned_work": [work]}, leaves)

    assert _counting(theirs) == _ours(records)


def _counting(filed: dict[str, Any]) -> dict[str, tuple[str, int, int]]:
    """Return what counts, and from when to when at most."""
    found = {}
    for name, one in filed.items():
        if name.startswith(("waits ", "ends ")) or one["kind"] is None:
            continue
        row = {"overlay": name, "link": "a", "kind": one["kind"]}
        spans = [x for x in range(300) if verifier.counts({**row, "spans": [[x, x + 1]]}, filed)]
        if spans:
            found[name] = one["kind"], spans[0], spans[-1] + 1
    return found


def _ours(records: list[Record]) -> dict[str, tuple[str, int, int]]:
    found: dict[str, tuple[str, int, int]] = {}
    for name, one in filings.fold(records, [_WORK]).overlays.items():
        start = max(one.start, one.filed_at or 0) if one.kind == "M_o" else one.start
        if one.state == "approved" and start < one.end:
            found[name] = one.kind, start, one.end
    for name, standing in causes.standing(records).items():
        said = standing.agreed
        ends = [] if said is None else [x for x in (said.until, standing.end) if x is not None]
        if said is not None and said.cause in verifier.CAUSES and ends:
            kind, end = verifier.CAUSES[said.cause], min(ends)
            if standing.start < end:
                found[f"{causes.PREFIX}{name}"] = kind, standing.start, end
    return found
