"""Light in Huawei's modules: one table whose powers have two units, and lanes as text.

The MIB says 0.01 dBm; older VRP gives microwatts. Microwatts are never negative. So the module's
own thresholds (always 0.01 dBm) know best, then a negative power of the same module, then one of
the same box where what it would mean is no louder than modules are; with none of these a positive
power is microwatts. Sentinels: 0, -1, -255, 2^31-1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from collectors.vendors._form import Column, Optics, Sight, Source
from collectors.vendors._standard import ENTITY_DESCR, ENTITY_NAME, entity_name
from collectors.vendors._units import (
    amperes,
    celsius,
    dbm,
    dbm_from_hundredths,
    dbm_from_microwatts,
    numbers_in,
    volts,
)

ENTITY: Final = "1.3.6.1.4.1.2011.5.25.31.1.1"
ADMIN_STATUS: Final = Column("hwEntityAdminStatus", f"{ENTITY}.1.1.1")
_OPTICAL: Final = f"{ENTITY}.3.1"
OPTICAL_MODE: Final = Column("hwEntityOpticalMode", f"{_OPTICAL}.1")
OPTICAL_TEMPERATURE: Final = Column("hwEntityOpticalTemperature", f"{_OPTICAL}.5", "degree Celsius")
OPTICAL_VOLTAGE: Final = Column("hwEntityOpticalVoltage", f"{_OPTICAL}.6", "mV")
OPTICAL_BIAS: Final = Column("hwEntityOpticalBiasCurrent", f"{_OPTICAL}.7", "uA, below 1000 mA")
OPTICAL_RX: Final = Column("hwEntityOpticalRxPower", f"{_OPTICAL}.8", "0.01 dBm or uW")
OPTICAL_TX: Final = Column("hwEntityOpticalTxPower", f"{_OPTICAL}.9", "0.01 dBm or uW")
OPTICAL_RX_LOW: Final = Column("hwEntityOpticalRxLowThreshold", f"{_OPTICAL}.13", "0.01 dBm")
OPTICAL_RX_HIGH: Final = Column("hwEntityOpticalRxHighThreshold", f"{_OPTICAL}.14", "0.01 dBm")
OPTICAL_TX_LOW: Final = Column("hwEntityOpticalTxLowThreshold", f"{_OPTICAL}.15", "0.01 dBm")
OPTICAL_TX_HIGH: Final = Column("hwEntityOpticalTxHighThreshold", f"{_OPTICAL}.16", "0.01 dBm")
LANE_BIAS: Final = Column("hwEntityOpticalLaneBiasCurrent", f"{_OPTICAL}.31", "mA")
LANE_RX: Final = Column("hwEntityOpticalLaneRxPower", f"{_OPTICAL}.32", "dBm, or 0.01 dBm")
LANE_TX: Final = Column("hwEntityOpticalLaneTxPower", f"{_OPTICAL}.33", "dBm, or 0.01 dBm")


_NOT_SUPPORTED, _ADMIN_DOWN = 1, 12
SENTINELS: Final = frozenset({0, -1, -255})
_LOUDEST_RX: Final = 2.0
_LOUDEST_TX: Final = 5.0
"""dBm."""
_NEAR: Final = 5
"""Hundredths of a dBm between two readings of one power."""
_MILLI: Final = 1000
"""Below it a bias current is in mA: no laser works on less than 1 mA."""


def _optics(sight: Sight) -> Iterator[Optics]:
    modes, admin = sight.numbers(OPTICAL_MODE), sight.numbers(ADMIN_STATUS)
    received, sent = sight.numbers(OPTICAL_RX), sight.numbers(OPTICAL_TX)
    biases, voltages = sight.numbers(OPTICAL_BIAS), sight.numbers(OPTICAL_VOLTAGE)
    degrees = sight.numbers(OPTICAL_TEMPERATURE)
    in_dbm = any(_negative(value) for value in (*received.values(), *sent.values()))
    rx_range = _limits(sight, OPTICAL_RX_LOW, OPTICAL_RX_HIGH)
    tx_range = _limits(sight, OPTICAL_TX_LOW, OPTICAL_TX_HIGH)
    for index in {**received, **sent}:
        if modes.get(index) == _NOT_SUPPORTED or admin.get(index) == _ADMIN_DOWN:
            continue
        in_value, out_value = received.get(index, 0), sent.get(index, 0)
        lanes = _lanes(sight, index, in_value, out_value)
        if len(lanes) > 1:
            yield from lanes
            continue
        row = _negative(in_value) or _negative(out_value)
        rx = _power_dbm(in_value, rx_range.get(index), _LOUDEST_RX, row=row, box=in_dbm)
        tx = _power_dbm(out_value, tx_range.get(index), _LOUDEST_TX, row=row, box=in_dbm)
        if lanes:  # one lane, told as text alone
            rx = lanes[0].rx_dbm if rx is None else rx
            tx = lanes[0].tx_dbm if tx is None else tx
        if rx is not None or tx is not None:
            yield Optics(
                entity_name(sight, index),
                rx_dbm=rx,
                tx_dbm=tx,
                bias_amperes=_bias(biases.get(index, 0)),
                celsius=celsius(degrees.get(index, -255)),
                volts=volts(voltages.get(index, 0) / _MILLI),
            )


def _negative(value: int) -> bool:
    """Whether a power is negative and no sentinel: microwatts never are."""
    return value < 0 and value not in SENTINELS


def _limits(sight: Sight, low: Column, high: Column) -> dict[str, tuple[float, float]]:
    """Return the thresholds in dBm where they are such: some boxes leave them at 0."""
    lows, highs = sight.numbers(low), sight.numbers(high)
    found = {}
    for index in lows.keys() & highs.keys():
        bottom, top = dbm_from_hundredths(lows[index]), dbm_from_hundredths(highs[index])
        if bottom is not None and top is not None and bottom < top:
            found[index] = (bottom, top)
    return found


def _power_dbm(
    value: int, limits: tuple[float, float] | None, loudest: float, *, row: bool, box: bool
) -> float | None:
    """Make dBm of a power in either unit.

    The module's own limits know best; then a negative power of the same module (`row`), then one of
    the same box, where what it means in dBm is no louder than modules are (`loudest`).
    """
    if value in SENTINELS:
        return None
    hundredths = dbm_from_hundredths(value)
    if value < 0:
        return hundredths
    microwatts = dbm_from_microwatts(value)
    if hundredths is None or microwatts is None:
        return microwatts if hundredths is None else hundredths
    if limits is not None:
        bottom, top = limits
        fits = bottom <= hundredths <= top
        if fits != (bottom <= microwatts <= top):
            return hundredths if fits else microwatts
    return hundredths if row or (box and hundredths <= loudest) else microwatts


def _bias(value: int) -> float | None:
    return amperes(value / _MILLI if value < _MILLI else value / _MILLI / _MILLI)


def _lanes(sight: Sight, index: str, in_value: int, out_value: int) -> list[Optics]:
    """Read what a module says lane by lane; lanes that say nothing are left out."""
    in_text, out_text = sight.texts(LANE_RX).get(index, ""), sight.texts(LANE_TX).get(index, "")
    scale = _scale(in_text, in_value) or _scale(out_text, out_value) or _scale_of(in_text, out_text)
    rx, tx = _lane_powers(in_text, scale), _lane_powers(out_text, scale)
    bias = numbers_in(sight.texts(LANE_BIAS).get(index, ""))
    return [
        Optics(
            entity_name(sight, index),
            lane + 1,
            rx[lane] if lane < len(rx) else None,
            tx[lane] if lane < len(tx) else None,
            amperes((bias[lane] or 0) / _MILLI) if lane < len(bias) else None,
        )
        for lane in range(max(len(rx), len(tx)))
        if (lane < len(rx) and rx[lane] is not None) or (lane < len(tx) and tx[lane] is not None)
    ]


def _scale(text: str, whole: int) -> int:
    """Return what the lanes' numbers are to be divided by, 0 = not known.

    Beside the lanes stands the first lane's power in hundredths of a dBm: `-1.21` beside -121, but
    `133.83` beside 133.
    """
    first = next((value for value in numbers_in(text) if value), None)
    if first is None or whole in SENTINELS:
        return 0
    return next((scale for scale in (1, 100) if abs(first * 100 / scale - whole) <= _NEAR), 0)


def _scale_of(*texts: str) -> int:
    """Guess it: whole numbers are hundredths, and so is what no module sends or hears as dBm."""
    numbers = [value for text in texts for value in numbers_in(text) if value is not None]
    pointed = any("." in text for text in texts)
    return 1 if pointed and all(dbm(value) is not None for value in numbers) else 100


def _lane_powers(text: str, scale: int) -> list[float | None]:
    numbers = numbers_in(text)
    if not any(numbers):  # no number at all, or nothing but zeros: no light is told so
        return []
    return [None if value is None else dbm(value / scale) for value in numbers]


OPTICS: Final = Source(
    (
        OPTICAL_MODE,
        OPTICAL_TEMPERATURE,
        OPTICAL_VOLTAGE,
        OPTICAL_BIAS,
        OPTICAL_RX,
        OPTICAL_TX,
        OPTICAL_RX_LOW,
        OPTICAL_RX_HIGH,
        OPTICAL_TX_LOW,
        OPTICAL_TX_HIGH,
        LANE_BIAS,
        LANE_RX,
        LANE_TX,
        ADMIN_STATUS,
        ENTITY_NAME,
        ENTITY_DESCR,
    ),
    _optics,
    "recorded",
)
