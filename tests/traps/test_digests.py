"""A message is signed as RFC 3414 and RFC 7860 say, at the place of its digest and nowhere else."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.traps.form import Login
from collectors.traps.keys import Users
from collectors.traps.shape import digest
from tests.traps.messages import ENGINE, sealed

SECRET = b"authentication-secret"
LOGIN = Login("3", user=b"u", auth="SHA256", auth_key=SECRET)
GENUINE = sealed(LOGIN, ENGINE, boots=3, time=500)
LENGTHS = {"SHA1": 12, "SHA224": 16, "SHA256": 24, "SHA384": 32, "SHA512": 48}


def key(name: str) -> bytes:
    """RFC 3414 A.2."""
    master = hashlib.new(name, (SECRET * 50_000)[:1_048_576]).digest()
    return hashlib.new(name, master + ENGINE + master).digest()


def signed(kind: str) -> bytes:
    """The message with a digest of another kind in the place of its own."""
    length, name = LENGTHS[kind], kind.lower()
    start, end = digest(GENUINE) or (0, 0)
    grown = length - (end - start)
    whole = bytearray(GENUINE[:start] + bytes(length) + GENUINE[end:])
    whole[2:4] = (int.from_bytes(whole[2:4], "big") + grown).to_bytes(2, "big")
    parameters = GENUINE.index(ENGINE) - 6
    for place in (parameters + 1, parameters + 3, start - 1):
        whole[place] += grown
    proof = hmac.new(key(name), whole, name).digest()[:length]
    return bytes(whole[:start]) + proof + bytes(whole[start + length :])


@pytest.mark.parametrize("kind", LENGTHS)
def test_each_protocol_signs_with_its_own_hash(kind: str) -> None:
    login = Login("3", user=b"u", auth=kind, auth_key=SECRET)
    assert Users().keys(login, ENGINE).prove(signed(kind))


@pytest.mark.parametrize("kind", [kind for kind in LENGTHS if kind != "SHA256"])
def test_another_protocol_proves_nothing(kind: str) -> None:
    assert not Users().keys(LOGIN, ENGINE).prove(signed(kind))


KEYS = Users().keys(LOGIN, ENGINE)


@given(st.integers(0, len(GENUINE) - 1), st.integers(1, 255))
def test_one_octet_that_differs_anywhere_proves_nothing(place: int, by: int) -> None:
    changed = bytearray(GENUINE)
    changed[place] ^= by
    assert not KEYS.prove(bytes(changed))


def test_the_digest_is_looked_for_in_its_place() -> None:
    start, end = digest(GENUINE) or (0, 0)
    assert GENUINE[start - 2 : start] == bytes([0x04, 24])
    assert end - start == 24


@given(st.binary(max_size=80))
def test_noise_has_no_digest(noise: bytes) -> None:
    assert not KEYS.prove(noise)
