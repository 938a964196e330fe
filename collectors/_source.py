"""Where a check gets a document from: a URL that answers JSON, or a folder of a host by SFTP."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, Protocol

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from collectors._contract import Wires
from collectors._freshness import Backup
from collectors._report import document
from collectors._ssh import Access, access_of
from collectors._web import HttpQuestion
from inventory.model import Endpoint, Inventory, Secret
from metrics.observation import Outcome

_MOST_BYTES: Final = 1_000_000
_LINE: Final = re.compile(r"(-?[0-9]{1,12}) (-|[0-9]{1,19}) (.*)")


class Trouble(Exception):  # noqa: N818 - what a source does is no error of ours
    """Why nothing was heard: an outcome and a reason."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


def _path(value: str) -> str:
    parts = value.split("/")
    if not value.startswith("/") or not parts[-1] or ".." in parts or not value.isprintable():
        raise PydanticCustomError("needs_absolute_path", "not an absolute path")
    return value


FilePattern = Annotated[str, AfterValidator(_path)]
"""An absolute path on a host; its last part may be a pattern: `/backup/oracle/full-*.dmp`."""


class HttpOptions(Protocol):
    """The fields of options that say how a document is asked for."""

    url: str | None
    login: str | None
    auth: Literal["basic", "bearer"]
    ca: str
    address: Endpoint | None
    allow: tuple[str, ...]
    timeout: float


def http_question(options: HttpOptions, inventory: Inventory) -> HttpQuestion | None:
    """Return the question to a URL; None where there is no URL, or no such login."""
    if options.url is None:
        return None
    authorization = Secret("")
    if options.login is not None:
        login = inventory.logins.get(options.login)
        if login is None:
            return None
        password = login.password.reveal()
        pair = base64.b64encode(f"{login.user}:{password}".encode()).decode("ascii")
        text = f"Bearer {password}" if options.auth == "bearer" else f"Basic {pair}"
        authorization = Secret(text)
    return HttpQuestion(
        options.url,
        authorization=authorization,
        most_bytes=_MOST_BYTES,
        ca=options.ca,
        address=options.address,
        allow=options.allow,
        timeout=options.timeout,
    )


def way_to(device: str | None, inventory: Inventory) -> Access | None:
    """Return the way into a host; None where it has none."""
    found = inventory.devices.get(device or "")
    return None if found is None else access_of(found, inventory)


async def report(question: HttpQuestion, wires: Wires) -> Any:
    """Ask for a document and read it; None where it is no JSON. Raises Trouble."""
    reply = await wires.web.http(question)
    if reply.outcome is not Outcome.ANSWERED or reply.reason:
        outcome = Outcome.GARBLED if reply.outcome is Outcome.ANSWERED else reply.outcome
        raise Trouble(outcome, reply.reason)
    if reply.status is None or not 200 <= reply.status < 300:
        raise Trouble(Outcome.REFUSED, "http_status")
    return document(reply.body)


async def files(access: Access, path: str, wires: Wires, *, timeout: float) -> list[Backup]:
    """List what is like a path, whose last part may be a pattern. Raises Trouble."""
    folder, _, pattern = path.rpartition("/")
    said = await wires.ssh.list_files(access, folder or "/", pattern, timeout=timeout)
    if said.outcome is not Outcome.ANSWERED:
        raise Trouble(said.outcome, said.reason)
    return list(_read(said.texts[0] if said.texts else ""))


def _read(text: str) -> Iterator[Backup]:
    for line in text.split("\n"):
        if match := _LINE.fullmatch(line):
            yield Backup(float(match[1]), None if match[2] == "-" else int(match[2]))
