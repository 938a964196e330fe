"""Prometheus Alertmanager: POST /api/v2/alerts to every member of the cluster.

Labels are identity only (they are what Alertmanager deduplicates by): never a value, never a time.
Alertmanager forgets what is not repeated: `endsAt` of a firing alert is four repetitions ahead, as
Prometheus does it (rules/manager.go), and every member is told, not one (its documentation: do not
load-balance). Each member keeps what the others missed, so one that takes it is enough.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import aiohttp
import msgspec
from pydantic import Field, model_validator

from alerts.model import Alert, Phase
from alerts.notifiers._contract import Message, NotifyError
from alerts.notifiers._http import CaFile, WebAddress, one_way_in, place, post
from inventory.model import Secret
from inventory.strict import Strict

STATEFUL: Final = True
REPEAT_SECONDS: Final = 60
MEMBER_SECONDS: Final = 5.0
"""The longest wait for one member: far below the time of an attempt, and short enough that many
requests beside a member that hangs are repeated before `endsAt`."""
_AHEAD: Final = 4 * REPEAT_SECONDS
_UNFIT = re.compile(r"[^a-zA-Z0-9_]")


class Options(Strict):
    """`members`: base address of each member, e.g. `http://am1:9093`."""

    members: Annotated[tuple[WebAddress, ...], Field(min_length=1)]
    authorization: Secret = Secret("")
    ca_file: CaFile = None

    @model_validator(mode="after")
    def _one_way_in(self) -> Options:
        one_way_in(self.members, self.authorization)
        return self


async def notify(
    options: Options,
    message: Message,
    http: aiohttp.ClientSession,
    *,
    within: float = MEMBER_SECONDS,
) -> str:
    """Tell every member at once; name those that did not take it. Raises when none did.

    Each has `within` seconds of its own, so that one that hangs takes nothing from the others.
    """
    body = encode(message)
    headers = {"Authorization": options.authorization.reveal()} if options.authorization else {}
    answers = await asyncio.gather(
        *(_tell(one, body, headers, options.ca_file, http, within) for one in options.members)
    )
    failed = [
        (place(member), error)
        for member, error in zip(options.members, answers, strict=True)
        if error is not None
    ]
    names = ", ".join(f"{name}: {error.code}" for name, error in failed)
    if len(failed) == len(options.members):
        raise NotifyError(names, permanent=all(error.permanent for _, error in failed))
    return names


async def _tell(
    member: Secret,
    body: bytes,
    headers: Mapping[str, str],
    ca_file: Path | None,
    http: aiohttp.ClientSession,
    within: float,
) -> NotifyError | None:
    """Tell one member; return why it did not take it."""
    url = Secret(member.reveal().rstrip("/") + "/api/v2/alerts")
    try:
        async with asyncio.timeout(within):
            await post(http, url, body, headers, ca_file)
    except NotifyError as error:
        return error
    except TimeoutError:
        return NotifyError("timeout")
    return None


def encode(message: Message) -> bytes:
    """Write the body."""
    pairs = zip(message.alerts, message.lines, strict=True)
    return msgspec.json.encode([_alert(alert, line, message) for alert, line in pairs])


def _alert(alert: Alert, line: str, message: Message) -> Mapping[str, object]:
    is_over = alert.phase is Phase.RESOLVED and alert.resolved_at is not None
    ends = alert.resolved_at if is_over else message.at + _AHEAD
    labels = {_UNFIT.sub("_", name): value for name, value in alert.labels.items() if value}
    affected = ", ".join(f"{level} {count}" for level, count in alert.affected.items())
    annotations = {
        "summary": line, "reason": alert.reason, "affected": affected, "outage": alert.outage,
        "id": alert.id, "services": str(sum(alert.services.values()) or ""),
    }  # fmt: skip
    return {
        "labels": {
            **labels,
            "alertname": alert.rule,
            "target": alert.target,
            "severity": alert.severity,
        },
        "annotations": {name: text for name, text in annotations.items() if text},
        "startsAt": _rfc3339(alert.since),
        "endsAt": _rfc3339(max(ends or 0, alert.since)),
        "generatorURL": message.url,
    }


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
