"""What no decoder should see is turned away before; nothing that is sent raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.proto.api import v2c

from collectors.traps.form import OUTCOMES, Limits, Login, Ourselves, Source
from collectors.traps.gate import Gate, Raw
from collectors.traps.limits import Bucket
from collectors.traps.shape import head, sound
from tests.traps.messages import binding, element, told, trap

OURSELVES = Ourselves(bytes.fromhex("80004fb805") + b"twelve-bytes", 5)
PLAIN = {"plain": Login("2c", b"hush"), "v3": Login("3", user=b"u")}


def gate(login: str = "plain", **limits: float) -> Gate:
    found = Gate(Limits(**limits), OURSELVES, (), 0.0)  # type: ignore[arg-type]
    found.load([Source("r1", ("192.0.2.1",), login)], PLAIN, 0.0)
    return found


def deep(levels: int) -> bytes:
    inner = b"\x05\x00"
    for _ in range(levels):
        inner = element(0x30, inner)
    return inner


def test_what_an_agent_sends_is_sound() -> None:
    assert sound(trap())
    assert head(trap()) == (1, b"hush")


@pytest.mark.parametrize(
    "bomb",
    [
        b"",
        b"\x30\x80\x00\x00",  # of indefinite length
        trap()[:-1],
        trap() + b"\0",
        deep(12),
        b"\x30\x82\x0f\xa0" + b"\x05\x00" * 2_000,  # thousands of elements
        element(0x30, element(0x06, b"\xff" * 60 + b"\x01")),  # one endless sub-identifier
        element(0x30, element(0x02, b"\x7f" * 40)),  # an endless number
        element(0x30, element(0x02, b"")),
        element(0x30, b"\x1f\x81\x01\x00"),  # a tag of more than one octet
        b"\x30\x84\xff\xff\xff\xff",
        b"\x04" + trap()[1:],
    ],
)
def test_a_bomb_is_not_sound(bomb: bytes) -> None:
    assert not sound(bomb)


def test_as_many_bindings_as_a_packet_holds_are_sound() -> None:
    """RFC 3417 3.2: 1,472 octets; here each binding is an ifOperStatus."""
    datagram = told(binding(element(0x02, b"\2")) * 82)
    assert 1_450 < len(datagram) <= 1_472
    assert sound(datagram)


@pytest.mark.parametrize("tag", [0xA6, 0xA7], ids=["inform", "trap"])
def test_more_than_a_hundred_bindings_are_not_decoded(tag: int) -> None:
    empty = binding(b"\x05\x00", b"\x2b")
    for count, outcome in ((100, "handed"), (110, "malformed"), (380, "malformed")):
        found = gate()
        datagram = told(empty * count, tag=tag)
        found.read(Raw(0, ("192.0.2.1", 5), datagram, 0), 0.0)
        assert found.counts[outcome] == 1


@given(st.lists(st.integers(0, 2**32 - 1), max_size=100), st.integers(-(2**31), 2**31 - 1))
def test_every_name_and_number_of_snmp_is_sound(arcs: list[int], number: int) -> None:
    name = v2c.ObjectIdentifier((1, 3, *arcs))
    body = encoder.encode(name) + encoder.encode(v2c.Integer32(number))
    length = len(body).to_bytes(2, "big")
    assert sound(b"\x30\x82" + length + body)


@given(st.binary(max_size=300))
def test_noise_ends_in_one_counter(noise: bytes) -> None:
    for login in PLAIN:
        found = gate(login)
        if not found.refuses("192.0.2.1", len(noise), 0.0):
            found.read(Raw(0, ("192.0.2.1", 5), noise, 0), 0.0)
        assert found.received == sum(found.counts[name] for name in OUTCOMES) == 1


@given(st.data())
def test_a_damaged_trap_ends_in_one_counter(data: st.DataObject) -> None:
    damaged = bytearray(trap())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    found = gate()
    assert not found.refuses("192.0.2.1", len(damaged), 0.0)
    found.read(Raw(0, ("192.0.2.1", 5), bytes(damaged), 0), 0.0)
    assert found.received == sum(found.counts[name] for name in OUTCOMES) == 1


@given(st.floats(0.1, 100), st.integers(1, 50), st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_a_bucket_gives_no_more_than_its_burst_and_its_rate(
    rate: float, burst: int, steps: list[float]
) -> None:
    bucket, now, given_out = Bucket(rate, burst), 0.0, 0
    for step in steps:
        now += step
        given_out += bucket.take(now)
    assert given_out <= burst + rate * now + 1e-6


@pytest.mark.parametrize(
    ("octets", "passed"), [(100, 50), (499, 50), (500, 25), (1_472, 16), (8_192, 2)]
)
def test_a_long_datagram_counts_as_several(octets: int, passed: int) -> None:
    found = gate(each=0.001, each_burst=50)
    assert sum(not found.refuses("192.0.2.1", octets, 0.0) for _ in range(100)) == passed


def test_a_long_datagram_passes_also_where_the_burst_is_small() -> None:
    found = gate(each=0.001, each_burst=3)
    assert not found.refuses("192.0.2.1", 8_192, 0.0)
    assert found.refuses("192.0.2.1", 100, 0.0)


@given(st.integers(1, 50), st.integers(0, 100))
def test_a_full_bucket_gives_its_burst_at_once(burst: int, more: int) -> None:
    bucket = Bucket(1.0, burst)
    assert sum(bucket.take(0.0) for _ in range(burst + more)) == burst


def test_two_devices_with_one_address_and_community_are_ambiguous() -> None:
    found = Gate(Limits(), OURSELVES, (), 0.0)
    both = [Source(name, ("192.0.2.1",), "plain") for name in ("r1", "r2")]
    found.load(both, PLAIN, 0.0)
    assert found.read(Raw(0, ("192.0.2.1", 5), trap(), 0), 0.0).notification is None
    assert found.counts["ambiguous"] == 1


def test_the_memory_of_who_sent_how_much_is_bounded_by_the_inventory() -> None:
    found = gate()
    for number in range(1_000):
        found.refuses(f"198.51.100.{number % 250}", 10, 0.0)
    assert len(found._buckets) == 1
