"""What encoders write says exactly what was read: three formats, three independent readers."""

from __future__ import annotations

import math
import re
import struct

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from inventory.model import TargetId
from metrics import catalogue as c
from metrics.observation import Outcome, Probe, Series, Value
from sinks._exposition import Exposition, shard_of
from sinks._line_protocol import LineEncoder, count_lines, split_lines
from sinks._template import unescape_tag
from sinks._write_request import SeriesEncoder, count_series, split_series
from tests.sinks.samples import device_poll, echo_run, probe_of, reading, values_of

NOW = 1_795_492_800_123

LABELS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.tuples(
    st.none() | st.integers(0, 2**63 - 1),
    st.none() | st.integers(0, 2**63 - 1),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.integers(0, 4),
)
Row = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def hostile_probe(label: str) -> Probe:
    labels = (("area", label), ("device", "d%1" + label), ("interface", label), ("site", "s"))
    target = TargetId("interface:d/x")
    metrics = (c.IN_OCTETS, c.OUT_OCTETS, c.IN_RATE, c.OPER_STATUS)
    return probe_of(
        "interfaces", target, "d", tuple(Series(metric, target, labels) for metric in metrics)
    )


def expected(probe: Probe, values: tuple[Value, ...]) -> Row:
    return {
        (series.metric.name, tuple((k, v) for k, v in series.labels if v)): float(value)
        for series, value in zip(probe.series, values, strict=True)
        if value is not None
    }


def read_lines(lines: bytes) -> tuple[Row, set[int]]:
    """Read line protocol as its reference describes it: a backslash escapes `,`, `=` and space."""
    rows: Row = {}
    stamps: set[int] = set()
    for line in lines.decode().split("\n")[:-1]:
        head, fields, stamp = re.split(r"(?<!\\) ", line)
        measurement, *tags = re.split(r"(?<!\\),", head)
        pairs = tuple(
            (key, unescape_tag(re.sub(r"\\([,= ])", r"\1", value)))
            for key, value in (re.split(r"(?<!\\)=", tag) for tag in tags)
        )
        for one in fields.split(","):
            key, value = one.split("=")
            rows[f"{measurement}_{key}", pairs] = float(value.removesuffix("i"))
        stamps.add(int(stamp))
    return rows, stamps


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def read_fields(data: bytes) -> list[tuple[int, bytes | int]]:
    """Read any protobuf message: (field number, content)."""
    fields: list[tuple[int, bytes | int]] = []
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        kind = key & 7
        content: bytes | int
        if kind == 0:
            content, at = read_varint(data, at)
        else:
            size, at = (8, at) if kind == 1 else read_varint(data, at)
            content = data[at : at + size]
            assert len(content) == size
            at += size
        fields.append((key >> 3, content))
    return fields


def read_request(data: bytes) -> list[tuple[list[tuple[str, str]], bytes, int]]:
    """Read a WriteRequest: labels, the 8 bytes of the value, the timestamp."""
    found = []
    for number, message in read_fields(data):
        assert number == 1
        assert isinstance(message, bytes)
        labels: list[tuple[str, str]] = []
        value, stamp = b"", 0
        for part, content in read_fields(message):
            assert isinstance(content, bytes)
            inner = dict(read_fields(content))
            if part == 1:
                name, text = inner[1], inner[2]
                assert isinstance(name, bytes)
                assert isinstance(text, bytes)
                labels.append((name.decode(), text.decode()))
            else:
                raw, at = inner[1], inner[2]
                assert isinstance(raw, bytes)
                assert isinstance(at, int)
                value, stamp = raw, at
        found.append((labels, value, stamp))
    return found


@given(LABELS, VALUES)
def test_line_protocol_reads_back_as_it_was_written(label: str, values: tuple[Value, ...]) -> None:
    probe = hostile_probe(label)
    buffer = bytearray()
    points = LineEncoder([])(reading(probe, NOW, values), buffer)
    rows, stamps = read_lines(bytes(buffer))
    assert rows == expected(probe, values)
    assert stamps <= {NOW * 1_000_000}
    assert points == count_lines(bytes(buffer)) == (any(v is not None for v in values))


@given(LABELS, VALUES)
def test_exposition_reads_back_as_it_was_written(label: str, values: tuple[Value, ...]) -> None:
    probe = hostile_probe(label)
    page = Exposition([])
    page.put(reading(probe, NOW, values, Outcome.SILENT))
    rows = {
        (sample.name, tuple(sorted(sample.labels.items()))): float(sample.value)
        for family in text_string_to_metric_families(b"".join(page.page()).decode())
        for sample in family.samples
    }
    assert rows == expected(probe, values)


