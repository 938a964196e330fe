"""Mail by SMTP (RFC 5321), with STARTTLS or TLS, certificates always verified.

4xx answers are temporary, 5xx permanent (RFC 5321 4.2.1). What a server says is not repeated:
errors carry the number only.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from contextlib import closing, suppress
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
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_STEP_SECONDS: Final = 10.0
"""The longest wait for one answer of the server."""


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


async def notify(options: Options, message: Message, http: aiohttp.ClientSession) -> str:
    """Send one mail to all recipients; name those the server refused. Raises when it took none."""
    del http
    return await asyncio.to_thread(_send, options, compose(options, message))


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


def _send(options: Options, mail: EmailMessage) -> str:
    try:
        with closing(_connect(options)) as server:
            if options.user:
                server.login(options.user, options.password.reveal())
            refused = server.send_message(mail, options.sender, list(options.to))
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
    return ", ".join(f"{name}: smtp_{code}" for name, (code, _) in refused.items())


def _connect(options: Options) -> smtplib.SMTP:
    port = options.port or _PORTS[options.security]
    if options.security == "tls":
        context = tls_context(options.ca_file)
        return smtplib.SMTP_SSL(options.host, port, timeout=_STEP_SECONDS, context=context)
    server = smtplib.SMTP(options.host, port, timeout=_STEP_SECONDS)
    if options.security == "starttls":
        try:
            server.starttls(context=tls_context(options.ca_file))
        except BaseException:
            server.close()
            raise
    return server


def _refusal(code: int) -> NotifyError:
    return NotifyError(f"smtp_{code}", permanent=code >= 500)
