"""Optical modules of CE switches and NE routers (VRP 8)."""

from __future__ import annotations

from typing import Final

from collectors.commands._form import Command
from collectors.commands.huawei_vrp._blocks import read
from collectors.vendors._form import Optics

COMMAND: Final[Command[Optics]] = Command(
    "optics",
    "display interface transceiver verbose",
    lambda text: tuple(read(text)),
    "documentation",
)
