"""A leaf of the evidence log with its proof, and whom it concerns."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.ports_carrier_reports import RefusedError
from runtime.evidence.view import EvidenceView, whose
from sla.canonical import HourLeaf, MonitorLeaf, encode
from sla.proof.merkle import check_inclusion
from sla.records import (
    Body,
    CauseDecided,
    OverlayDecided,
    OverlayFiled,
    PointsDecided,
    PointsDeducted,
    PointsProposed,
    PointsWithdrawn,
    Record,
    RulesActivated,
)
from store.evidence_log import open_log

LEAVES = [
    encode(HourLeaf("telecom", 3600, 1, "aa", "bb")),
    encode(MonitorLeaf(3600, (), (), None)),
    encode(HourLeaf("unicom", 3600, 1, "aa", "bb")),
]
CARRIERS = {"a": "telecom", "b": "unicom"}
FILED = OverlayFiled("o", "X", ("a", "b"), 0, 60, "work")
PROPOSED = PointsProposed(PointsDeducted("telecom", "2026Q4", 1, "why"))
SAID: tuple[Body, ...] = (
    FILED, PROPOSED, PointsWithdrawn(2, "why"), PointsDecided(4, "approve"),
)  # fmt: skip
RECORDS = [Record(at, 0, "li", body) for at, body in enumerate(SAID, 1)]


def view(log: object) -> EvidenceView:
    """Show a log."""
    return EvidenceView(cast("Any", SimpleNamespace(log=log)), cast("Any", None))


@pytest.mark.parametrize(("index", "carriers"), [(0, ["telecom"]), (1, []), (2, ["unicom"])])
@pytest.mark.parametrize("size", [None, 3])
def test_a_leaf_comes_with_a_proof_that_holds(
    tmp_path: Path, index: int, carriers: list[str], size: int | None
) -> None:
    with closing(open_log(tmp_path / "log")) as log:
        log.append(LEAVES)
        found = asyncio.run(view(log).leaf(index, size))

    assert found is not None
    assert list(found.carriers) == carriers
    path = [bytes.fromhex(part) for part in found.sha256]
    root = bytes.fromhex(found.sha256_root)
    assert check_inclusion(found.leaf.encode(), index, found.size, path, root, "sha256")


def test_what_the_log_does_not_have_is_refused(tmp_path: Path) -> None:
    with closing(open_log(tmp_path / "log")) as log:
        with pytest.raises(RefusedError) as empty:
            asyncio.run(view(log).head())
        log.append(LEAVES)
        assert asyncio.run(view(log).leaf(3, None)) is None
        assert asyncio.run(view(log).leaf(2, 2)) is None
        with pytest.raises(RefusedError) as larger:
            asyncio.run(view(log).leaf(0, 4))

    assert (empty.value.code, larger.value.code) == ("no_evidence_log", "bad_size")


@pytest.mark.parametrize(
    ("body", "carriers"),
    [
        (FILED, ["telecom", "unicom"]),
        (OverlayDecided("o", "approve"), ["telecom", "unicom"]),
        (OverlayDecided("nothing", "approve"), [""]),
        (CauseDecided("link:a@60", "approve"), ["telecom"]),
        (CauseDecided("link:gone@60", "approve"), [""]),
        (PointsDeducted("telecom", "2026Q4", 1, "why"), ["telecom"]),
        (PROPOSED, ["telecom"]),
        (PointsDecided(2, "approve"), ["telecom"]),
        (PointsWithdrawn(2, "why"), ["telecom"]),
        (PointsDecided(3, "approve"), ["telecom"]),
        (PointsDecided(4, "approve"), [""]),
        (PointsDecided(9, "approve"), [""]),
        (RulesActivated(0, "aa", "text"), []),
    ],
)
def test_a_record_concerns_the_carriers_of_its_circuits(body: Body, carriers: list[str]) -> None:
    assert list(whose(body, CARRIERS, RECORDS)) == carriers
