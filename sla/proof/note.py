"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint and tlog-cosignature).

    hubei.example/extranet
    48213
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    sm3 +G2svC4H4DKZcTp/2jrwuyU0z7YWEXx8nJZADKKz5NI=
    time 1772294400

    — hubei.example/extranet Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5...

The text is what stands before the empty line, with its last line end; each line behind it is one
signature of it: name, and in base64 four bytes of the key's hash and the signature. A checkpoint is
a note with origin (the log's name), size and SHA-256 root; two lines of ours follow, the SM3 root
and when it was made (UTC seconds). Whoever countersigns adds a line and changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sla.proof.merkle import SIZE

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
"""Kinds of keys: of a signature over the text, and of one over the text and a time."""
LARGEST: Final = 64 << 10
"""Bytes of a note that is read."""
MOST_SIGNATURES: Final = 64
_MOST_DIGITS: Final = 18
_HASH: Final = 4
_TIME: Final = 8
_MARK: Final = "— "
_BEGIN: Final = b"-----BEGIN CHECKPOINT-----\n"
_END: Final = b"-----END CHECKPOINT-----\n"
_PUBLIC: Final = 32

NoteCode = Literal["too_large", "not_a_note", "bad_name", "bad_key", "not_a_checkpoint"]


class NoteError(ValueError):
    """What was read is no note, no checkpoint or no key. `code` says which."""

    def __init__(self, code: NoteCode) -> None:
        super().__init__(code)
        self.code: NoteCode = code


@dataclass(frozen=True, slots=True)
class Signature:
    """A line below a note: who, four bytes of the key's hash, and what that key's kind makes."""

    name: str
    key: bytes
    blob: bytes

    @property
    def line(self) -> str:
        """The line as it stands, without its end."""
        return f"{_MARK}{self.name} {_text64(self.key + self.blob)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a line end, and its signatures as they came."""

    text: str
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name: what somebody needs in order to check."""

    name: str
    kind: int
    public: bytes

    @property
    def key(self) -> bytes:
        """The first four bytes of SHA-256 over name, line end, kind and key."""
        whole = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(whole).digest()[:_HASH]

    @property
    def text(self) -> str:
        """The key as one word, for files and command lines."""
        return f"{self.name}+{self.key.hex()}+{_text64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log says of itself. Roots are bytes; `sm3` and `at` None = not said."""

    origin: str
    size: int
    sha256: bytes
    sm3: bytes | None = None
    at: int | None = None

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = [self.origin, str(self.size), _text64(self.sha256)]
        if self.sm3 is not None:
            lines.append(f"sm3 {_text64(self.sm3)}")
        if self.at is not None:
            lines.append(f"time {self.at}")
        return "".join(f"{line}\n" for line in lines)


def encode(note: Note) -> bytes:
    """Return the bytes of a note."""
    below = "".join(one.line + "\n" for one in note.signatures)
    return f"{note.text}\n{below}".encode()


def parse(data: bytes) -> Note:
    """Read a note. Raises NoteError; signatures of unknown keys and kinds are kept."""
    if len(data) > LARGEST:
        raise NoteError("too_large")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise NoteError("not_a_note") from error
    # Everything that is no signature belongs to the text, also an empty line.
    text, middle, below = whole.rpartition("\n\n")
    if not text or not middle or not below.endswith("\n"):
        raise NoteError("not_a_note")
    if any(ord(char) < ord(" ") and char != "\n" for char in whole):
        raise NoteError("not_a_note")
    lines = below[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError("too_large")
    return Note(text + "\n", tuple(map(_signature, lines)))


def wrapped(note: Note) -> str:
    """Return a note between two lines that tell where it begins and ends in a message."""
    return (_BEGIN + encode(note) + _END).decode()


def unwrapped(data: bytes) -> bytes:
    """Return the note in a message; what has no such lines is the note itself.

    Line ends of a mail become those of a note.
    """
    data = data.replace(b"\r\n", b"\n")
    _, begun, rest = data.partition(_BEGIN)
    found, ended, _ = rest.partition(_END)
    return found if begun and ended else data


def _signature(line: str) -> Signature:
    name, blank, encoded = line.removeprefix(_MARK).partition(" ")
    blob = _bytes64(encoded)
    if not (line.startswith(_MARK) and blank and is_name(name)) or len(blob) <= _HASH:
        raise NoteError("not_a_note")
    return Signature(name, blob[:_HASH], blob[_HASH:])


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint. Raises NoteError; lines of others are passed over."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteError("not_a_checkpoint")
    origin, size, root, *more = lines[:-1]
    said = dict(line.split(" ", 1) for line in more if " " in line)
    try:
        sm3 = _bytes64(said["sm3"]) if "sm3" in said else None
        found = _bytes64(root)
    except NoteError as error:
        raise NoteError("not_a_checkpoint") from error
    if len(found) != SIZE or (sm3 is not None and len(sm3) != SIZE):
        raise NoteError("not_a_checkpoint")
    at = _number(said["time"]) if "time" in said else None
    return Checkpoint(origin, _number(size), found, sm3, at)


def _number(digits: str) -> int:
    plain = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    if not plain or (digits != "0" and digits.startswith("0")):
        raise NoteError("not_a_checkpoint")
    return int(digits)


def is_name(name: str) -> bool:
    """Say whether a key or a log may have this name: no blanks, no plus."""
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def verifier(name: str, key: Ed25519PublicKey, kind: int = ED25519) -> Verifier:
    """Return the verifier of a public key. Raises NoteError (`bad_name`)."""
    if not is_name(name):
        raise NoteError("bad_name")
    return Verifier(name, kind, key.public_bytes_raw())


def parse_verifier(word: str) -> Verifier:
    """Read what `Verifier.text` wrote. Raises NoteError (`bad_key`)."""
    name, _, rest = word.strip().partition("+")
    shown, _, encoded = rest.partition("+")
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise NoteError("bad_key") from error
    if len(blob) != 1 + _PUBLIC or blob[0] not in {ED25519, COSIGNATURE} or not is_name(name):
        raise NoteError("bad_key")
    found = Verifier(name, blob[0], blob[1:])
    if found.key.hex() != shown:
        raise NoteError("bad_key")
    return found


def sign(text: str, name: str, key: Ed25519PrivateKey) -> Note:
    """Return a text with one signature. Raises NoteError (`bad_name`, `not_a_note`)."""
    if not text.endswith("\n"):
        raise NoteError("not_a_note")
    own = verifier(name, key.public_key())
    return Note(text, (Signature(name, own.key, key.sign(text.encode())),))


def cosign(note: Note, name: str, key: Ed25519PrivateKey, at: int) -> Signature:
    """Return a countersignature with a time (UTC seconds), as a witness makes it."""
    own = verifier(name, key.public_key(), COSIGNATURE)
    return Signature(name, own.key, at.to_bytes(_TIME, "big") + key.sign(_timed(note, at)))


def signed_at(note: Note, known: Verifier) -> int | None:
    """Return when a note was signed by a key; 0 where its kind says no time, None = it was not.

    A countersignature is over a checkpoint's text, so it is worth nothing under another one.
    """
    for one in note.signatures:
        if (one.name, one.key) != (known.name, known.key):
            continue
        at, blob, text = 0, one.blob, note.text.encode()
        if known.kind == COSIGNATURE:
            at, blob = int.from_bytes(one.blob[:_TIME], "big"), one.blob[_TIME:]
            text = _timed(note, at)
        try:
            Ed25519PublicKey.from_public_bytes(known.public).verify(blob, text)
        except (InvalidSignature, ValueError):
            continue
        return at
    return None


def is_signed(note: Note, known: Verifier) -> bool:
    """Say whether one of the signatures is a good one of this key."""
    return signed_at(note, known) is not None


def _timed(note: Note, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{note.text}".encode()


def _text64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes64(text: str) -> bytes:
    """Read base64 in its one canonical form, so that a note has one form only."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not_a_note") from error
    if _text64(found) != text:
        raise NoteError("not_a_note")
    return found
