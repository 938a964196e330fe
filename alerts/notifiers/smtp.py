"""Mail by SMTP (RFC 5321), with STARTTLS or TLS, certificates always verified.

4xx answers are temporary, 5xx permanent (RFC 5321 4.2.1). What a server says is not repeated:
errors carry the number only.
"""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Annotated, Final, Literal

import aiohttp
from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from alerts.notifiers._contract import Message, NotifyError
from alerts.notifiers._http import CaFile, tls_context
from inventory.model import Secret
from inventory.strict import Strict

STATEFUL: Final = False
_READY: Final = 220
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
DIALOGUE_SECONDS: Final = 12.0
"""The longest dialogue with a server, from its name to its last answer: below the time of an
attempt, so that an attempt that failed is never a mail that is still under way."""
_THREADS: Final = ThreadPoolExecutor(max_workers=8, thread_name_prefix="smtp")
"""Its own: a name service that hangs holds up mail, not everything else that uses threads."""


def _mailbox(value: str) -> str:
    name, at, domain = value.rpartition("@")
    if not at or not name or not domain or not value.isprintable() or set(value) & set(' <>,;"'):
        raise PydanticCustomError("not_a_mailbox", "not name@domain")
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox)]


class Options(Strict):
    """`security`: `none` sends in the open and allows no password."""

    host: str
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: Secret = Secret("")
    sender: Mailbox
    to: Annotated[tuple[Mailbox, ...], Field(min_length=1)]
    ca_file: CaFile = None

    @model_validator(mode="after")
    def _no_password_in_the_open(self) -> Options:
        if self.security == "none" and self.password:
            raise PydanticCustomError("password_in_the_open", "a password needs TLS")
        if bool(self.user) != bool(self.password):
            raise PydanticCustomError("user_and_password", "they go together")
        return self


@dataclass(slots=True)
class _Call:
    """One dialogue. It runs in a thread, which cannot be cancelled, but it can be hung up.

    A mere time limit for each answer would not do: a server may answer byte by byte for ever.
    """

    server: smtplib.SMTP | None = None
    is_over: bool = False
    taken: str | None = None
    """What `notify` returns, known as soon as the server has the mail."""

    def hang_up(self) -> None:
        """End the dialogue from another thread: whoever waits in it wakes at once."""
        self.is_over = True
        line = None if self.server is None else self.server.sock
        if line is not None:
            with suppress(OSError):  # it is closed already, or changes to TLS at this moment
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # below TLS, which has no such end

    def go_on(self) -> None:
        """Raise TimeoutError where it was hung up while there was no line yet."""
        if self.is_over:
            raise TimeoutError


async def notify(
    options: Options,
    message: Message,
    http: aiohttp.ClientSession,
    *,
    within: float = DIALOGUE_SECONDS,
) -> str:
    """Send one mail to all recipients; name those the server refused. Raises when it took none."""
    del http
    call, mail = _Call(), compose(options, message)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(within):
            await loop.run_in_executor(_THREADS, _send, call, options, mail, within)
    except TimeoutError:
        if call.taken is None:
            raise NotifyError("timeout") from None
    finally:
        call.hang_up()
    return call.taken or ""


def compose(options: Options, message: Message) -> EmailMessage:
    """Write the mail. A header cannot hold a line break: whatever is not printable is a blank."""
    mail = EmailMessage(policy=SMTP)
    subject = "".join(c if c.isprintable() else " " for c in message.subject)
    mail["Subject"] = subject
    mail["From"] = options.sender
    mail["To"] = ", ".join(options.to)
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.at, UTC))
    mail["Message-ID"] = f"<{message.id}@{options.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    text = message.text + (f"\n\n{message.url}" if message.url else "") + "\n"
    mail.set_content(text, cte="base64")  # for servers that know 7 bits and short lines only
    return mail


def _send(call: _Call, options: Options, mail: EmailMessage, within: float) -> None:
    try:
        with closing(_server(options, within)) as server:
            call.server = server
            _connect(server, options)
            call.go_on()
            if options.user:
                server.login(options.user, options.password.reveal())
            refused = server.send_message(mail, options.sender, list(options.to))
            call.taken = ", ".join(f"{who}: smtp_{code}" for who, (code, _) in refused.items())
            with suppress(smtplib.SMTPException, OSError):  # the mail is taken already
                server.quit()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _refusal(min(codes, default=550)) from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise NotifyError("smtp_not_supported", permanent=True) from None
    except ssl.SSLError:
        raise NotifyError("tls_untrusted", permanent=True) from None
    except TimeoutError:
        raise NotifyError("timeout") from None
    except smtplib.SMTPServerDisconnected:
        raise NotifyError("disconnected") from None
    except (OSError, smtplib.SMTPException):
        raise NotifyError("unreachable") from None


def _server(options: Options, within: float) -> smtplib.SMTP:
    """Make a client that is not connected yet."""
    server = (
        smtplib.SMTP_SSL(timeout=within, context=tls_context(options.ca_file))
        if options.security == "tls"
        else smtplib.SMTP(timeout=within)
    )
    # TLS verifies this name; only the constructor that connects at once would set it.
    server._host = options.host  # type: ignore[attr-defined]  # noqa: SLF001
    return server


def _connect(server: smtplib.SMTP, options: Options) -> None:
    code, said = server.connect(options.host, options.port or _PORTS[options.security])
    if code != _READY:
        raise smtplib.SMTPConnectError(code, said)
    if options.security == "starttls":
        server.starttls(context=tls_context(options.ca_file))


def _refusal(code: int) -> NotifyError:
    return NotifyError(f"smtp_{code}", permanent=code >= 500)
