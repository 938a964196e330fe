"""What is said before TLS begins in the middle: SMTP (RFC 3207), IMAP (RFC 9051), POP3 (RFC 2595).

Constants of ours, and the server's lines up to the one that answers; at most 16 kB of them.
"""

from __future__ import annotations

from typing import Final, Literal

from collectors.wires._web_line import Line, Trouble
from metrics.observation import Outcome

_LARGEST: Final = 16_384
_TALK: Final[dict[str, tuple[tuple[bytes, bytes], ...]]] = {
    "smtp": (
        (b"", b"220 "),
        (b"EHLO extranet-monitor\r\n", b"250 "),
        (b"STARTTLS\r\n", b"220 "),
    ),
    "imap": ((b"", b"* OK"), (b"a STARTTLS\r\n", b"a OK")),
    "pop3": ((b"", b"+OK"), (b"STLS\r\n", b"+OK")),
}
"""What is sent, and how the line begins that says yes."""


async def start(line: Line, protocol: Literal["smtp", "imap", "pop3"]) -> None:
    """Come to where TLS begins; `Trouble` where the server has none of it."""
    left = _LARGEST
    for sent, yes in _TALK[protocol]:
        if sent:
            await line.send(sent)
        heard = b""
        while not _answered(heard, yes):
            piece = await line.receive()
            heard += piece
            left -= len(piece)
            if not piece or left < 0 or _refused(heard, yes):
                raise Trouble(Outcome.GARBLED, "no_starttls")


def _answered(heard: bytes, yes: bytes) -> bool:
    return any(line.startswith(yes) for line in _whole_lines(heard))


def _refused(heard: bytes, yes: bytes) -> bool:
    """Whether a whole line answers and does not say yes."""
    if yes[:3].isdigit():  # SMTP: the code with `-` means that more follows
        return any(line[:3] != yes[:3] for line in _whole_lines(heard))
    if yes.startswith(b"a "):  # IMAP: lines of no tag may come before
        return any(line.startswith((b"a NO", b"a BAD")) for line in _whole_lines(heard))
    return any(not line.startswith(yes) for line in _whole_lines(heard))


def _whole_lines(heard: bytes) -> list[bytes]:
    return heard.split(b"\n")[:-1]
