"""What is declared against what is observed."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # What is wrong with the register and with the section `survey`.
    "problem.bad_mac": (
        (
            "must be a MAC address: 00:e0:fc:12:34:56, 00-e0-fc-12-34-56, 00e0-fc12-3456,"
            " 00e0.fc12.3456 or 00e0fc123456; put it in quotes if it looks like a number"
        ),
        (
            "应为 MAC 地址：00:e0:fc:12:34:56、00-e0-fc-12-34-56、00e0-fc12-3456、"
            "00e0.fc12.3456 或 00e0fc123456；若看起来像数字，请加引号"
        ),
    ),
    "problem.mac_of_no_device": (
        "is the address of a group or of nobody, not of one device",
        "是组播地址或空地址，不是某一台设备的地址",
    ),
    "problem.mac_twice": ("has the same MAC address as {other}", "与 {other} 的 MAC 地址相同"),
    "problem.registered_nowhere": (
        (
            "no entry names a unit or a device, so there is no site at which what is seen would"
            " be compared with the register"
        ),
        "备案条目均未注明责任单位或设备，因此没有任何站点会按备案比对所见到的接入设备",
    ),
    "problem.bad_survey": (
        "must be never, or a duration of at least {least}: 24h, 12h",
        "应为 never，或不短于 {least} 的时长：24h、12h",
    ),
}
