"""Lanes of optical modules, of the texts that stand in a row or a block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from collectors.commands._form import power, scaled
from collectors.vendors._form import Optics
from collectors.vendors._units import amperes, celsius, volts


def lanes(
    interface: str,
    rx: Sequence[str],
    tx: Sequence[str],
    bias: Sequence[str] = (),
    temperature: str = "",
    voltage: str = "",
) -> Iterator[Optics]:
    """Yield one reading per lane, numbered from 1 where there are several. Bias in mA."""
    several = max(len(rx), len(tx), len(bias)) > 1
    warmth, supply = scaled(temperature, 1, celsius), scaled(voltage, 1, volts)
    for place, (received, sent, current) in enumerate(zip_longest(rx, tx, bias, fillvalue="")):
        yield Optics(
            interface,
            place + 1 if several else None,
            power(received),
            power(sent),
            scaled(current, 0.001, amperes),
            warmth,
            supply,
        )
