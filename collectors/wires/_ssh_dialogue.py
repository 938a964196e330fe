"""Conversations with the command line of network gear, by netmiko's drivers.

netmiko knows how each maker's box logs in, what its prompt looks like and how paging is turned off.
Three things are done here instead: drivers get nothing out that is more than looking
(`_ssh_screen.py`); `enable` is not asked, since an account that may look needs no more; and the end
of an answer is the prompt at the very end of what came, after the command's echo, where netmiko
takes the host's name anywhere, which every configuration has in it.

Reasons (of what goes wrong before there is a shell see `_ssh_failure.py`):

    cli_no_platform   no driver for the platform
    cli_no_shell      the device gives no session with a terminal
    cli_silent        it gives one and says nothing
    cli_banner        it says more before its first prompt than any greeting has
    cli_no_prompt     it speaks, and no prompt comes
    cli_prompt        another prompt came than the one before
    cli_paging        it asks for another page for ever
    too_large         its answers are longer than may be read
    cli_closed        it hangs up in the middle
    cli_not_allowed   the command does more than look; it was not sent
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Final

from netmiko.cisco import CiscoIosSSH
from netmiko.exceptions import NetmikoBaseException
from netmiko.hp import HPComwareSSH
from netmiko.huawei import HuaweiSSH
from netmiko.maipu import MaipuSSH
from netmiko.ruijie import RuijieOSSSH
from netmiko.zte import ZteZxrosSSH
from paramiko import Channel, Transport
from paramiko.ssh_exception import SSHException

from collectors._ssh import Said
from collectors._text import decode
from collectors.wires._ssh_failure import SshFailure
from collectors.wires._ssh_screen import LOOKING, Screen
from metrics.observation import Outcome

_GREETING: Final = 65_536
"""Octets before the first prompt: messages of the day are long, but not so long."""
_WIDTH, _HEIGHT = 511, 1000
_POLL: Final = 0.02
_SETTLE: Final = 0.06
"""Seconds in which nothing comes after a prompt that ends an answer."""
_QUIET: Final = 4.0
"""Seconds after which another prompt than ours is taken for one."""
_NUDGE: Final = 1.5
"""Seconds after which a prompt that something was written behind is asked for once more."""
_TAIL: Final = 400
"""Characters at the end in which a prompt is looked for."""
_ASKED: Final = re.compile(r"\by(?:es)?/n(?:o)?\W{0,4}\Z", re.IGNORECASE)
_WAITS: Final = re.compile(r"press [^\n]{0,40}\bto continue[^\n]{0,40}\Z", re.IGNORECASE)
_BEGINS: Final = (
    r"(?:[>\]#]\s*$|\by(?:es)?/n(?:o)?\W{0,4}$|press [^\n]{0,40}\bto continue[^\n]{0,40}$)"
)
_MOST_QUESTIONS: Final = 4
_LONGER: Final = 5.0
"""Seconds that netmiko is more patient than the screen, which knows the reason."""
_ANY_PROMPT: Final = re.compile(r"^[<\[]?[^\s<>\[\]#]{1,64}[>\]#][ \t]*\Z", re.MULTILINE)
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

logging.getLogger("netmiko").setLevel(logging.WARNING)  # it writes at DEBUG whatever it reads

_DRIVERS: Final[Mapping[str, Callable[..., Any]]] = {
    "huawei_vrp": HuaweiSSH,
    "h3c_comware": HPComwareSSH,
    "zte_zxros": ZteZxrosSSH,
    "ruijie_rgos": RuijieOSSSH,
    "maipu_mypower": MaipuSSH,
    "cisco_ios": CiscoIosSSH,
}
PLATFORMS: Final = frozenset(_DRIVERS)

CONFIGURATION: Final[Mapping[str, str]] = {
    platform: "display current-configuration"
    if platform in {"huawei_vrp", "h3c_comware"}
    else "show running-config"
    for platform in _DRIVERS
}
"""The command that shows the running configuration."""


def converse(
    transport: Transport, platform: str, commands: tuple[str, ...], *, until: float, most_bytes: int
) -> Said:
    """Give commands one after the other; one text per command. Never raises for what a device does.

    `transport` is authenticated and belongs to the caller, who cuts its line at `until` (monotonic)
    too: what paramiko waits for ends only by that.
    """
    if not all(LOOKING.fullmatch(command) for command in commands):
        return Said(Outcome.SKIPPED, "cli_not_allowed")
    try:
        with _session(transport, platform, until) as (driver, screen):
            screen.allow(most_bytes, "too_large")
            prompt = _prompt(driver.base_prompt)
            texts = tuple(_ask(driver, screen, command, prompt) for command in commands)
    except SshFailure as failure:
        return Said(failure.outcome, failure.reason)
    return Said(Outcome.ANSWERED, "", texts)


@contextmanager
def _session(transport: Transport, platform: str, until: float) -> Iterator[tuple[Any, Screen]]:
    """Open a terminal and bring it to its first prompt; it is closed whatever happens."""
    kind = _DRIVERS.get(platform)
    if kind is None:
        raise SshFailure(Outcome.SKIPPED, "cli_no_platform")
    channel = _terminal(transport, until)
    screen = Screen(channel, until, _GREETING)
    left = max(until - monotonic(), 0.0) + _LONGER  # its own patience would be ten seconds
    driver = kind(host="-", device_type=platform, auto_connect=False, read_timeout_override=left)
    driver.remote_conn = driver.remote_conn_pre = None
    driver.channel = screen
    driver.enable = driver.cleanup = _without
    try:
        with _named(until):
            _greeted(driver)
            driver._try_session_preparation()  # noqa: SLF001 - what its constructor would call
            yield driver, screen
            screen.write_channel(f"{'quit' if platform in _QUITTERS else 'exit'}{driver.RETURN}")
    finally:
        driver.disconnect()  # of the connection it has nothing; it leaves netmiko's log
        with suppress(OSError, EOFError, SSHException):
            channel.close()


_QUITTERS: Final = frozenset({"huawei_vrp", "h3c_comware"})


def _without(*_: Any, **__: Any) -> str:
    """Do nothing where a driver would ask for more rights, or take its leave of a connection."""
    return ""


def _greeted(driver: Any) -> None:
    """Wait for the first prompt; a question on the way there is answered with no.

    Where a box proposes to save its configuration, netmiko's driver for Huawei lets it.
    """
    for _ in range(_MOST_QUESTIONS):
        said = driver.read_until_pattern(pattern=_BEGINS, re_flags=re.IGNORECASE | re.MULTILINE)
        if _ASKED.search(said):
            driver.write_channel(f"N{driver.RETURN}")
        elif _WAITS.search(said):
            driver.write_channel(driver.RETURN)
        else:
            return


def _terminal(transport: Transport, until: float) -> Channel:
    try:
        left = max(until - monotonic(), 0.1)
        channel = transport.open_session(timeout=left)
        channel.settimeout(left)
        channel.get_pty("vt100", _WIDTH, _HEIGHT)
        channel.invoke_shell()
    except (SSHException, OSError, EOFError):
        late = monotonic() >= until
        outcome = (Outcome.SILENT, "cli_silent") if late else (Outcome.REFUSED, "cli_no_shell")
        raise SshFailure(*outcome) from None
    return channel


@contextmanager
def _named(until: float) -> Iterator[None]:
    """Give a name to what netmiko and paramiko raise."""
    try:
        yield
    except SshFailure:
        raise
    except (NetmikoBaseException, ValueError):  # no pattern in its time; no prompt of its shape
        raise SshFailure(Outcome.GARBLED, "cli_no_prompt") from None
    except (SSHException, OSError, EOFError):
        late = monotonic() >= until
        raise SshFailure(Outcome.GARBLED, "cli_no_prompt" if late else "cli_closed") from None


def _prompt(name: str) -> re.Pattern[str]:
    """Return what a line is that is the prompt as at login, maybe of another view of the box.

    `name`: as netmiko tells it; a prompt that is nothing but its last character has none.
    """
    before = r"^[<\[~*]{0,2}(?:(?:HRP|RBM)_\w)?[<\[~*]?"
    behind = r"[^\n<>\[\]]{0,64}[>\]#]{1,2}[ \t]*$"
    return re.compile(before + re.escape(name.strip("<>[]#")) + behind, re.MULTILINE)


def _at_end(prompt: re.Pattern[str], tail: str) -> bool:
    return any(found.end() == len(tail) for found in prompt.finditer(tail))


def _ask(driver: Any, screen: Screen, command: str, prompt: re.Pattern[str]) -> str:
    """Give one command and return its answer without echo and prompt.

    Where a box writes its log to the terminal, a message may stand behind the prompt: after a while
    of silence ENTER makes it show the prompt once more.
    """
    driver.write_channel(driver.normalize_cmd(command))
    parts: list[str] = []
    tail, echoed, nudged = "", False, False
    while True:
        new = driver.read_channel()
        if new:
            parts.append(new)
            tail += new
            echoed = echoed or command in tail
            tail = tail[-_TAIL:]
            continue
        quiet = monotonic() - screen.spoke_at
        if echoed and _at_end(prompt, tail):
            if quiet >= _SETTLE:
                return _answer("".join(parts), command, prompt, nudged=nudged)
        elif echoed and quiet >= _QUIET and _ANY_PROMPT.search(tail):
            raise SshFailure(Outcome.GARBLED, "cli_prompt")
        elif echoed and quiet >= _NUDGE and not nudged and prompt.search(tail):
            nudged = True
            driver.write_channel(driver.RETURN)
        time.sleep(_POLL)


def _answer(text: str, command: str, prompt: re.Pattern[str], *, nudged: bool) -> str:
    """Take away what was before the echo, the echo, and the prompt; read the encoding.

    `nudged`: the last prompt is there because ENTER was pressed; the one before ended the answer.
    """
    _, _, text = text.partition(command)
    text = text.partition("\n")[2]
    begin = max(len(text) - 10 * _TAIL, 0)
    found = [begin + one.start() for one in prompt.finditer(text[begin:])]
    end = found[-2] if nudged and len(found) > 1 else found[-1]
    return _UNSEEN.sub("", _decoded(text[:end].encode("latin-1", "replace")))


def _decoded(raw: bytes) -> str:
    """Read UTF-8, else GB18030; where a box mixes them, line by line."""
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return "\n".join(decode(line.replace(b"\t", b"    ")) for line in raw.split(b"\n"))
