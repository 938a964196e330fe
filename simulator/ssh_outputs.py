"""What simulated network gear answers to a command: texts of `simulator/cli`, and moving values.

The texts are synthetic, in the shapes of the makers' command references; `{name}` and the like are
filled in. A command that is not known here gives None, and the shell says so in its dialect.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from simulator.ssh_dialects import DIALECTS
from simulator.ssh_nodes import Node

_FOLDER: Final = Path(__file__).parent / "cli"
_DAY: Final = 86_400.0
_RULE: Final = "-" * 61
_ZTE_HEAD: Final = (
    "Interface         Type              Wavelength  RxPower(dBm)          TxPower(dBm)"
    "          Status    Intensity(Rx)"
)


def answer(node: Node, command: str, now: float, revision: int) -> str | None:
    """Return what `node` says to `command` (one blank between words) at UTC second `now`.

    `revision`: how often its configuration was changed. None: it has no such command.
    """
    words = command.lower()
    if words == DIALECTS[node.dialect].configuration:
        return configuration(node, revision)
    made = _MADE.get((node.dialect, words))
    if made is not None:
        return made(node, now)
    for stem, made_of in _BY_PORT.get(node.dialect, {}).items():
        name = command[len(stem) :].strip()
        if words.startswith(f"{stem} ") and name in node.ports:
            return made_of(node, name, now)
    file = _FOLDER / node.dialect / f"{words.replace(' ', '_')}.txt"
    if "/" in words or not file.is_file():
        return None
    return _filled(_text(file), node, now)


def configuration(node: Node, revision: int) -> str:
    """Return the configuration as the box shows it, with secrets in it."""
    text = _text(_FOLDER / node.dialect / "configuration.txt")
    if "cut" in node.quirks:
        text = text[: len(text) * 2 // 3]
    return _replaced(text, node, revision=str(revision))


@cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _replaced(text: str, node: Node, **more: str) -> str:
    values = {"name": node.id, "number": str(node.seed % 200 + 10), **more}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _filled(text: str, node: Node, now: float) -> str:
    """Put in the results of a test of 60 packets that loses one now and then."""
    lost = int(_wave(node, 3, now) > 0.9) * (1 + node.seed % 3)
    return _replaced(
        text,
        node,
        lost=str(lost),
        received=str(60 - lost),
        loss=str(lost * 100 // 60),
        delay=str(6 + round(3 * (1 + _wave(node, 4, now)))),
        worst=str(14 + round(5 * (1 + _wave(node, 5, now)))),
        jitter=str(1 + round(1 + _wave(node, 6, now))),
    )


def _wave(node: Node, turn: int, now: float) -> float:
    """Return a value from -1 to 1 that moves through the day, for each node in its own way."""
    return math.sin(2 * math.pi * now / _DAY * (1 + turn % 3) + node.seed * 1.7 + turn)


def _module(node: Node, number: int, now: float) -> tuple[float, float, float, float, float]:
    """Return of a port's module: received and sent dBm, bias mA, degrees Celsius, volts."""
    received = -7.5 - (node.seed + number * 3) % 9 + 0.4 * _wave(node, number, now)
    return (
        received,
        -5.5 + 0.1 * _wave(node, number + 1, now),
        18.0 + number % 5 + 0.3 * _wave(node, number, now),
        38.0 + 4.0 * _wave(node, 1, now),
        3.3,
    )


def _modules(node: Node, now: float) -> Iterator[tuple[str, float, float, float, float, float]]:
    for number, name in enumerate(node.ports):
        yield (name, *_module(node, number, now))