@given(LABELS, VALUES)
def test_remote_write_reads_back_as_it_was_written(label: str, values: tuple[Value, ...]) -> None:
    probe = hostile_probe(label)
    buffer = bytearray()
    points = SeriesEncoder([])(reading(probe, NOW, values), buffer)
    series = read_request(bytes(buffer))
    rows = {
        (dict(labels)["__name__"], tuple(labels[1:])): struct.unpack("<d", raw)[0]
        for labels, raw, _ in series
    }
    assert rows == expected(probe, values)
    assert points == len(series) == count_series(bytes(buffer))
    for labels, _, stamp in series:
        assert stamp == NOW
        assert [name for name, _ in labels] == sorted({name for name, _ in labels})
        assert labels[0][0] == "__name__"


@given(st.lists(VALUES, min_size=1, max_size=12))
def test_a_batch_of_lines_can_be_cut_down_to_single_points(many: list[tuple[Value, ...]]) -> None:
    encode, buffer = LineEncoder([]), bytearray()
    for values in many:
        encode(reading(hostile_probe("x y"), NOW, values), buffer)
    batch = bytes(buffer)
    pieces = [batch]
    while (cut := next((at for at, piece in enumerate(pieces) if split_lines(piece)), -1)) >= 0:
        pieces[cut : cut + 1] = split_lines(pieces[cut]) or ()
    assert b"".join(pieces) == batch
    assert not batch or all(count_lines(piece) == 1 for piece in pieces)


@given(st.lists(VALUES, min_size=1, max_size=6))
def test_a_batch_of_series_can_be_cut_down_to_single_points(many: list[tuple[Value, ...]]) -> None:
    encode, buffer = SeriesEncoder([]), bytearray()
    for values in many:
        encode(reading(hostile_probe("x y"), NOW, values), buffer)
    batch = bytes(buffer)
    pieces = [batch]
    while (cut := next((at for at, piece in enumerate(pieces) if split_series(piece)), -1)) >= 0:
        pieces[cut : cut + 1] = split_series(pieces[cut]) or ()
    assert b"".join(pieces) == batch
    assert not batch or all(count_series(piece) == 1 for piece in pieces)


def test_a_line_stands_for_each_target_of_a_probe() -> None:
    buffer = bytearray()
    assert LineEncoder([])(reading(device_poll(), NOW), buffer) == 3
    heads = [line.split(b",", 1)[0] for line in bytes(buffer).splitlines()]
    assert heads == [b"extranet_device", b"extranet_interface", b"extranet_interface"]


def test_measurements_of_one_target_with_equal_labels_have_a_line_each() -> None:
    target = TargetId("service:s")
    labels = (("service", "s"),)
    kinds = (c.Measurement("probe", ("service",)), c.Measurement("extranet_path", ("service",)))
    metrics = tuple(c.Metric(kind, "n", c.Kind.GAUGE, "", integer=True, help="") for kind in kinds)
    probe = probe_of("path", target, None, tuple(Series(m, target, labels) for m in metrics))
    buffer = bytearray()
    LineEncoder([probe])(reading(probe, NOW, (1, 2)), buffer)
    rows, _ = read_lines(bytes(buffer))
    assert rows == expected(probe, (1, 2))


def test_a_counter_beyond_signed_64_bits_is_left_out_of_line_protocol_and_counted() -> None:
    probe = device_poll()
    values = list(values_of(probe))
    values[1] = 2**64 - 1
    encode, buffer = LineEncoder([probe]), bytearray()
    encode(reading(probe, NOW, tuple(values)), buffer)
    rows, _ = read_lines(bytes(buffer))
    values[1] = None
    assert rows == expected(probe, tuple(values))
    assert encode.omitted == 1


def test_a_series_that_falls_silent_gets_one_stale_marker() -> None:
    probe = echo_run()
    heard = values_of(probe)
    silent = (*heard[:2], None, None, None, heard[-1])
    encode = SeriesEncoder([probe])
    sent: list[list[tuple[str, bool]]] = []
    for run, values in enumerate((heard, silent, silent, heard, silent)):
        buffer = bytearray()
        encode(reading(probe, NOW + run, values), buffer)
        sent.append(
            [
                (dict(labels)["__name__"], raw == struct.pack("<Q", 0x7FF0000000000002))
                for labels, raw, _ in read_request(bytes(buffer))
            ]
        )
    gone = [(m.name, True) for m in (c.ECHO_RTT, c.ECHO_RTT_MAX, c.ECHO_JITTER)]
    kept = [(m.name, False) for m in (c.ECHO_SENT, c.ECHO_LOST, c.LINK_STATE)]
    assert sent[1] == gone + kept
    assert sent[2] == kept
    assert sent[4] == gone + kept


