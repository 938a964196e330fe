"""How far the kernel thinks its clock is from its sources (Linux, adjtimex(2)).

Whoever keeps the time (chrony, ntpd, systemd-timesyncd) tells the kernel how well it does; so this
asks one place and needs no rights, no other program and no network.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, Final

_UNSYNCHRONISED: Final = 0x0040
"""STA_UNSYNC: nobody keeps the clock, or nobody has for hours."""
_NANOSECONDS: Final = 0x2000
"""STA_NANO: `offset` is in nanoseconds, else in microseconds."""


class _Timex(ctypes.Structure):
    """The beginning of `struct timex` as in <sys/timex.h>, and room for the rest of it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 64),
    )


def parse(status: int, offset: int, estimated: int) -> int | None:
    """Return how far the clock may be off in microseconds, with the offset's sign.

    None = nobody keeps it. To the offset that is still to be made up comes the estimated error:
    chrony makes up offsets by itself and leaves the kernel's at 0.
    """
    if status & _UNSYNCHRONISED:
        return None
    if status & _NANOSECONDS:
        # Towards zero: half a microsecond is none.
        offset = offset // 1000 if offset >= 0 else -(-offset // 1000)
    return offset - estimated if offset < 0 else offset + estimated


def ask() -> int | None:
    """Return how far the clock may be off in microseconds; None = nobody knows."""
    call = _adjtimex()
    if call is None:
        return None
    told = _Timex()  # modes 0: nothing is set
    if call(ctypes.byref(told)) < 0:
        return None
    return parse(told.status, told.offset, told.esterror)


@cache
def _adjtimex() -> Any:
    return getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)
