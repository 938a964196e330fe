"""The verifier in one file: nobody's code but its own, and it comes to the same as ours."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.model import PROFILES, Profile
from sla._overlays import Class, Overlays, Work
from sla.calculator import Terms, compute
from sla.proof import merkle, verifier
from sla.timeline import Raw, Run, Span

_SOURCE = Path(verifier.__file__).read_text("utf-8")
_DAY = 86_400


def test_it_fits_on_a_few_pages() -> None:
    assert len(_SOURCE.splitlines()) <= 300


def test_python_3_8_can_read_it() -> None:
    assert ast.parse(_SOURCE, feature_version=(3, 8))


def test_it_needs_nothing_but_the_standard_library() -> None:
    names = set()
    for part in ast.walk(ast.parse(_SOURCE)):
        if isinstance(part, ast.Import):
            names |= {one.name.split(".")[0] for one in part.names}
        elif isinstance(part, ast.ImportFrom):
            assert part.level == 0
            names.add((part.module or "").split(".")[0])

    assert names <= sys.stdlib_module_names


# RFC 8032, section 7.1: public key, message, signature.
_VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("key", "text", "signature"), _VECTORS)
def test_signatures_of_the_rfc_are_good(key: str, text: str, signature: str) -> None:
    assert verifier.is_signature(bytes.fromhex(key), bytes.fromhex(text), bytes.fromhex(signature))


@pytest.mark.parametrize(("key", "text", "signature"), _VECTORS)
def test_of_another_text_they_are_not(key: str, text: str, signature: str) -> None:
    other = bytes.fromhex(text) + b"\0"

    assert not verifier.is_signature(bytes.fromhex(key), other, bytes.fromhex(signature))


def test_a_signature_has_one_form_only() -> None:
    """The same s and the order of the group added: RFC 8032 refuses it (5.1.7)."""
    key, text, signature = (bytes.fromhex(one) for one in _VECTORS[1])
    larger = int.from_bytes(signature[32:], "little") + verifier.L

    assert not verifier.is_signature(key, text, signature[:32] + larger.to_bytes(32, "little"))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.integers(0, 511))
@settings(max_examples=30, deadline=None)
def test_signatures_are_good_where_cryptography_says_so(
    seed: bytes, text: bytes, flipped: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(text)
    changed = bytearray(signature)
    changed[flipped // 8] ^= 1 << flipped % 8

    assert verifier.is_signature(public, text, signature)
    assert verifier.is_signature(public, text, bytes(changed)) is _theirs(public, text, changed)


def _theirs(public: bytes, text: bytes, signature: bytes | bytearray) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes(signature), text)
    except InvalidSignature:
        return False
    return True


@given(st.integers(1, 40), st.data())
@settings(max_examples=60, deadline=None)
def test_proofs_of_our_trees_lead_to_our_roots(size: int, data: st.DataObject) -> None:
    leaves = [b"%d" % number for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path = iter(merkle.inclusion(leaves, index))

    assert verifier.root_of(leaves) == merkle.root(leaves)
    assert verifier.climbed("sha256", leaves[index], index, size, path) == merkle.root(leaves)


_LENGTHS = st.sampled_from([30, 60, 120, 179, 180, 181, 240, 300, 301, 900, 7200])
_PIECES = st.lists(st.tuples(_LENGTHS, st.sampled_from(["U", "D", "K", "G"])), max_size=40)
_SPANS = st.lists(
    st.tuples(st.integers(-_DAY // 4, _DAY), st.integers(1, _DAY // 3)).map(
        lambda pair: (pair[0], pair[0] + pair[1])
    ),
    max_size=3,
)


def _timeline(before: int, pieces: list[tuple[int, Raw]]) -> list[Run]:
    """Lay pieces end to end from `before` midnight; after them it is up, beyond the day."""
    found: list[Run] = []
    here = -before
    for length, state in [*pieces, (2 * _DAY, "U")]:
        if found and found[-1].state == state:
            found[-1] = found[-1]._replace(end=here + length)
        else:
            found.append(Run(state, here, here + length))
        here += length
    return found


@given(
    before=st.integers(0, 7200),
    pieces=_PIECES,
    masks=st.fixed_dictionaries(dict.fromkeys(("M_o", "M_c", "F", "P", "X"), _SPANS)),
    service=st.none() | _SPANS,
    profile=st.sampled_from([PROFILES["standard"], PROFILES["cloud5"], PROFILES["backbone"]]),
    quota=st.none() | st.integers(0, 7200),
    down=st.sampled_from(["actual", "span"]),
    maintenance=st.sampled_from(["exclude_all", "exclude_down_only"]),
)
@settings(max_examples=300, deadline=None)
def test_every_second_has_the_class_that_ours_has(
    before: int,
    pieces: list[tuple[int, Raw]],
    masks: dict[str, list[Span]],
    service: list[Span] | None,
    profile: Profile,
    quota: int | None,
    down: str,
    maintenance: str,
) -> None:
    runs = _timeline(before, pieces)
    terms = Terms(
        d_min=profile.d_min, merge_gap=profile.merge_gap, bridge=profile.bridge,
        downtime_mode=down, maintenance_mode=maintenance, quota=quota,  # type: ignore[arg-type]
    )  # fmt: skip
    overlays = Overlays(
        service, [Work(*one) for one in masks["M_o"]], [Work(*one) for one in masks["M_c"]],
        masks["F"], masks["P"], masks["X"],
    )  # fmt: skip
    contract = {"downtime_mode": down, "maintenance_mode": maintenance}
    form = {"slot": profile.slot, "merge_gap": profile.merge_gap, "d_min": profile.d_min}
    always = [(-verifier.FOREVER, verifier.FOREVER)]
    layers = {**masks, "service": always if service is None else service, "months": [(0, _DAY)]}

    ours = compute((0, _DAY), runs, terms, overlays)
    theirs = verifier.strip_of([tuple(run) for run in runs], layers, quota, form, contract)

    assert _seconds(theirs) == {kind.value: ours.by_class[kind] for kind in Class}


def _seconds(strip: list[tuple[str, int, int]]) -> dict[str, int]:
    found = {kind.value: 0 for kind in Class}
    for kind, start, end in strip:
        found[kind] += max(0, min(end, _DAY) - max(start, 0))
    return found
