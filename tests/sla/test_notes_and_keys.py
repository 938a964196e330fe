"""Notes are signed and countersigned as C2SP has it; keys are private files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.proof import keys, note
from sla.proof.keys import KeyFileError
from sla.proof.note import Checkpoint, Note, NoteError, Verifier

_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
_ORIGIN = "hubei.example/extranet"
_CHECKPOINT = Checkpoint(_ORIGIN, 48213, bytes(range(32)), bytes(range(32, 64)), 1772294400)
_SIGNED = note.sign(_CHECKPOINT.text, _ORIGIN, _KEY)
_PUBLIC = note.verifier(_ORIGIN, _KEY.public_key())


def test_the_example_of_the_specification_is_read() -> None:
    """The note, key and signature that golang.org/x/mod/sumdb/note documents."""
    known = note.parse_verifier(
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    )
    read = note.parse(
        b"If you think cryptography is the answer to your problem,\n"
        b"then you don't know what your problem is.\n"
        b"\n"
        b"\xe2\x80\x94 PeterNeumann "
        b"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert note.is_signed(read, known)


def test_a_checkpoint_has_origin_size_root_and_our_lines() -> None:
    lines = _CHECKPOINT.text.splitlines()
    assert lines[:2] == [_ORIGIN, "48213"]
    assert [line.split()[0] for line in lines[3:]] == ["sm3", "time"]


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    assert note.parse_checkpoint(note.parse(note.encode(_SIGNED)).text) == _CHECKPOINT


def test_a_checkpoint_of_another_program_has_no_lines_of_ours() -> None:
    plain = Checkpoint("sum.golang.org", 0, bytes(32))
    assert note.parse_checkpoint(plain.text) == plain


def test_a_good_signature_is_good() -> None:
    assert note.is_signed(note.parse(note.encode(_SIGNED)), _PUBLIC)


def test_a_signature_of_another_key_is_none() -> None:
    other = note.verifier(_ORIGIN, Ed25519PrivateKey.from_private_bytes(b"1" * 32).public_key())
    assert not note.is_signed(_SIGNED, other)


def test_a_forged_signature_with_the_right_names_is_none() -> None:
    forger = Ed25519PrivateKey.from_private_bytes(b"2" * 32)
    forged = note.Signature(_ORIGIN, _PUBLIC.key, forger.sign(_SIGNED.text.encode()))
    assert not note.is_signed(Note(_SIGNED.text, (forged,)), _PUBLIC)


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_one_changed_byte_is_no_note_or_not_signed(where: int, change: int) -> None:
    whole = bytearray(note.encode(_SIGNED))
    whole[where % len(whole)] ^= change
    try:
        read = note.parse(bytes(whole))
    except NoteError:
        return
    assert not note.is_signed(read, _PUBLIC)


def test_a_witness_adds_a_line_with_a_time() -> None:
    witness = Ed25519PrivateKey.from_private_bytes(b"3" * 32)
    line = note.cosign(_SIGNED, "telecom", witness, 1772380800)
    both = note.parse(note.encode(Note(_SIGNED.text, (*_SIGNED.signatures, line))))
    known = note.verifier("telecom", witness.public_key(), note.COSIGNATURE)
    assert note.signed_at(both, known) == 1772380800


def test_a_countersignature_with_another_time_is_none() -> None:
    witness = Ed25519PrivateKey.from_private_bytes(b"3" * 32)
    line = note.cosign(_SIGNED, "telecom", witness, 1772380800)
    later = note.Signature(line.name, line.key, (1772380801).to_bytes(8, "big") + line.blob[8:])
    known = note.verifier("telecom", witness.public_key(), note.COSIGNATURE)
    assert not note.is_signed(Note(_SIGNED.text, (later,)), known)


def test_signatures_of_others_stay_as_they_came() -> None:
    stranger = note.Signature("audit", b"\xff\xff\xff\xff", b"of a kind that nobody knows")
    both = Note(_SIGNED.text, (*_SIGNED.signatures, stranger))
    assert note.parse(note.encode(both)) == both


def test_a_verifier_is_one_word_and_back() -> None:
    assert note.parse_verifier(_PUBLIC.text) == _PUBLIC


def test_a_key_hash_is_that_of_name_kind_and_key() -> None:
    known = Verifier("a", note.ED25519, bytes(32))
    assert known.key == hashlib.sha256(b"a\n\x01" + bytes(32)).digest()[:4]


@pytest.mark.parametrize(
    "word",
    [
        "",
        "name",
        _PUBLIC.text[:-4],
        _PUBLIC.text.replace(_PUBLIC.key.hex(), "00000000"),
        "a b" + _PUBLIC.text[len(_ORIGIN) :],
    ],
)
def test_what_is_no_verifier_is_refused(word: str) -> None:
    with pytest.raises(NoteError, match="bad_key"):
        note.parse_verifier(word)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"text\n",
        b"text\n\n",
        b"text\n\nno signature\n",
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— name !!!!\n".encode(),
        "text\n\n— na+me AAAAAAAA\n".encode(),
        "te\x00xt\n\n— name AAAAAAAA\n".encode(),
        "text\n\n— name AAAAAAAA".encode(),
        b"text\n\n\xff\n",
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(NoteError, match="not_a_note"):
        note.parse(data)


def test_a_note_that_is_too_large_is_not_read() -> None:
    with pytest.raises(NoteError, match="too_large"):
        note.parse(b"x" * (note.LARGEST + 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n",
        "origin\n1\n",
        "o\n01\nAAAA\n",
        "o\n-1\nAAAA\n",
        "o\n1\nAAAA\n",
        "o\n\nAA==\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError, match="not_a_checkpoint"):
        note.parse_checkpoint(text)


def test_a_number_with_a_zero_before_it_is_no_size() -> None:
    with pytest.raises(NoteError, match="not_a_checkpoint"):
        note.parse_checkpoint(_CHECKPOINT.text.replace("48213", "048213"))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb"])
def test_a_name_that_a_note_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(NoteError, match="bad_name"):
        note.sign("text\n", name, _KEY)


def _code(path: Path, passphrase: bytes = b"") -> str:
    with pytest.raises(KeyFileError) as caught:
        keys.read(path, passphrase)
    return caught.value.code


def test_a_key_is_read_as_it_was_made(tmp_path: Path) -> None:
    made = keys.make(tmp_path / "log.key")
    assert keys.read(tmp_path / "log.key").private_bytes_raw() == made.private_bytes_raw()


def test_only_its_owner_reads_a_key(tmp_path: Path) -> None:
    keys.make(tmp_path / "log.key")
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600


def test_no_key_is_written_over(tmp_path: Path) -> None:
    made = keys.make(tmp_path / "log.key")
    with pytest.raises(KeyFileError, match="exists"):
        keys.make(tmp_path / "log.key")
    assert keys.read(tmp_path / "log.key").private_bytes_raw() == made.private_bytes_raw()


def test_a_key_with_a_passphrase_needs_it(tmp_path: Path) -> None:
    path = tmp_path / "report.key"
    made = keys.make(path, b"correct horse")
    assert keys.read(path, b"correct horse").private_bytes_raw() == made.private_bytes_raw()
    assert _code(path) == "passphrase"
    assert _code(path, b"wrong") == "passphrase"


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    keys.make(tmp_path / "log.key")
    (tmp_path / "log.key").chmod(0o640)
    assert _code(tmp_path / "log.key") == "open_to_others"


def test_a_key_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert _code(tmp_path / "log.key") == "unreadable"


def test_what_is_no_key_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    path.touch(0o600)
    path.write_text("no key")
    assert _code(path) == "no_key"


def test_a_key_of_another_kind_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    path.touch(0o600)
    path.write_bytes(
        generate_private_key(SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    assert _code(path) == "no_key"