def _huawei_verbose(node: Node, now: float) -> str:
    lines: list[str] = []
    for name, received, sent, bias, celsius, volts in _modules(node, now):
        lines += [
            "", f"{name} transceiver information:", _RULE, "Common information:",
            "  Transceiver Type                      :1000_BASE_LX_SFP",
            "  Connector Type                        :LC",
            "  Wavelength(nm)                        :1310",
            "  Digital Diagnostic Monitoring         :YES",
            "  Vendor Name                           :HG GENUINE",
            _RULE, "Alarm information:", _RULE, "Diagnostic information:",
            f"  Temperature(Celsius)                  :{celsius:.2f}",
            f"  Voltage(V)                            :{volts:.2f}",
            f"  Bias Current(mA)                      :{bias:.2f}",
            "  Bias High Threshold(mA)               :90.00",
            "  Bias Low Threshold(mA)                :2.00",
            f"  Current Rx Power(dBM)                 :{received:.2f}",
            "  Default Rx Power High Threshold(dBM)  :-2.00",
            "  Default Rx Power Low  Threshold(dBM)  :-23.98",
            f"  Current Tx Power(dBM)                 :{sent:.2f}",
            "  Default Tx Power High Threshold(dBM)  :-2.00",
            "  Default Tx Power Low  Threshold(dBM)  :-10.00",
            _RULE,
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _h3c_diagnosis(node: Node, now: float) -> str:
    lines: list[str] = []
    for name, received, sent, bias, celsius, volts in _modules(node, now):
        lines += [
            f"{name} transceiver diagnostic information:",
            "  Current diagnostic parameters:",
            "    Temp.(C) Voltage(V)  Bias(mA)  RX power(dBm)  TX power(dBm)",
            f"    {celsius:<8.0f} {volts:<11.2f} {bias:<9.2f} {received:<14.2f} {sent:.2f}",
            "  Alarm thresholds:",
            "          Temp.(C) Voltage(V)  Bias(mA)  RX power(dBm)  TX power(dBm)",
            "    High  80       3.60        90.00     0.00           0.00",
            "    Low   -15      3.00        0.00      -24.00         -10.00",
        ]
    return "\n".join(lines) + "\n"


def _zte_brief(node: Node, now: float) -> str:
    lines = [_ZTE_HEAD]
    lines += [
        f"{name:<17} {'1G-10km-SFP':<17} {'1310nm':<11} {f'{received:.1f}/[-20.0,-3.0]':<21} "
        f"{f'{sent:.1f}/[-9.0,-3.0]':<21} Normal    Normal"
        for name, received, sent, _, _, _ in _modules(node, now)
    ]
    return "\n".join(lines) + "\n"


def _zte_port(node: Node, name: str, now: float) -> str:
    received, sent, bias, celsius, volts = _module(node, node.ports.index(name), now)
    return (
        f"{name}\nThe optical module is online\n"
        f"  Measured RX Input  Power: {received:.1f} dBm\n"
        f"  Measured TX Output Power: {sent:.1f} dBm\n"
        f"  Measured TX Bias Current: {bias:.1f} mA\n"
        f"  Measured Temperature: {celsius:.1f} C\n"
        f"  Measured Voltage: {volts:.2f} V\n"
    )


def _ruijie_diagnosis(node: Node, now: float) -> str:
    lines: list[str] = []
    for name, received, sent, bias, celsius, volts in _modules(node, now):
        long_name = name.replace("Gi", "GigabitEthernet ")
        light = f"{f'{received:.2f}(OK)[AP]':<19} {sent:.2f}(OK)"
        lines += [
            f"========Interface {long_name}========",
            "Current diagnostic parameters[AP:Average Power]:",
            "Temp(Celsius)   Voltage(V)      Bias(mA)            RX power(dBm)       TX power(dBm)",
            f"{f'{celsius:.0f}(OK)':<15} {f'{volts:.2f}(OK)':<15} {f'{bias:.2f}(OK)':<19} {light}",
            "Diagnostic parameters threshold:",
            "Temp(Celsius)  75  70  0  -5",
            "",
        ]
    return "\n".join(lines) + "\n"


_MADE: Final[dict[tuple[str, str], Callable[[Node, float], str]]] = {
    ("huawei_vrp", "display transceiver verbose"): _huawei_verbose,
    ("h3c_comware", "display transceiver diagnosis interface"): _h3c_diagnosis,
    ("zte_zxros", "show opticalinfo brief"): _zte_brief,
    ("ruijie_rgos", "show interfaces transceiver diagnosis"): _ruijie_diagnosis,
}
_BY_PORT: Final[dict[str, dict[str, Callable[[Node, str, float], str]]]] = {
    "zte_zxros": {"show opticalinfo": _zte_port},
}
