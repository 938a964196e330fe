"""Why a line could not be had or went: one exception, and what paramiko's mean."""

from __future__ import annotations

import errno
from typing import Final

from paramiko.ssh_exception import AuthenticationException, ChannelException, IncompatiblePeer

from collectors.wires._ssh_line import Line
from metrics.observation import Outcome

_NO_WAY: Final = frozenset({errno.EHOSTUNREACH, errno.EHOSTDOWN})
_NO_DESCRIPTOR: Final = frozenset({errno.EMFILE, errno.ENFILE})
_NOT_PERMITTED: Final = 1
"""SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254 5.1)."""
_PHASES: Final = {
    "banner": "ssh_kex_timeout",
    "auth": "ssh_auth_timeout",
    "run": "ssh_run_timeout",
}
_ENDS: Final = ("Negotiation failed", "not active", "No existing session", "closed")
_What = tuple[Outcome, str]


class SshFailure(Exception):  # noqa: N818 - what a device does is no error of ours
    """What became of it: an outcome, a reason (a code), and the device it happened at."""

    def __init__(self, outcome: Outcome, reason: str, device: str = "") -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.device = device


def connect_failure(error: OSError, device: str) -> SshFailure:
    """Tell why TCP could not be had."""
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return SshFailure(Outcome.SILENT, "ssh_connect_timeout", device)
    if isinstance(error, ConnectionRefusedError):
        return SshFailure(Outcome.REFUSED, "port_closed", device)
    if error.errno in _NO_WAY:
        return SshFailure(Outcome.SILENT, "ssh_unreachable", device)
    if error.errno in _NO_DESCRIPTOR:
        return SshFailure(Outcome.SKIPPED, "no_descriptor", device)
    return SshFailure(Outcome.SKIPPED, "no_route", device)


def through_failure(error: Exception, device: str, jump: str) -> SshFailure:
    """Tell why a jump host that lives gave no channel to what is behind it.

    That it may not says nothing of the host behind; that it cannot, or tries in vain, does.
    """
    if isinstance(error, ChannelException) and error.code == _NOT_PERMITTED:
        return SshFailure(Outcome.SKIPPED, "ssh_jump_prohibited", jump)
    return SshFailure(Outcome.SILENT, "ssh_jump_unreachable", device)


def failure(error: BaseException, line: Line, device: str, *, greeted: bool) -> SshFailure:
    """Tell what an exception on an open line means. `greeted`: the SSH version was read."""
    if isinstance(error, SshFailure):
        error.device = error.device or device
        return error
    outcome, reason = _cut(line, greeted) or _said(error, greeted)
    if reason == "ssh_closed" and line.phase == "auth":
        # Some boxes refuse a password by hanging up, with a reset where octets were left unread.
        # Tried at each poll, it would lock the account.
        reason = "ssh_auth"
    return SshFailure(outcome, reason, device)


def _cut(line: Line, greeted: bool) -> _What | None:  # noqa: FBT001 - a fact, not a switch
    """Tell why we cut the line ourselves."""
    if line.why == "too_large":
        if line.phase == "run":
            return Outcome.GARBLED, "too_large"
        return Outcome.GARBLED, "ssh_protocol" if greeted else "ssh_banner"
    if line.why != "deadline":
        return None
    if greeted:
        return Outcome.SILENT, _PHASES[line.phase]
    if line.heard:
        return Outcome.GARBLED, "ssh_banner"
    return Outcome.SILENT, "ssh_no_banner"


def _said(error: BaseException, greeted: bool) -> _What:  # noqa: FBT001 - a fact, not a switch
    """Tell what the peer did. Much of it paramiko tells in words only."""
    words = f"{error}"
    if isinstance(error, AuthenticationException):
        return Outcome.REFUSED, "ssh_auth"
    if isinstance(error, IncompatiblePeer):
        old = "version" in words
        return Outcome.REFUSED, "ssh_version" if old else "ssh_no_common_algorithm"
    if isinstance(error, ChannelException):
        return Outcome.REFUSED, "ssh_no_session"
    if not greeted:
        garbage = "Indecipherable" in words or "codec" in words
        return (Outcome.GARBLED, "ssh_banner") if garbage else (Outcome.REFUSED, "ssh_closed")
    if "Signature verification" in words:
        return Outcome.REFUSED, "host_key_changed"
    if isinstance(error, EOFError | OSError) or any(end in words for end in _ENDS):
        return Outcome.REFUSED, "ssh_closed"
    return Outcome.GARBLED, "ssh_protocol"
