"""Merkle trees of RFC 6962 (and 9162), with SHA-256 or SM3 (methodology, section 2.2).

A leaf hashes to H(0x00 || bytes), a node to H(0x01 || left || right), the empty tree to H(""). A
tree of n > 1 leaves is split at the largest power of two below n: what is left over is promoted,
never doubled.

A `Tree` keeps the hash of each whole subtree, two hashes per leaf, so that a root or a proof of any
size it ever had costs a few hashes and not all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

Algorithm = Literal["sha256", "sm3"]
ALGORITHMS: Final[tuple[Algorithm, ...]] = ("sha256", "sm3")
SIZE: Final = 32
"""Bytes of a hash, with either algorithm."""


class AlgorithmMissingError(ValueError):
    """The OpenSSL of this Python lacks the algorithm; SM3 came with OpenSSL 1.1.1."""

    def __init__(self, algorithm: str) -> None:
        super().__init__(f"no_algorithm: {algorithm}")
        self.algorithm = algorithm


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sm3(data: bytes) -> bytes:
    try:
        return hashlib.new("sm3", data).digest()
    except ValueError as error:
        raise AlgorithmMissingError("sm3") from error


_HASHES: Final[dict[Algorithm, Callable[[bytes], bytes]]] = {"sha256": _sha256, "sm3": _sm3}


def leaf_hash(leaf: bytes, algorithm: Algorithm = "sha256") -> bytes:
    """Return the hash of a leaf. Raises AlgorithmMissingError, as does all that hashes here."""
    return _HASHES[algorithm](b"\x00" + leaf)


def node_hash(left: bytes, right: bytes, algorithm: Algorithm = "sha256") -> bytes:
    """Return the hash of an inner node from those of its two parts."""
    return _HASHES[algorithm](b"\x01" + left + right)


def empty_root(algorithm: Algorithm = "sha256") -> bytes:
    """Return the root of a tree without leaves."""
    return _HASHES[algorithm](b"")


class Tree:
    """A growing tree, of leaf hashes; it never needs the leaves."""

    def __init__(self, algorithm: Algorithm = "sha256", hashes: Iterable[bytes] = ()) -> None:
        self.algorithm: Final = algorithm
        self._levels: list[bytearray] = [bytearray()]
        """Level k: the hashes of the whole subtrees of 2 ** k leaves, from the left."""
        for one in hashes:
            self.add(one)

    def __len__(self) -> int:
        return len(self._levels[0]) // SIZE

    def add(self, leaf: bytes) -> None:
        """Append a leaf by its hash. Raises ValueError when it has not `SIZE` bytes."""
        if len(leaf) != SIZE:
            raise ValueError("bad_hash")
        node, level, index = leaf, 0, len(self)
        while True:
            self._levels[level] += node
            if not index & 1:
                return
            node = node_hash(self._at(level, index - 1), node, self.algorithm)
            level, index = level + 1, index >> 1
            if level == len(self._levels):
                self._levels.append(bytearray())

    def leaf(self, index: int) -> bytes:
        """Return the hash of a leaf. Raises IndexError."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._at(0, index)

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first `size` leaves, None = all. Raises IndexError."""
        size = self._sized(size)
        return self._range(0, size) if size else empty_root(self.algorithm)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the path from a leaf to the root of the first `size` (RFC 9162, 2.1.3.1).

        Raises IndexError where there is no such leaf in a tree of that size.
        """
        size = self._sized(size)
        if not 0 <= index < size:
            raise IndexError(index)
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        path.reverse()
        return path

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """Return what shows that the first `old` leaves of the first `new` are the same (2.1.4.1).

        Nothing is needed where `old` is 0 or `new`. Raises IndexError.
        """
        new = self._sized(new)
        if not 0 <= old <= new:
            raise IndexError(old)
        if old in {0, new}:
            return []
        path: list[bytes] = []
        start, end, whole = 0, new, True
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._range(start, end))
        path.reverse()
        return path

    def _sized(self, size: int | None) -> int:
        if size is None:
            return len(self)
        if not 0 <= size <= len(self):
            raise IndexError(size)
        return size

    def _at(self, level: int, index: int) -> bytes:
        return bytes(self._levels[level][index * SIZE : (index + 1) * SIZE])

    def _range(self, start: int, end: int) -> bytes:
        """Return the hash over [start, end), which begins where a subtree of that size may."""
        count = end - start
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._at(level, start >> level)
        middle = start + _split(count)
        return node_hash(self._range(start, middle), self._range(middle, end), self.algorithm)


def _split(count: int) -> int:
    """Return the largest power of two below `count`, which is 2 or more."""
    return 1 << (count - 1).bit_length() - 1


def tree(leaves: Iterable[bytes], algorithm: Algorithm = "sha256") -> Tree:
    """Return the tree over the bytes of leaves."""
    return Tree(algorithm, (leaf_hash(leaf, algorithm) for leaf in leaves))


def root(leaves: Iterable[bytes], algorithm: Algorithm = "sha256") -> bytes:
    """Return the root over the bytes of leaves."""
    return tree(leaves, algorithm).root()


def inclusion(leaves: Iterable[bytes], index: int, algorithm: Algorithm = "sha256") -> list[bytes]:
    """Return the path of a leaf. Raises IndexError. For many proofs keep the `tree`."""
    return tree(leaves, algorithm).inclusion(index)


def consistency(leaves: Iterable[bytes], old: int, algorithm: Algorithm = "sha256") -> list[bytes]:
    """Return what shows that the first `old` leaves are those of a smaller tree. IndexError."""
    return tree(leaves, algorithm).consistency(old)


def check_inclusion(
    leaf: bytes,
    index: int,
    size: int,
    path: Sequence[bytes],
    root: bytes,
    algorithm: Algorithm = "sha256",
) -> bool:
    """Say whether the bytes of a leaf stand at `index` of the tree of that size and root."""
    return check_inclusion_of(leaf_hash(leaf, algorithm), index, size, path, root, algorithm)


def check_inclusion_of(
    leaf: bytes,
    index: int,
    size: int,
    path: Sequence[bytes],
    root: bytes,
    algorithm: Algorithm = "sha256",
) -> bool:
    """Do as `check_inclusion` from the hash of a leaf (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != SIZE or any(len(one) != SIZE for one in path):
        return False
    here, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(one, found, algorithm)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, one, algorithm)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def check_consistency(
    old: int,
    old_root: bytes,
    new: int,
    new_root: bytes,
    path: Sequence[bytes],
    algorithm: Algorithm = "sha256",
) -> bool:
    """Say whether the tree of `new` leaves begins with the one of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or any(len(one) != SIZE for one in path):
        return False
    if old == 0:
        return not path and old_root == empty_root(algorithm)
    if old == new:
        return not path and old_root == new_root
    # The old root is the first node itself where the old tree is one whole subtree.
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = steps[0]
    for one in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            before, after = node_hash(one, before, algorithm), node_hash(one, after, algorithm)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            after = node_hash(after, one, algorithm)
        here, last = here >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
