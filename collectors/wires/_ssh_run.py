"""The job `run`: a constant POSIX shell script on a Linux host, over its kept line.

The host's login shell, whichever it is, is told one word: `sh`. The script goes to its input, so no
shell quotes or splits it (csh and BusyBox take it alike), and is one compound command: it runs when
all of it has come, and what it starts reads nothing of it.
"""

from __future__ import annotations

from contextlib import closing
from typing import Final

from paramiko.channel import Channel

from collectors._ssh import Said
from collectors.wires._ssh_connections import Connections, LoggedInCall, Open
from collectors.wires._ssh_failure import SshFailure
from collectors.wires._ssh_form import AGAIN, Job
from metrics.observation import Outcome

_COMMAND: Final = "sh"
_BEFORE: Final = "{\n"
_BEHIND: Final = "\n} </dev/null 2>/dev/null\nexit 0\n"
_OPEN_SECONDS: Final = 8.0
"""For a channel on a line that was silent for a minute; a dead one says nothing."""
_READ_SECONDS: Final = 1.0
_AT_ONCE: Final = 65_536
_WINDOW: Final = 1 << 18


def run(job: Job, connections: Connections, logged_in: LoggedInCall) -> Said:
    """Run a job's script. Raises SshFailure."""
    stale = asked = False
    try:
        with connections.kept(job, logged_in) as opened:
            stale = not opened.fresh
            with closing(_channel(opened)) as channel:
                channel.exec_command(_COMMAND)
                asked = True
                channel.sendall(f"{_BEFORE}{job.script}{_BEHIND}".encode())
                channel.shutdown_write()
                heard = _read(channel, job.most_bytes)
    except SshFailure as failure:
        if stale and not asked:  # the line was dead before anything was asked over it
            raise SshFailure(Outcome.SKIPPED, AGAIN, failure.device) from failure
        raise
    return Said(Outcome.ANSWERED, "", (text(heard),))


def _channel(opened: Open) -> Channel:
    seconds = None if opened.fresh else _OPEN_SECONDS
    return opened.transport.open_session(window_size=_WINDOW, timeout=seconds)


def _read(channel: Channel, most: int) -> bytes:
    """Read until the end; what goes to the error output is read too, so that nothing waits for it.

    Raises SshFailure for more than `most` octets.
    """
    channel.settimeout(_READ_SECONDS)
    parts: list[bytes] = []
    left = most
    part: bytes | None
    while True:
        try:
            part = channel.recv(_AT_ONCE)
        except TimeoutError:
            part = None
        while channel.recv_stderr_ready() and left >= 0:
            left -= len(channel.recv_stderr(_AT_ONCE))
        if part is None:
            continue
        if not part:
            if channel.eof_received or channel.exit_status >= 0:
                return b"".join(parts)
            raise EOFError  # it broke off
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise SshFailure(Outcome.GARBLED, "too_large")


def text(raw: bytes) -> str:
    """Read UTF-8, line by line, or GB18030; what is neither is marked; no control characters."""
    return "\n".join(_line(line) for line in raw.split(b"\n"))


def _line(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            line = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        line = raw.decode("utf-8", errors="replace")
    if line.isprintable():
        return line
    return "".join(letter for letter in line if letter.isprintable() or letter == "\t")
