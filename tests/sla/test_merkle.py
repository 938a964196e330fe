"""Trees of hashes as RFC 6962 and 9162 have them; the worked case is TV15 of the methodology."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.proof import merkle
from sla.proof.merkle import Algorithm, Tree

_SIZES = range(71)
_LEAVES = [f"leaf {number}".encode() for number in _SIZES]

_RECORDS = [
    b'{"circuit":"c1","lost":%d,"sent":10,"seq":%d,"slot":%d}' % (lost, seq, 1772294400 + 60 * seq)
    for seq, lost in enumerate([0, 0, 10, 10, 10])
]


@pytest.mark.parametrize(
    ("algorithm", "root"),
    [
        ("sha256", "1819cc28d845b50fb00f7532da9f5e4cb033acaaa8c6f03e61ae0fb099b9f72e"),
        ("sm3", "f86d29acbc2e07e03299713a7fda3af0bb2534cfb616117e7c9c96400ca2b3e4"),
    ],
)
def test_the_worked_case_has_its_roots(algorithm: Algorithm, root: str) -> None:
    assert merkle.root(_RECORDS, algorithm).hex() == root


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert merkle.root([]).hex().startswith("e3b0c44298fc1c14")


def test_a_part_of_the_worked_case_has_its_root() -> None:
    first_three = "5ac1ef650fc655b5f8368d4a9156030efa68e3778757044fd6c7bd624f026fc7"
    assert merkle.tree(_RECORDS).root(3).hex() == first_three


def test_one_changed_count_changes_the_root() -> None:
    tampered = [one.replace(b'"lost":10', b'"lost":0') if i == 2 else one
                for i, one in enumerate(_RECORDS)]  # fmt: skip
    root = "42525be720fd0b8ef610abeffad7512a9ec70bc5afaa544624bf2509ed46831a"
    assert merkle.root(tampered).hex() == root


def _by_the_book(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n]) of RFC 6962, 2.1, word by word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    parts = _by_the_book(leaves[:k]) + _by_the_book(leaves[k:])
    return hashlib.sha256(b"\x01" + parts).digest()


def test_every_size_has_the_root_of_the_definition() -> None:
    tree = merkle.tree(_LEAVES)
    assert [tree.root(size) for size in _SIZES] == [_by_the_book(_LEAVES[:n]) for n in _SIZES]


def test_every_leaf_of_every_size_is_shown_to_be_in_it() -> None:
    tree = merkle.tree(_LEAVES)
    for size in _SIZES:
        for index in range(size):
            path = tree.inclusion(index, size)
            assert merkle.check_inclusion(_LEAVES[index], index, size, path, tree.root(size))


def test_every_size_is_shown_to_begin_with_every_smaller_one() -> None:
    tree = merkle.tree(_LEAVES)
    for new in _SIZES:
        for old in range(new + 1):
            path = tree.consistency(old, new)
            assert merkle.check_consistency(old, tree.root(old), new, tree.root(new), path)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_path_shows_one_leaf_at_one_place_of_one_tree(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    tree = merkle.tree(_LEAVES[:size])
    path, root = tree.inclusion(index), tree.root()
    claimed_index = data.draw(st.integers(-1, 75))
    leaf = data.draw(st.sampled_from(_LEAVES))
    good = merkle.check_inclusion(leaf, claimed_index, size, path, root)
    assert good == ((leaf, claimed_index) == (_LEAVES[index], index))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_path_of_another_size_is_longer_shorter_or_wrong(data: st.DataObject) -> None:
    size, other = data.draw(st.lists(st.integers(1, 70), min_size=2, max_size=2, unique=True))
    index = data.draw(st.integers(0, min(size, other) - 1))
    tree = merkle.tree(_LEAVES)
    path = tree.inclusion(index, size)
    assert not merkle.check_inclusion(_LEAVES[index], index, other, path, tree.root(other))


def _spoilt(data: st.DataObject, path: list[bytes]) -> list[bytes]:
    """One bit turned, one hash left out, added, cut short or moved."""
    where = data.draw(st.integers(0, len(path) - 1))
    turned = bytes([path[where][0] ^ 1]) + path[where][1:]
    ways = [
        [*path[:where], turned, *path[where + 1 :]],
        path[:where] + path[where + 1 :],
        [*path, path[where]],
        [*path[:where], path[where][:-1], *path[where + 1 :]],
    ]
    if len(path) > 1:
        ways.append([*path[1:], path[0]])
    return data.draw(st.sampled_from(ways))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_spoilt_path_shows_no_leaf(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    tree = merkle.tree(_LEAVES)
    path = _spoilt(data, tree.inclusion(index, size))
    assert not merkle.check_inclusion(_LEAVES[index], index, size, path, tree.root(size))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_spoilt_path_shows_no_beginning(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 70))
    old = data.draw(st.integers(1, new - 1))
    tree = merkle.tree(_LEAVES)
    path = _spoilt(data, tree.consistency(old, new))
    assert not merkle.check_consistency(old, tree.root(old), new, tree.root(new), path)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_history_that_was_edited_is_no_beginning(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 70))
    old = data.draw(st.integers(1, new - 1))
    edited = list(_LEAVES[:new])
    edited[data.draw(st.integers(0, old - 1))] += b"!"
    before, after = merkle.tree(_LEAVES[:old]).root(), merkle.tree(edited)
    path = after.consistency(old, new)
    assert not merkle.check_consistency(old, before, new, after.root(), path)


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3), (2, 9)])
def test_sizes_that_are_none_are_refused(old: int, new: int) -> None:
    tree = merkle.tree(_LEAVES[:5])
    with pytest.raises(IndexError):
        tree.consistency(old, new)
    assert not merkle.check_consistency(old, tree.root(), new, tree.root(), [])


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (0, 6)])
def test_a_leaf_that_is_not_there_has_no_path(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        merkle.tree(_LEAVES[:5]).inclusion(index, size)


def test_a_tree_grows_from_hashes_alone() -> None:
    grown = Tree("sm3")
    for leaf in _LEAVES:
        grown.add(merkle.leaf_hash(leaf, "sm3"))
    assert grown.root() == merkle.root(_LEAVES, "sm3")


def test_a_hash_that_is_too_short_is_no_leaf() -> None:
    with pytest.raises(ValueError, match="bad_hash"):
        Tree().add(b"short")


def test_two_trees_that_differ_in_one_leaf_differ_in_every_later_root() -> None:
    one, other = merkle.tree(_LEAVES), merkle.tree([*_LEAVES[:30], b"x", *_LEAVES[31:]])
    same = [one.root(size) == other.root(size) for size in _SIZES]
    assert sum(before != after for before, after in pairwise(same)) == 1
