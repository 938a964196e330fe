"""How the command lines of network gear look: prompts, paging, errors, words. Only data.

The shapes follow the makers' command references and public recordings; `{name}` is the host name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Dialect:
    """One command line.

    `banner` comes before the first prompt. `prompt` is that of an account that may look,
    `privileged` that after `enable`. `more` asks for another page, `wipe` is what the box writes
    over that question when it was answered. `unpaged` are the commands that turn paging off, `said`
    what they answer. `unknown` is the answer to what no command is; `codec` how text is written.
    """

    name: str
    banner: str
    prompt: str
    privileged: str
    more: str
    wipe: str
    unpaged: tuple[str, ...]
    said: str
    unknown: str
    codec: str
    save_question: str = ""
    change_question: str = ""
    configuration: str = "show running-config"
    leave: tuple[str, ...] = ("quit", "exit", "logout")
    silent: tuple[str, ...] = ()
    """Commands that are obeyed without a word."""


_HUAWEI_CHANGE: Final = (
    "Warning: The initial password poses security risks.\n"
    "The password needs to be changed. Change now? [Y/N]: "
)
_HUAWEI_SAVE: Final = (
    "Warning: There are security risks in the configuration file. Save it now? [Y/N]: "
)
_STARS: Final = "*" * 78

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        dialect.name: dialect
        for dialect in (
            Dialect(
                name="huawei_vrp",
                banner="\nInfo: The max number of VTY users is 15, and the number\n"
                "      of current VTY users on line is 1.\n"
                "      The current login time is 2026-11-26 08:00:00+08:00.\n",
                prompt="<{name}>",
                privileged="<{name}>",
                more="  ---- More ----",
                wipe="\x1b[42D" + " " * 42 + "\x1b[42D",
                unpaged=("screen-length 0 temporary",),
                said="Info: The configuration takes effect on the current user terminal interface"
                " only.\n",
                unknown="                ^\nError: Unrecognized command found at '^' position.\n",
                codec="gbk",
                save_question=_HUAWEI_SAVE,
                change_question=_HUAWEI_CHANGE,
                configuration="display current-configuration",
            ),
            Dialect(
                name="h3c_comware",
                banner=f"\n{_STARS}\n* Copyright (c) 2004-2021 New H3C Technologies Co., Ltd. "
                f"All rights reserved.*\n* Without the owner's prior written consent,{' ' * 34}*\n"
                f"* no decompiling or reverse-engineering shall be allowed.{' ' * 20}*\n"
                f"{_STARS}\n\n",
                prompt="<{name}>",
                privileged="<{name}>",
                more="---- More ----",
                wipe="\x1b[16D" + " " * 16 + "\x1b[16D",
                unpaged=("screen-length disable",),
                said="",
                unknown="               ^\n % Unrecognized command found at '^' position.\n",
                codec="gbk",
                change_question="The password needs to be changed. Change now? [Y/N]: ",
                configuration="display current-configuration",
            ),
            Dialect(
                name="zte_zxros",
                banner="\nWelcome to ZXR10 5900E Series Switch of ZTE Corporation\n\n",
                prompt="{name}>",
                privileged="{name}#",
                more=" --More--",
                wipe="\b" * 9 + " " * 9 + "\b" * 9,
                unpaged=("terminal length 0",),
                said="",
                unknown="               ^\n% Invalid input detected at '^' marker.\n",
                codec="gbk",
            ),
            Dialect(
                name="ruijie_rgos",
                banner="\n",
                prompt="{name}>",
                privileged="{name}#",
                more=" --More-- ",
                wipe="\b" * 10 + " " * 10 + "\b" * 10,
                unpaged=("terminal length 0",),
                said="",
                unknown="              ^\n% Invalid input detected at '^' marker.\n\n",
                codec="utf-8",
                change_question="Do you want to change the password? [Y/N]: ",
                silent=("terminal width 256", "terminal width 0"),
            ),
            Dialect(
                name="maipu_mypower",
                banner="\nWelcome to Maipu MyPower S4200\n\n",
                prompt="{name}>",
                privileged="{name}#",
                more="---MORE---",
                wipe="\r" + " " * 10 + "\r",
                unpaged=("more off",),
                said="",
                unknown="          ^\n% Invalid input detected at '^' marker.\n",
                codec="utf-8",
            ),
        )
    }
)
