"""Values as agents give them to values as we keep them: right where there is one, else none."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from collectors.vendors._units import (
    address_in,
    amperes,
    celsius,
    dbm_from_hundredths,
    dbm_from_microwatts,
    numbers_in,
    percent,
    scaled,
    unwrapped,
    used_part,
    volts,
)

ANY = st.integers(-(2**70), 2**70)


@given(ANY, ANY)
def test_a_used_part_lies_between_nothing_and_all(used: int, total: int) -> None:
    part = used_part(used, total)
    assert (part is None) == (not 0 <= used <= total or total <= 0)
    assert part is None or 0 <= part <= 1


@given(st.integers(0, 2**32 - 1))
def test_a_size_beyond_31_bits_is_unwrapped(size: int) -> None:
    told = size if size < 2**31 else size - 2**32
    assert unwrapped(told) == size


@given(ANY)
def test_no_size_is_negative(told: int) -> None:
    assert unwrapped(told) >= 0


@given(st.integers(-(10**9), 10**9), st.integers(1, 17), st.integers(-8, 9))
def test_a_sensor_is_scaled_as_its_mib_says(value: int, scale: int, precision: int) -> None:
    found = scaled(value, scale, precision)
    wanted = value * 10.0 ** (3 * (scale - 9)) / 10.0**precision
    assert found is not None
    assert math.isclose(found, wanted, rel_tol=1e-9)


@given(ANY, ANY, ANY)
def test_a_scale_from_nowhere_raises_nothing(value: int, scale: int, precision: int) -> None:
    found = scaled(value, scale, precision)
    assert found is None or math.isfinite(found)


@given(st.floats(-40, 15))
def test_microwatts_and_hundredths_tell_the_same_power(power: float) -> None:
    microwatts = 1000 * 10 ** (power / 10)
    found = dbm_from_microwatts(microwatts)
    assert found == pytest.approx(power, abs=1e-6)
    hundredths = dbm_from_hundredths(round(power * 100))
    assert hundredths == pytest.approx(power, abs=0.0051)


@pytest.mark.parametrize("sentinel", [-(2**31), -10000, 2**31 - 1, 2147483646, 65535])
def test_a_sentinel_is_no_power(sentinel: int) -> None:
    assert dbm_from_hundredths(sentinel) is None


@pytest.mark.parametrize("sentinel", [65535, 2**31 - 1, -255, 255, -(2**31)])
def test_a_sentinel_is_no_temperature(sentinel: int) -> None:
    assert celsius(sentinel) is None


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_what_no_laser_has_is_no_current_and_no_voltage(value: float) -> None:
    assert amperes(value) is None or 0 < value <= 1
    assert volts(value) is None or 0 < value <= 10


@given(st.integers(-1000, 1000))
def test_a_percentage_is_one_of_a_hundred(value: int) -> None:
    found = percent(value)
    assert found == (value / 100 if 0 <= value <= 100 else None)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_between_commas_are_read_as_they_were_written(values: list[float]) -> None:
    assert numbers_in(",".join(map(repr, values))) == values


@given(st.text())
def test_a_text_that_is_no_number_is_none(text: str) -> None:
    assume("," not in text)
    (found,) = numbers_in(text)
    assert found is None or math.isfinite(found)


@given(st.ip_addresses())
def test_an_address_is_read_from_the_arcs_of_an_index(address: object) -> None:
    packed: bytes = address.packed  # type: ignore[attr-defined]  # both families have it
    assert address_in(map(str, packed)) == str(address)


@given(st.lists(st.integers(-5, 300).map(str)))
def test_arcs_that_are_no_address_are_none(arcs: list[str]) -> None:
    whole = len(arcs) in {4, 16} and all(0 <= int(arc) <= 255 for arc in arcs)
    assert (address_in(arcs) is not None) == whole
