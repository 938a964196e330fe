"""The terminal of network gear as netmiko reads it: bounded, read-only, and turning pages itself.

netmiko asks a channel for text and gives it text. This one lets out only what looks at a device:
the drivers also know how to change and save, one of them by itself at login. What comes in is
counted, and text is read octet for octet (latin-1), because what encoding a box writes is only
known of the whole.
"""

from __future__ import annotations

import re
from time import monotonic
from typing import Final, Protocol

from collectors.wires._ssh_failure import SshFailure
from metrics.observation import Outcome

_CHUNK: Final = 65_536
_MOST_PAGES: Final = 4_000
_STILL_TURNING: Final = 2.0
_MORE: Final = re.compile(
    r"[ \t]*-{2,4} ?more ?(?:\([^)\n]{0,20}\) ?)?-{2,4}[ \t]*\Z", re.IGNORECASE
)
_MAYBE_MORE: Final = re.compile(
    r"(?=.)[ \t]{0,8}-{0,4} ?m?o?r?e? ?(?:\([^)\n]{0,20}\)?)? ?-{0,4}[ \t]?\Z", re.IGNORECASE
)
_WIPE: Final = re.compile(
    r"-{0,2} ?(?:\x1b\[\d{1,3}D {1,200}\x1b\[\d{1,3}D|\x08+ +\x08+|\r {1,200}\r)"
)
"""The last of the question may come after it was answered."""
_MAYBE_WIPE: Final = re.compile(r"[-\x1b\[\dD \x08\r]{0,420}\Z")

LOOKING: Final = re.compile(r"(?:display|show) [\w ./:-]{1,120}")
"""A command that only looks. No pipe and no `>`: VRP writes files by it."""
PREPARING: Final = frozenset(
    {
        "screen-length 0 temporary",
        "screen-length disable",
        "terminal length 0",
        "terminal width 256",
        "terminal width 511",
        "more off",
    }
)
"""Commands about this session's own terminal."""
_KEYS: Final = frozenset({"", "n", "quit", "exit"})
"""Enter, the answer to a question that would change something, and good-bye."""


def allowed(line: str) -> bool:
    """Tell whether a line (without its end) may be sent to a device."""
    lower = line.strip(" ").lower()
    return lower in _KEYS or lower in PREPARING or LOOKING.fullmatch(line) is not None


class Terminal(Protocol):
    """As much of paramiko's channel as is needed."""

    def recv_ready(self) -> bool:
        """Tell whether octets are waiting."""

    def recv(self, nbytes: int) -> bytes:
        """Return some; empty at the end."""

    def sendall(self, s: bytes) -> None:
        """Send; raises OSError."""

    @property
    def closed(self) -> bool:
        """Whether the other side has gone."""

    @property
    def eof_received(self) -> int:
        """Whether nothing more comes."""


class Screen:
    """netmiko's channel (`netmiko.channel.Channel`).

    `most` and `reason`: octets that may still come, and what it is called when more do.
    """

    def __init__(self, terminal: Terminal, until: float, most: int) -> None:
        self._terminal = terminal
        self._until = until
        self._most = most
        self._reason = "cli_banner"
        self._pages = 0
        self._turned_at = -_STILL_TURNING
        self._held = ""
        self._wiping = False
        self.heard = 0
        self.spoke_at = monotonic()
        """When something came last."""

    def allow(self, most: int, reason: str) -> None:
        """Let so many octets more come; what is beyond is GARBLED with this reason."""
        self._most, self._reason = self.heard + most, reason

    def read_buffer(self) -> str:
        """Return what has come since, maybe nothing. Raises SshFailure."""
        terminal = self._terminal
        if monotonic() > self._until:
            raise self._late()
        if not terminal.recv_ready():
            if terminal.closed or terminal.eof_received:
                raise SshFailure(Outcome.GARBLED, "cli_closed")
            return ""
        data = terminal.recv(_CHUNK)
        self.heard += len(data)
        self.spoke_at = monotonic()
        if self.heard > self._most:
            raise SshFailure(Outcome.GARBLED, self._reason)
        return self._turn(data.decode("latin-1"))

    read_channel = read_buffer
    """One chunk at a time: netmiko reads on while anything comes, which may be for ever."""

    def _late(self) -> SshFailure:
        if not self.heard:
            return SshFailure(Outcome.SILENT, "cli_silent")
        turning = monotonic() - self._turned_at < _STILL_TURNING
        return SshFailure(Outcome.GARBLED, "cli_paging" if turning else "cli_no_prompt")

    def write_channel(self, out_data: str) -> None:
        """Send one line. Raises SshFailure for what does more than look."""
        if not allowed(out_data.rstrip("\r\n")):
            raise SshFailure(Outcome.SKIPPED, "cli_not_allowed")
        self._terminal.sendall(out_data.encode("latin-1", "replace"))

    def _turn(self, text: str) -> str:
        """Turn the page where one is asked for, and take away what pagers leave on the screen."""
        text = self._held + text
        self._held = ""
        if self._wiping:
            found = _WIPE.match(text)
            whole = found is not None and found.end() == len(text)  # more of it may come
            if whole or (found is None and _MAYBE_WIPE.match(text)):
                self._held = text
                return ""
            self._wiping = False
            text = text[found.end() :] if found else text
        begin = max(text.rfind("\n"), text.rfind("\r")) + 1
        last = text[begin:]
        if _MORE.match(last):
            self._pages += 1
            self._turned_at = monotonic()
            if self._pages > _MOST_PAGES:
                raise SshFailure(Outcome.GARBLED, "cli_paging")
            self._terminal.sendall(b" ")
            self._wiping = True
            return text[:begin]
        if _MAYBE_MORE.match(last):
            self._held = last
            return text[:begin]
        return text
