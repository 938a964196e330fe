"""Whatever excludes seconds, or turns them, the verifier and we come to the same strips."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.model import PlannedWork
from runtime.reports.bundle_files import BundleFiles, write
from sla import report as reports
from sla.bundle_check import check
from sla.bundle_inputs import first_difference, inputs_in, report_of
from sla.proof import verifier
from sla.records import (
    Body,
    Cause,
    CauseDecided,
    CauseProposed,
    Document,
    Fact,
    OverlayDecided,
    OverlayFiled,
    Record,
)  # fmt: skip
from sla.ruleset import Night
from sla.states import State
from sla.timeline import Step
from tests.bundles.made import LAWS, LOG, REPORT, World, at, bundle
from tests.sla.built import timeline

_FIRST, _UNTIL = at("2026-11-03 00:00"), at("2026-11-05 00:00")
_DOWN, _UP = at("2026-11-04 01:00"), at("2026-11-04 03:00")
_NAME = f"link:a@{_DOWN}"
_PAPER = Document("0" * 64, "paper.pdf", 9, "application/pdf")
_LAWS = replace(LAWS, night=Night(0, 6 * 3600), month_quota=1800)


def _records(*bodies: tuple[str, Body]) -> tuple[Record, ...]:
    since = at("2026-11-04 12:00")
    return tuple(Record(n, since + n, person, body) for n, (person, body) in enumerate(bodies, 1))


def _filed(kind: str, start: int = _DOWN, end: int = _UP) -> tuple[tuple[str, Body], ...]:
    filed = OverlayFiled("o1", kind, ("a",), start, end, "x", documents=(_PAPER,))  # type: ignore[arg-type]
    return ("li", filed), ("wang", OverlayDecided("o1", "approve"))


def _cause(
    cause: Cause, until: int | None = None, *, start: int = _DOWN, end: int = _UP
) -> tuple[tuple[str, Body], ...]:
    name = f"link:a@{start}"
    proposed = CauseProposed(name, "a", start, end, cause, facts=(Fact("ce_booted", end),))
    said = CauseDecided(name, "say", cause, until, documents=(_PAPER,))
    return ("", proposed), ("li", said), ("wang", CauseDecided(name, "approve"))


def _work(start: str, end: str) -> PlannedWork:
    return PlannedWork("w1", "x", "carrier", ("a",), at(start), at(end), at("2026-10-01 00:00"))


def _world(
    *bodies: tuple[str, Body],
    live: Sequence[Step] | None = None,
    works: Sequence[PlannedWork] = (),
) -> World:
    steps = timeline((_DOWN, _UP)) if live is None else live
    records = _records(*bodies)
    return World(_FIRST, _UNTIL, {"a": steps}, "2026-11", records, works, rules=_LAWS)


def _quarter() -> World:
    """Return a quarter in which the quota of each month is used up."""
    first, until = at("2026-10-30 00:00"), at("2026-11-03 00:00")
    works = [
        _work("2026-10-30 22:00", "2026-10-31 02:00"), _work("2026-10-31 22:00", "2026-11-01 02:00")
    ]  # fmt: skip
    nights = [replace(one, id=f"w{number}") for number, one in enumerate(works)]
    live = {"a": timeline((at("2026-10-31 23:00"), at("2026-11-01 01:00")))}
    return World(first, until, live, "2026Q4", (), nights, rules=_LAWS)


def _unseen() -> list[Step]:
    """Return a timeline that is UNKNOWN for two hours."""
    return [
        Step(State.UP, _FIRST, _DOWN, _FIRST, "", ""),
        Step(State.UNKNOWN, _DOWN, _UP, _DOWN, "near_lost", ""),
        Step(State.UP, _UP, None, _UP, "", ""),
    ]


def _shadowed() -> list[Step]:
    """Return a timeline that lies behind another outage for two hours."""
    return [
        Step(State.UP, _FIRST, _DOWN, _FIRST, "", ""),
        Step(State.SHADOW, _DOWN, _UP, _DOWN, "upstream", "link:z@1"),
        Step(State.UP, _UP, None, _UP, "", ""),
    ]


_TWICE = ("li", OverlayFiled("o2", "P", ("a",), _DOWN, _DOWN + 600, "y", documents=(_PAPER,),
                             replaces="o1"))  # fmt: skip


@pytest.mark.parametrize(
    ("world", "seconds"),
    [
        pytest.param(_world(), {"DOWN": 7200}, id="nothing was said"),
        pytest.param(_world(*_filed("P")), {"DOWN": 0, "EXP": 7200}, id="power"),
        pytest.param(_world(*_filed("F")), {"DOWN": 0, "EXF": 7200}, id="force majeure"),
        pytest.param(_world(*_filed("M_o", end=_UNTIL)), {"DOWN": 7200}, id="registered too late"),
        pytest.param(
            _world(*_filed("P"), _TWICE, ("wang", OverlayDecided("o2", "approve"))),
            {"DOWN": 6600, "EXP": 600}, id="replaced",
        ),
        pytest.param(
            _world(*_filed("P"), ("li", OverlayDecided("o1", "reject"))),
            {"DOWN": 0, "EXP": 7200}, id="approved, and rejected by who filed it",
        ),
        pytest.param(
            _world(works=[_work("2026-11-03 22:00", "2026-11-04 02:00")]),
            {"DOWN": 7200, "EXM_C": 1800}, id="carrier's work by night, with a quota",
        ),
        pytest.param(
            _quarter(), {"DOWN": 5400, "EXM_C": 3600}, id="a quarter, a quota for each month",
        ),
        pytest.param(_world(*_cause("power")), {"DOWN": 0, "EXP": 7200}, id="cause: power"),
        pytest.param(
            _world(*_cause("upstream", _DOWN + 600)), {"DOWN": 6600, "EXU": 600},
            id="cause: upstream, for a while",
        ),
        pytest.param(
            _world(*_cause("monitor")), {"DOWN": 0}, id="cause: only the monitor lost it",
        ),
        pytest.param(
            _world(*_cause("carrier", _UP), live=_unseen()), {"DOWN": 7200},
            id="cause: the carrier kept the monitor out",
        ),
        pytest.param(_world(live=_unseen()), {"DOWN": 0}, id="unseen"),
        pytest.param(_world(live=_shadowed()), {"DOWN": 0, "EXU": 7200}, id="in a shadow"),
    ],
)  # fmt: skip
def test_all_three_come_to_the_same(world: World, seconds: dict[str, int], tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    write(path, bundle(tmp_path / "log", world).items())
    with closing(BundleFiles(path)) as files:
        checked = check(files, files.lines, LOG, REPORT)
        inputs, hours = inputs_in(files, checked.manifest, files.lines, lambda _: _LAWS)
        again = first_difference(files["report.json"], reports.encode(report_of(inputs, hours)))

    assert {kind: checked.report.links[0].seconds[kind] for kind in seconds} == seconds
    assert again == ""
    assert verifier.check(str(path), LOG.text, REPORT.text) == 0
