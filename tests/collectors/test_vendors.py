"""What every vendor's file keeps: the form, the units, and calm before whatever an agent says."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import texts.traps
from collectors import vendors as folder
from collectors._contract import Heard
from collectors._recognition import recognise, vendors
from collectors.vendors.__main__ import DOCUMENT, document
from collectors.vendors._form import (
    SECTIONS,
    Column,
    Cpu,
    Identity,
    Memory,
    Optics,
    Sight,
    Source,
    Temperature,
    Vendor,
)
from tests.devices.recording import heard, sight_of

DEVICES: Final = Path(__file__).parents[1] / "devices"
RECORDINGS: Final = sorted(DEVICES.glob("*/*/walk.snmprec"))
FILES: Final = sorted(
    path.stem for path in Path(folder.__path__[0]).glob("[!_]*.py") if path.stem != "__main__"
)
ALL: Final = tuple(vendors().values())
CODES: Final = frozenset(code.removeprefix("trap.") for code in texts.traps.TEXTS)
NUMERIC: Final = re.compile(r"\d+(\.\d+)+")
STATE: Final = re.compile(r"(?i)status|state|descr|name|mode|present|reg$|isnormal|class|type|fru")
QUANTITY: Final = re.compile(
    r"(?i)usage|util|duty|load$|min(rev)?$|mem(ory)?\w*(size|used|free|total|bytes)|bytes|percent"
    r"|memusage|power$|temp(erature)?\w*$|temper$|voltage|bias|threshold|sensorvalue"
)
EMPTY: Final = Sight({})


def sources(vendor: Vendor) -> Iterator[tuple[str, Source[Any]]]:
    for section in ("identity", *SECTIONS):
        for source in getattr(vendor, section):
            yield section, source


def columns(vendor: Vendor) -> Iterator[Column]:
    for _, source in sources(vendor):
        yield from source.columns
    if vendor.config_changed is not None:
        yield vendor.config_changed


def of_platform(vendor: Vendor) -> str:
    return vendor.platform


def readings(source: Source[Any], sight: Sight) -> list[Any]:
    """Return what a source gives; an identity that says nothing is nothing."""
    return [reading for reading in source.read(sight) if reading != Identity()]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_named_after_its_platform(name: str) -> None:
    assert vendors()[name].platform == name


def test_a_prefix_belongs_to_one_vendor() -> None:
    prefixes = [prefix for vendor in ALL for prefix in vendor.object_ids]
    assert len(prefixes) == len(set(prefixes))


@pytest.mark.parametrize("vendor", ALL, ids=of_platform)
def test_a_prefix_is_numeric_and_ends_in_an_arc(vendor: Vendor) -> None:
    assert [one for one in vendor.object_ids if not NUMERIC.fullmatch(one)] == []


@pytest.mark.parametrize("vendor", ALL, ids=of_platform)
def test_descriptions_are_regular_expressions_that_do_not_match_everything(vendor: Vendor) -> None:
    assert [one for one in vendor.described if re.compile(one).search("")] == []


@pytest.mark.parametrize("vendor", ALL, ids=of_platform)
def test_a_column_is_a_numeric_oid_without_a_leading_dot(vendor: Vendor) -> None:
    assert [one for one in columns(vendor) if not NUMERIC.fullmatch(one.oid)] == []


def test_an_oid_has_one_name_and_one_unit() -> None:
    named: dict[str, set[Column]] = {}
    for vendor in ALL:
        for column in columns(vendor):
            named.setdefault(column.oid, set()).add(column)
    assert [both for both in named.values() if len(both) > 1] == []


@pytest.mark.parametrize("vendor", ALL, ids=of_platform)
def test_what_has_a_unit_names_it(vendor: Vendor) -> None:
    quantities = [
        column.name
        for column in columns(vendor)
        if QUANTITY.search(column.name) and not STATE.search(column.name) and not column.unit
    ]
    assert quantities == []


@pytest.mark.parametrize("vendor", ALL, ids=of_platform)
def test_a_trap_is_a_numeric_oid_with_a_code_that_has_words(vendor: Vendor) -> None:
    wrong = {
        oid: code
        for oid, code in vendor.traps.items()
        if not NUMERIC.fullmatch(oid) or code not in CODES
    }
    assert wrong == {}


@pytest.mark.parametrize("vendor", ALL, ids=of_platform)
def test_what_can_be_told_as_failed_can_be_told_as_restored_or_is_known_not_to(
    vendor: Vendor,
) -> None:
    told = set(vendor.traps.values())
    pairs = {"failed": "restored", "abnormal": "restored", "high": "restored", "down": "up"}
    alone = {
        code
        for code in told
        for end, other in pairs.items()
        if code.endswith(end) and code.removesuffix(end) + other not in told
    }
    # CISCO-ENVMON-MIB and ZXR10-OPTICAL-ALARM-MIB notify of what goes wrong only, and
    # RUIJIE-SYSTEM-MIB of a slot off line.
    known = {
        "cisco_ios": {"temperature.high", "fan.failed", "power.failed"},
        "ruijie_rgos": {"board.failed"},
        "zte_zxros": {"optics.abnormal"},
    }
    assert alone == known.get(vendor.platform, set())


@pytest.mark.parametrize("vendor", ALL, ids=of_platform)
def test_a_box_that_says_nothing_has_nothing(vendor: Vendor) -> None:
    assert [found for _, one in sources(vendor) if (found := readings(one, EMPTY))] == []


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.parent.name)
def test_a_recorded_box_is_recognised(recording: Path) -> None:
    values = heard(recording)
    object_id, described = identity_of(values)
    assert recognise(object_id, described).platform == recording.parent.parent.name


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.parent.name)
def test_its_description_alone_is_enough(recording: Path) -> None:
    _, described = identity_of(heard(recording))
    assert recognise("1.3.6.1.4.1.99999.1", described).platform == recording.parent.parent.name


def identity_of(values: Mapping[str, Heard]) -> tuple[str, str]:
    described = values["1.3.6.1.2.1.1.1.0"]
    assert isinstance(described, bytes)
    return str(values["1.3.6.1.2.1.1.2.0"]), described.decode()


@pytest.mark.parametrize("vendor", ALL, ids=of_platform)
def test_a_source_is_called_synthetic_where_a_synthetic_recording_feeds_it(vendor: Vendor) -> None:
    unfed = [one for one, sure, fed in claims(vendor) if sure == "synthetic" and not fed]
    assert unfed == []


@pytest.mark.parametrize("vendor", ALL, ids=of_platform)
def test_a_source_is_called_documentation_where_nothing_feeds_it(vendor: Vendor) -> None:
    fed = [one for one, sure, fed in claims(vendor) if sure == "documentation" and fed]
    assert fed == []


@cache
def own_recordings() -> tuple[tuple[str, Mapping[str, Heard]], ...]:
    return tuple((one.parent.parent.name, heard(one)) for one in RECORDINGS)


def claims(vendor: Vendor) -> Iterator[tuple[str, str, bool]]:
    """Yield each source, how sure it says it is, and whether a recording of its platform feeds it.

    What the standard MIBs say may be seen on any platform.
    """
    standard = [source for _, source in sources(vendors()["generic"])]
    for section, source in sources(vendor):
        fed = any(
            readings(source, sight(source, values))
            for platform, values in own_recordings()
            if source in standard or platform == vendor.platform
        )
        yield f"{section}: {source.columns[0].name}", source.sure, fed


def sight(source: Source[Any], values: Mapping[str, Heard]) -> Sight:
    return sight_of(values, ["1.3.6.1.2.1.1.1", *(column.oid for column in source.columns)])


def test_every_vendor_has_a_recording() -> None:
    assert sorted({one.parent.parent.name for one in RECORDINGS}) == sorted(vendors())


def test_a_recording_says_what_it_is() -> None:
    silent = [
        str(one.parent)
        for one in RECORDINGS
        if not {"synthetic", "recorded"}
        & json.loads((one.parent / "expected.json").read_text()).keys()
    ]
    assert silent == []


INDEXES: Final = (
    "0", "1", "7", "67108873", "1.1", "1.2.3", "9.9.9.9", "10.0.0.1.0", "4294967295.4294967295",
    "1.4.10.0.0.1", "2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1", "1.4.10.0.0", "1.4.999.0.0.1",
    "0.1.1.1.4.10.0.0.1", "5.2.1.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1", "0.1.1.1.4.10.0.0",
    "3.1.4.10.0.0.1", ".".join(["254"] * 16), ".".join(["1"] * 24), "812.30.1",
)  # fmt: skip
INTERESTING: Final[tuple[Heard, ...]] = (
    -(2**70), -(2**63), -(2**31), -70000, -10000, -4000, -255, -1, 0, 1, 2, 3, 4, 5, 6, 8, 9, 10,
    14, 99, 100, 101, 255, 999, 1000, 5000, 65535, 10**6, 2**31 - 1, 2**32 - 1, 2**64 - 1, 2**70,
    0.5, -1e308, float("inf"), float("nan"),
    b"", b"\x00\xff\xfe", b"-2.1,nan,,1e999,-40", b"-210,-99999999999,inf", b"1.3.6.1.2.1.25.2.1.2",
    b"Te1/1 Receive Power Sensor", b"Te1/1 Lane 99999999999 Transceiver Transmit Power Sensor",
    b"subslot 0/0 transceiver 1 Rx Power Sensor", "\u5e02".encode("gb18030"), b"x" * 70000,
    "1.3.6.1.2.1.25.2.1.2", "10.0.0.1", "",
)  # fmt: skip
HOSTILE: Final = [
    pytest.param(source, id=f"{vendor.platform}-{section}-{source.columns[0].name}")
    for vendor in ALL
    for section, source in sources(vendor)
]


def hostile(source: Source[Any], chance: Random) -> Sight:
    """Show cells of any type at any index; a few rows are whole, so that columns meet."""
    rows = chance.sample(INDEXES, 4)
    oids = ["1.3.6.1.2.1.1.1", *(column.oid for column in source.columns)]
    return Sight(
        {
            oid: {index: value(chance) for index in rows if chance.random() < 0.8}
            for oid in oids
            if chance.random() < 0.9
        }
    )


def value(chance: Random) -> Heard:
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(INTERESTING)
    if kind < 0.7:
        return chance.randint(-6000, 6000)
    if kind < 0.9:
        return chance.randint(0, 16)
    return chance.randbytes(chance.randint(0, 40))


@pytest.mark.parametrize("source", HOSTILE)
@given(seed=st.integers(0, 2**64))
@settings(max_examples=100, deadline=None)
def test_whatever_an_agent_says_is_a_reading_in_range_or_none(
    source: Source[Any], seed: int
) -> None:
    found = source.read(hostile(source, Random(seed)))
    assert [one for one in found if not in_range(one)] == []


@given(descr=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
@settings(deadline=None)
def test_a_box_may_describe_itself_in_any_bytes(descr: bytes) -> None:
    whole = Sight({"1.3.6.1.2.1.1.1": {"0": descr}})
    for vendor in ALL:
        for source in vendor.identity:
            list(source.read(whole))


def in_range(reading: object) -> bool:
    if not finite(reading):
        return False
    match reading:
        case Cpu(ratio=ratio):
            return 0 <= ratio <= 1
        case Memory(used_ratio=ratio, total_bytes=total):
            return 0 <= ratio <= 1 and (total is None or total > 0)
        case Temperature(celsius=degrees):
            return -60 < degrees < 250
        case Optics(lane=lane, rx_dbm=rx, tx_dbm=tx, bias_amperes=bias, volts=volts):
            return (
                (lane is None or lane > 0)
                and all(power is None or -60 <= power <= 20 for power in (rx, tx))
                and (bias is None or 0 < bias < 10)
                and (volts is None or 0 < volts < 100)
            )
    return True


def finite(reading: object) -> bool:
    """Tell whether every number of a reading is one."""
    assert is_dataclass(reading)
    values = [getattr(reading, one.name) for one in fields(reading)]
    return all(math.isfinite(value) for value in values if isinstance(value, float))


def test_the_document_of_platforms_is_what_the_files_say() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m collectors.vendors"


def test_the_document_names_every_object_that_is_read() -> None:
    text = document()
    assert [
        one.oid for vendor in ALL for one in columns(vendor) if f"`{one.oid}`" not in text
    ] == []
