"""Authentication (RFC 4252, 4256): one attempt for each secret we have, in a fixed order.

The given key, then keys of an agent (a few: a host counts each as a failure), then the password,
by keyboard-interactive where the host does not take it otherwise. What a host says it does not take
is not tried. Nothing here runs before the host key was found to be the pinned one.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from io import StringIO
from threading import Lock
from typing import Final

from paramiko import Agent, ECDSAKey, Ed25519Key, PKey, RSAKey, Transport
from paramiko.ssh_exception import (
    AuthenticationException,
    BadAuthenticationType,
    SSHException,
)

from collectors.wires._ssh_failure import SshFailure
from inventory.model import Login
from metrics.observation import Outcome

_KINDS: Final = (Ed25519Key, ECDSAKey, RSAKey)
_MOST_ROUNDS: Final = 3
"""Questions of keyboard-interactive that are answered."""
_KEPT_KEYS: Final = 64
_Attempt = tuple[str, Callable[[Transport], Sequence[str]]]


class _AsksElseError(SSHException):
    """A host asks for more than a password."""


class Keys:
    """Private keys as they were read: with a passphrase that takes a tenth of a second each time.

    Kept by a digest of text and passphrase, a few of them.
    """

    def __init__(self) -> None:
        self._keys: OrderedDict[bytes, PKey] = OrderedDict()
        self._lock = Lock()

    def read(self, login: Login) -> PKey:
        """Return the key of a login. Raises SshFailure where it cannot be read."""
        text, passphrase = login.key.reveal(), login.passphrase.reveal()
        name = hashlib.sha256(f"{len(text)} {text}{passphrase}".encode()).digest()
        with self._lock:
            found = self._keys.get(name)
            if found is None:
                found = self._keys[name] = _parse(text, passphrase or None)
            self._keys.move_to_end(name)
            while len(self._keys) > _KEPT_KEYS:
                self._keys.popitem(last=False)
        return found


def _parse(text: str, passphrase: str | None) -> PKey:
    for kind in _KINDS:
        try:
            return kind.from_private_key(StringIO(text), password=passphrase)
        except (SSHException, ValueError, IndexError, UnicodeError):
            continue
    raise SshFailure(Outcome.SKIPPED, "ssh_bad_key")


def log_in(transport: Transport, login: Login, keys: Keys, agent_keys: int) -> None:
    """Authenticate. Raises SshFailure, or what paramiko raises where the line ends."""
    allowed: Sequence[str] | None = None
    refused = False
    with closing(Agent()) if login.agent else closing(StringIO()) as agent:
        offered = agent.get_keys()[:agent_keys] if isinstance(agent, Agent) else ()
        if login.agent and not offered and not login.key and not login.password:
            raise SshFailure(Outcome.SKIPPED, "ssh_agent")
        for method, attempt in _attempts(login, keys, offered):
            if not _worth(method, allowed):
                continue
            try:
                allowed = attempt(transport)
            except BadAuthenticationType as error:
                allowed = error.allowed_types
            except _AsksElseError:
                raise SshFailure(Outcome.REFUSED, "ssh_auth_question") from None
            except AuthenticationException:
                refused = True
                if not transport.is_active():
                    raise
            else:
                if not allowed:
                    return
    raise SshFailure(Outcome.REFUSED, "ssh_auth" if refused else "ssh_auth_method")


def _worth(method: str, allowed: Sequence[str] | None) -> bool:
    """Whether a host may take it; `allowed` None = it has not said what it takes."""
    if method == "keyboard-interactive":
        # Where the password itself was refused, the same answer would be refused again.
        return allowed is not None and method in allowed and "password" not in allowed
    return allowed is None or method in allowed


def _attempts(login: Login, keys: Keys, offered: Sequence[PKey]) -> Iterator[_Attempt]:
    user = login.user
    if login.key:
        key = keys.read(login)
        yield "publickey", partial(_by_key, user=user, key=key)
    for key in offered:
        yield "publickey", partial(_by_key, user=user, key=key)
    if login.password:
        password = login.password.reveal()
        yield "password", partial(_by_password, user=user, password=password)
        yield "keyboard-interactive", partial(_by_questions, user=user, password=password)


def _by_key(transport: Transport, *, user: str, key: PKey) -> Sequence[str]:
    return transport.auth_publickey(user, key)


def _by_password(transport: Transport, *, user: str, password: str) -> Sequence[str]:
    return transport.auth_password(user, password, fallback=False)


def _by_questions(transport: Transport, *, user: str, password: str) -> Sequence[str]:
    rounds = 0

    def answer(
        title: str,  # noqa: ARG001 - paramiko's form
        instructions: str,  # noqa: ARG001
        questions: Sequence[tuple[str, bool]],
    ) -> list[str]:
        nonlocal rounds
        rounds += 1
        # A question whose answer is shown, or one more, is not about the password.
        if rounds > _MOST_ROUNDS or len(questions) > 1 or any(shown for _, shown in questions):
            raise _AsksElseError("asked for something else")
        return [password for _ in questions]

    return transport.auth_interactive(user, answer)
