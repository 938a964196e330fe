"""What came of asking network gear at its command line: one sentence per reason."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "wire.reason.cli_no_platform": (
        "the monitor has no driver for the command line of this platform",
        "监测程序没有该平台命令行的驱动",
    ),
    "wire.reason.cli_no_shell": (
        "the device gives no session with a terminal: all its VTYs may be in use",
        "设备未提供终端会话：VTY 可能已用尽",
    ),
    "wire.reason.cli_silent": (
        "the device gave a terminal and said nothing",
        "设备已打开终端，但没有任何输出",
    ),
    "wire.reason.cli_banner": (
        "the device says more before its first prompt than any greeting has",
        "设备在首个提示符之前的输出超出登录提示的合理长度",
    ),
    "wire.reason.cli_no_prompt": (
        "the device speaks, and no prompt comes within the time",
        "设备有输出，但在时限内未出现提示符",
    ),
    "wire.reason.cli_prompt": (
        "another prompt came than at login; the answer is not believed",
        "提示符与登录时不同；该应答不予采信",
    ),
    "wire.reason.cli_paging": (
        "the device asked for another page for ever, although paging was turned off",
        "已关闭分页，但设备仍不断要求翻页",
    ),
    "wire.reason.cli_closed": (
        "the device hung up in the middle of its answer",
        "设备在应答中途断开会话",
    ),
    "wire.reason.cli_not_allowed": (
        "the command does more than look; it was not sent",
        "该命令不是只读命令，未发送",
    ),
    "wire.reason.cli_refused": (
        "the device has no such command, or not for this account",
        "设备不支持该命令，或该账号无权执行",
    ),
    "wire.reason.cli_unread": (
        "the answer is not what this command is known to say; a capture of it would help",
        "应答与该命令的已知格式不符；请提供实际输出以便适配",
    ),
}
