"""Optical modules of S series switches and AR routers (VRP 5)."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command
from collectors.commands.huawei_vrp._blocks import read
from collectors.vendors._form import Optics

COMMAND: Final[Command[Optics]] = Command(
    "optics", "display transceiver verbose", lambda text: tuple(read(text)), "synthetic"
)
