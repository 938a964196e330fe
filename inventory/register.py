"""The register of access devices (接入设备备案): whose MAC addresses may be seen, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BeforeValidator, PlainValidator
from pydantic_core import PydanticCustomError

from inventory.edge import Id, Text, whole_number_as_text
from inventory.model import AccessDevice
from inventory.problem import Problems
from inventory.strict import Strict

if TYPE_CHECKING:
    from inventory.resolve import Forms

_MAC: Final = re.compile(
    r"[0-9a-f]{12}|[0-9a-f]{4}([-.:])[0-9a-f]{4}\1[0-9a-f]{4}"
    r"|[0-9a-f]{2}([-:])(?:[0-9a-f]{2}\2){4}[0-9a-f]{2}"
)
_GROUP_BIT: Final = 0x01


def mac(value: object) -> str:
    """Read a MAC address in the usual notations as `00:e0:fc:12:34:56`.

    `00:e0:fc:12:34:56`, `00-e0-fc-12-34-56`, `00e0-fc12-3456`, `00e0.fc12.3456`, `00e0fc123456`.
    """
    text = value.lower() if isinstance(value, str) else ""
    if not _MAC.fullmatch(text):
        raise PydanticCustomError("bad_mac", "bad mac")
    octets = bytes.fromhex(re.sub(r"[-.:]", "", text))
    if octets[0] & _GROUP_BIT or not any(octets):  # IEEE 802: a group's, or nobody's
        raise PydanticCustomError("mac_of_no_device", "not the address of a device")
    return octets.hex(":")


Mac = Annotated[str, PlainValidator(mac), BeforeValidator(whole_number_as_text)]


class AccessDeviceForm(Strict):
    """A registered access device; `device` and `interface`: the port it may be seen on."""

    mac: Mac
    title: Text
    unit: Id | None = None
    device: Id | None = None
    interface: Text | None = None


def access_devices(forms: Forms, problems: Problems) -> dict[str, AccessDevice]:
    """Resolve the register; no MAC address is registered twice, a port is that of a device."""
    found = {}
    used: dict[str, str] = {}
    written: Mapping[str, AccessDeviceForm] = forms.by_section["access_devices"]
    for name, form in written.items():
        at = ("access_devices", name)
        forms.look_up("units", form.unit, (*at, "unit"), problems)
        forms.look_up("devices", form.device, (*at, "device"), problems)
        if used.setdefault(form.mac, name) != name:
            problems.add((*at, "mac"), "mac_twice", other=f"access_devices.{used[form.mac]}")
        if form.interface is not None and form.device is None:
            problems.add((*at, "interface"), "missing_key", key="device")
        found[name] = AccessDevice(
            name, form.mac, form.title, form.unit, form.device, form.interface
        )
    if found and all(one.unit is None and one.device is None for one in found.values()):
        problems.add(("access_devices",), "registered_nowhere", severity="warning")
    return found
