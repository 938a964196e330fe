"""Recordings of real devices that stand beside the project, where they do.

Two judges: our own expectations, and what another system read of the same boxes, but for what
`shared_expectations.json` judges otherwise and says why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from collectors._contract import Heard
from collectors._recognition import vendors
from collectors.vendors._form import SECTIONS, Sight, Source
from tests.devices.comparing import differences
from tests.devices.recording import heard, sight_of
from tests.devices.test_devices import read_whole

JUDGED: Final[dict[str, dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "shared_expectations.json").read_text(encoding="utf-8")
)
FOLDER: Final = Path(__file__).parents[2] / ".." / "shared" / "recordings"
Document = Mapping[str, Any]

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="recordings of real devices are not beside the project"
)


@pytest.fixture(params=sorted(JUDGED))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@cache
def read(name: str, engine: str = "auto") -> Document:
    return read_whole(FOLDER / name / "walk.snmprec", engine)


def other(name: str) -> Document:
    found: Document = json.loads((FOLDER / name / "expected.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
def test_a_real_device_is_read_as_judged(name: str, engine: str) -> None:
    if engine == "gufo":
        pytest.importorskip("gufo.snmp")
    assert differences(JUDGED[name]["expected"], read(name, engine)) == []


def test_nothing_of_a_real_device_is_missing(name: str) -> None:
    assert "missing" not in read(name)


def test_every_recording_is_judged() -> None:
    assert {path.parent.name for path in FOLDER.glob("*/walk.snmprec")} == JUDGED.keys()


def test_another_system_reads_the_same_identity(name: str) -> None:
    theirs = {
        key: other(name)["os"][0][field]
        for key, field in (("model", "hardware"), ("version", "version"), ("serial", "serial"))
        if key not in JUDGED[name]["judged_otherwise"]
    }
    assert differences(theirs, read(name)) == []


def test_another_system_reads_the_same_interfaces(name: str) -> None:
    free = JUDGED[name]["judged_otherwise"]
    fields = {"index": "ifIndex", "descr": "ifDescr", "type": "ifType", "admin": "ifAdminStatus",
              "oper": "ifOperStatus"}  # fmt: skip
    fields |= {} if "names" in free else {"name": "ifName"}
    fields |= {} if "speeds" in free else {"speed_bps": "ifSpeed"}
    theirs = [{key: port[field] for key, field in fields.items()} for port in other(name)["ports"]]
    assert differences({"interfaces": theirs}, read(name)) == []


def test_another_system_reads_the_same_load_and_memory(name: str) -> None:
    theirs = {
        "cpu": [{"ratio": one["processor_usage"] / 100} for one in other(name)["processors"]],
        "memory": [{"used_ratio": one["mempool_perc"] / 100} for one in other(name)["mempools"]],
    }
    assert differences(theirs, read(name)) == []


def test_another_system_reads_the_same_optical_power(name: str) -> None:
    theirs: dict[str, dict[str, Any]] = {}
    for sensor in other(name)["sensors"]:
        port, _, what = sensor["sensor_descr"].rpartition(" ")
        if sensor["sensor_class"] == "dbm":
            found = theirs.setdefault(port, {"interface": port})
            found[f"{what.lower()}_dbm"] = float(sensor["sensor_current"])
    ours = [one for one in read(name)["optics"] if one["interface"] in theirs]
    assert differences({"optics": list(theirs.values())}, {"optics": ours}) == []


def test_another_system_reads_no_temperature_that_we_do_not(name: str) -> None:
    theirs = {
        (one["sensor_descr"], float(one["sensor_current"]))
        for one in other(name)["sensors"]
        if one["sensor_class"] == "temperature"
    }
    ours = {(one["name"], one["celsius"]) for one in read(name)["temperature"]}
    assert theirs - ours == set()


SEEN_OF_NET_SNMP: Final = frozenset({"sysDescr", "memTotalReal", "hrStorageType"})
"""Sources that are checked against the real program (`test_a_real_agent.py`)."""


def test_what_is_called_recorded_was_seen_on_a_real_device() -> None:
    recordings = [heard(path) for path in FOLDER.glob("*/walk.snmprec")]
    unseen = {
        f"{vendor.platform}: {source.columns[0].name}"
        for vendor in vendors().values()
        for section in ("identity", *SECTIONS)
        for source in getattr(vendor, section)
        if source.sure == "recorded" and source.columns[0].name not in SEEN_OF_NET_SNMP
        if not any(tuple(source.read(shown(source, values))) for values in recordings)
    }
    assert unseen == set()


def shown(source: Source[Any], values: Mapping[str, Heard]) -> Sight:
    return sight_of(values, ["1.3.6.1.2.1.1.1", *(column.oid for column in source.columns)])
