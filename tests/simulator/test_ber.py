"""The decoder reads what SNMP allows and drops the rest; the encoder uses the fewest octets."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import ber
from tests.simulator.asking import IF_NAME, UPTIME, request

_OIDS = st.lists(st.integers(0, 2**32 - 1), max_size=20).map(lambda arcs: (1, 3, *arcs))


@pytest.mark.parametrize(
    ("value", "contents"),
    [
        (0, b"\x00"),
        (127, b"\x7f"),
        (128, b"\x00\x80"),
        (255, b"\x00\xff"),
        (2**63, b"\x00\x80\x00\x00\x00\x00\x00\x00\x00"),
        (2**64 - 1, b"\x00\xff\xff\xff\xff\xff\xff\xff\xff"),
        (-1, b"\xff"),
        (-128, b"\x80"),
        (-129, b"\xff\x7f"),
    ],
)
def test_an_integer_takes_the_fewest_octets(value: int, contents: bytes) -> None:
    assert ber.integer(value) == contents


@given(_OIDS)
def test_an_oid_comes_back_as_it_went(oid: ber.Oid) -> None:
    assert ber.decode_oid(ber.encode_oid(oid)) == oid


@given(st.integers(0, 100_000))
def test_a_length_is_read_as_it_was_written(size: int) -> None:
    tag, begin, end = ber.read(b"\x04" + ber.length(size) + bytes(size), 0)
    assert (tag, end - begin) == (4, size)


@given(st.binary(max_size=200))
def test_no_datagram_raises_anything_but_garbage(data: bytes) -> None:
    with contextlib.suppress(ber.GarbageError):
        ber.parse_rest(ber.parse_request(data).rest)


@given(st.integers(0, 1000), st.integers(0, 255))
def test_a_spoilt_request_raises_nothing_but_garbage(at: int, octet: int) -> None:
    data = bytearray(request([UPTIME, IF_NAME]))
    data[at % len(data)] = octet
    with contextlib.suppress(ber.GarbageError):
        _, _, names = ber.parse_rest(ber.parse_request(bytes(data)).rest)
        for name in names:
            ber.decode_oid(name)
