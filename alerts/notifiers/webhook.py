"""A generic webhook: the message as JSON by POST.

    {"id", "at", "language", "subject", "text", "url", "alerts": [{... , "line"}]}

With a `secret`, `X-Extranet-Signature: sha256=<hex>` is the HMAC-SHA256 of `<timestamp>.<body>`,
the timestamp being that of `X-Extranet-Timestamp` (UTC seconds), so that a receiver can refuse
what is forged or old. `X-Extranet-Message` repeats the id: the same message has the same one.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

import aiohttp
import msgspec
from pydantic import model_validator

from alerts.notifiers._contract import Message
from alerts.notifiers._http import CaFile, WebAddress, one_way_in, post
from inventory.model import Secret
from inventory.strict import Strict

STATEFUL: Final = False


class Options(Strict):
    """`authorization`: the whole value of the header of that name, e.g. `Bearer ...`."""

    url: WebAddress
    secret: Secret = Secret("")
    authorization: Secret = Secret("")
    ca_file: CaFile = None

    @model_validator(mode="after")
    def _one_way_in(self) -> Options:
        one_way_in((self.url,), self.authorization)
        return self


async def notify(options: Options, message: Message, http: aiohttp.ClientSession) -> str:
    """POST the message once."""
    body = encode(message)
    stamp = str(message.at)
    headers = {"X-Extranet-Message": message.id, "X-Extranet-Timestamp": stamp}
    if options.secret:
        headers["X-Extranet-Signature"] = sign(options.secret, stamp, body)
    if options.authorization:
        headers["Authorization"] = options.authorization.reveal()
    await post(http, options.url, body, headers, options.ca_file)
    return ""


def encode(message: Message) -> bytes:
    """Write the body."""
    alerts = [
        {**msgspec.to_builtins(alert), "line": line}
        for alert, line in zip(message.alerts, message.lines, strict=True)
    ]
    return msgspec.json.encode(
        {
            "id": message.id,
            "at": message.at,
            "language": message.language,
            "subject": message.subject,
            "text": message.text,
            "url": message.url,
            "alerts": alerts,
        }
    )


def sign(secret: Secret, stamp: str, body: bytes) -> str:
    """Return the value of the signature's header."""
    key = secret.reveal().encode()
    return "sha256=" + hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