def test_a_series_of_remote_write_never_goes_backwards() -> None:
    """A skipped run overtakes the one that was under way; what comes late is left out, counted."""
    slow, other = echo_run("slow"), echo_run("other")
    nothing = (None,) * len(slow.series)
    encode, buffer = SeriesEncoder([slow, other]), bytearray()
    encode(reading(slow, NOW), buffer)
    encode(reading(slow, NOW + 20_000, nothing, Outcome.SKIPPED), buffer)
    assert encode(reading(slow, NOW + 10_000), buffer) == 0
    encode(reading(other, NOW + 10_000), buffer)
    encode(reading(slow, NOW + 30_000), buffer)
    stamps: dict[str, list[int]] = {}
    for labels, _, stamp in read_request(bytes(buffer)):
        stamps.setdefault(str(labels), []).append(stamp)
    assert all(times == sorted(set(times)) for times in stamps.values())
    assert encode.omitted == len(slow.series)
    assert {
        stamp - NOW for labels, times in stamps.items() if "slow" in labels for stamp in times
    } == {
        0,
        20_000,
        30_000,
    }


def test_a_retired_probe_gets_a_stale_marker_for_each_series_that_has_a_value() -> None:
    probe = echo_run()
    heard = (*values_of(probe)[:3], None, None, 0)
    encode, buffer = SeriesEncoder([probe]), bytearray()
    encode(reading(probe, NOW, heard), bytearray())
    assert encode.retire(probe, NOW + 5, buffer) == 4
    markers = read_request(bytes(buffer))
    assert {stamp for _, _, stamp in markers} == {NOW + 5}
    assert all(math.isnan(struct.unpack("<d", raw)[0]) for _, raw, _ in markers)
    assert encode.retire(probe, NOW + 6, bytearray()) == 0


def test_the_lines_of_a_metric_stand_together_under_one_header() -> None:
    page = Exposition([], raw_mib_names=True)
    for device in ("a", "b", "c"):
        page.put(reading(device_poll(device), NOW))
    page.put(reading(echo_run(), NOW))
    names = [
        re.split(r"[{ ]", line.removeprefix("# HELP ").removeprefix("# TYPE "))[0]
        for line in b"".join(page.page()).decode().splitlines()
    ]
    runs = [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]
    assert len(runs) == len(set(runs))


def test_what_was_not_heard_in_the_last_run_is_left_out_but_the_last_answer_stays() -> None:
    probe = echo_run()
    page = Exposition([probe])
    page.put(reading(probe, NOW))
    page.put(reading(probe, NOW + 10_000, (2, 2, None, None, None, 2), Outcome.SILENT))
    text = b"".join(page.page()).decode()
    assert c.ECHO_RTT.name not in text
    assert f"{c.LINK_STATE.name}{{" in text
    assert re.search(
        r"^extranet_link_last_answer_timestamp_seconds{.*} 1795492800.123$", text, re.MULTILINE
    )


def test_a_device_has_one_last_answer_however_many_probes_ask_it() -> None:
    page = Exposition([])
    page.put(reading(device_poll("a", ("p1",)), NOW))
    page.put(reading(device_poll("a", ("p2",)), NOW + 5000))
    lines = [
        line
        for line in b"".join(page.page()).decode().splitlines()
        if line.startswith("extranet_device_last")
    ]
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["1795492805.123"]


def test_shards_hold_each_device_exactly_once() -> None:
    page = Exposition([])
    probes = [device_poll(f"d{n}") for n in range(50)]
    for probe in probes:
        page.put(reading(probe, NOW))
    whole = {line for line in b"".join(page.page()).splitlines() if not line.startswith(b"#")}
    parts = [
        [line for line in b"".join(page.page(shard, 4)).splitlines() if not line.startswith(b"#")]
        for shard in range(4)
    ]
    assert sum(len(part) for part in parts) == len(whole)
    assert set().union(*map(set, parts)) == whole
    assert {shard_of(probe, 4) for probe in probes} == {0, 1, 2, 3}


def test_raw_names_are_those_of_snmp_exporter_in_its_units() -> None:
    target = TargetId("interface:d/GE1")
    labels = (
        ("area", "x"),
        ("device", "d"),
        ("interface", "GE1"),
        ("level", "city"),
        ("site", "s"),
    )
    probe = probe_of(
        "interface_settings",
        target,
        "d",
        tuple(Series(metric, target, labels) for metric in (c.SPEED, c.IN_OCTETS)),
    )
    page = Exposition([], raw_mib_names=True)
    page.put(reading(probe, NOW, (10_000_000_000, 7)))
    lines = b"".join(page.page()).decode().splitlines()
    assert 'ifHighSpeed{ifName="GE1",instance="d"} 10000000000e-6' in lines
    assert 'ifHCInOctets{ifName="GE1",instance="d"} 7' in lines


def test_a_retired_probe_leaves_the_page() -> None:
    probe = echo_run()
    page = Exposition([probe])
    page.put(reading(probe, NOW))
    page.retire([probe])
    assert b"".join(page.page()) == b""
