"""A notification has an event code and a subject."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.traps.form import Notification
from collectors.traps.meaning import OTHER, STANDARD, Codes, subject
from collectors.vendors._form import Vendor
from inventory.model import Device
from runtime.plugins import vendors
from tests.traps.boxes import PLAIN, inventory
from texts.traps import TEXTS

IF_INDEX = "1.3.6.1.2.1.2.2.1.1.7"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1.7"
IF_DESCR = "1.3.6.1.2.1.2.2.1.2.7"
OPER_STATUS = "1.3.6.1.2.1.2.2.1.8.7"
PORT = "interface:r1/GigabitEthernet0%2F0%2F1"


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return inventory(tmp_path, ("r1", "192.0.2.1", PLAIN)).devices["r1"]


def said(*values: tuple[str, int | str]) -> Notification:
    return Notification("r1", "192.0.2.1", 0, "2c", "1.3.6.1.6.3.1.1.5.3", 1, values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (((IF_INDEX, 7),), PORT),
        (((OPER_STATUS, 2),), PORT),
        (((IF_NAME, "GigabitEthernet0/0/1"),), PORT),
        (((IF_DESCR, "GigabitEthernet0/0/1"),), PORT),
        (((IF_INDEX, 9), (IF_NAME, "GigabitEthernet0/0/1")), PORT),
        (((IF_INDEX, 9),), "device:r1"),
        (((IF_INDEX, "7"),), PORT),
        (((IF_NAME, "GigabitEthernet0/0/9"),), "device:r1"),
        ((), "device:r1"),
    ],
)
def test_a_port_is_known_by_its_name_or_by_its_index_as_learnt(
    device: Device, values: tuple[tuple[str, int | str], ...], expected: str
) -> None:
    assert subject(said(*values), device, {"GigabitEthernet0/0/1": 7}) == expected


@pytest.mark.parametrize("last", ["", "x", "7.8"])
def test_an_odd_index_is_of_no_port(device: Device, last: str) -> None:
    odd = said((f"1.3.6.1.2.1.2.2.1.8.{last}", 2))
    assert subject(odd, device, {"GigabitEthernet0/0/2": 70}) == "device:r1"


def test_a_vendors_own_code_is_of_its_platform_only() -> None:
    codes = Codes([Vendor("mine", "Mine", traps={"1.3.6.1.4.1.9.9.1": "fan.failed"})])
    assert codes.code("1.3.6.1.4.1.9.9.1", "mine") == "fan.failed"
    assert codes.code("1.3.6.1.4.1.9.9.1", "another") == OTHER


def test_a_v1_trap_is_known_with_and_without_its_zero() -> None:
    codes = Codes([Vendor("mine", "Mine", traps={"1.3.6.1.4.1.9.9.1": "fan.failed"})])
    assert codes.code("1.3.6.1.4.1.9.9.0.1", "mine") == "fan.failed"


def test_the_standard_ones_are_known_of_every_platform() -> None:
    codes = Codes([])
    assert codes.code("1.3.6.1.6.3.1.1.5.3", "mine") == "link.down"
    assert codes.code("1.3.6.1.6.3.1.1.5.1", "mine") == "cold_start"


def test_every_code_has_its_words() -> None:
    every = {code for vendor in vendors() for code in vendor.traps.values()}
    assert {f"trap.{code}" for code in {*every, *STANDARD.values(), OTHER, "asked"}} <= set(TEXTS)
