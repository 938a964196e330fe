"""Configurations of devices: masked texts in a git repository, full ones sealed beside it.

    configurations/           a bare repository, mode 0700; branch `devices/<id>` holds
                              `devices/<id>.cfg`: one history per device, so that what is asked of a
                              device costs what it has, not what a province has
    configurations-full/      <id>/<revision>.enc: the newest of each device (see `_sealed`)
    configurations-checked/   <id>: empty; its time is when the device was last read whole
    configurations.salt       32 random bytes of which the key of the tags is made

A dot of an id is `_` in a branch name, for git keeps `..` and `.lock` to itself. A revision is
written before anything points to it: blob, tree, commit, sealed text, and last the branch, which
moves only from the revision it was compared with. So a crash loses at most a revision that the
next reading makes again. `told` and `base` are references of the runtime's own: the last revision
that was told, and the one before the first change that nobody has taken note of.
"""

from __future__ import annotations

import fcntl
import hmac
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from store import _sqlite
from store._git import git
from store._sealed import KEY_BYTES, Sealed, write
from store.errors import StoreError
from store.revisions import (
    Mark,
    Note,
    Revision,
    branch,
    known,
    mark_of,
    message,
    place,
    read_revision,
    whole,
)

REPOSITORY: Final = "configurations"
FULL: Final = "configurations-full"
CHECKED: Final = "configurations-checked"
SALT: Final = "configurations.salt"
BUNDLE: Final = "configurations.bundle"
"""What a backup brings back: all histories in one file (git-bundle(1)), taken over when found."""
_NONE: Final = "0" * 40
_TIDY_EVERY: Final = 64
_LOOSE: Final = 4_000
_TIDY_SECONDS: Final = 300.0
_LOCKED_OUT: Final = ("HEAD.lock", "packed-refs.lock")


class Diff(msgspec.Struct, frozen=True):
    """A unified diff without its head: its first lines, and how many more there are."""

    lines: Sequence[str]
    more: int


class Configurations:
    """All of it. Synchronous; may be used by several threads and processes at once.

    `key`: 32 bytes that seal the full texts; None = those are not kept. `most`: full texts per
    device.
    """

    def __init__(self, store: Path, key: bytes | None, most: int = 30) -> None:
        if key is not None and len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._store = store
        self._folder = store / REPOSITORY
        self._key = key
        self._sealed = None if key is None else Sealed(store / FULL, key)
        self._most = most
        self._added = 0

    def open(self) -> bytes:
        """Make what is not there yet; return the key of the tags. Raises StoreError."""
        with _sqlite.translated(self._folder):
            _sqlite.private_folder(self._folder)
            with self._alone():
                if not (self._folder / "HEAD").exists() or not (self._folder / "objects").is_dir():
                    # git makes a repository of what another crash left of one
                    git(self._folder, "init", "--quiet", "--bare", "--shared=0600",
                        "--template=")  # fmt: skip
                self._adopt()
                salt = self._salt()
        return hmac.digest(salt, self._key or b"", "sha256")

    def _adopt(self) -> None:
        bundle = self._store / BUNDLE
        if bundle.exists():
            self._git("fetch", "--quiet", os.fspath(bundle.absolute()), "+refs/*:refs/*")
            bundle.unlink()

    def _salt(self) -> bytes:
        path = self._store / SALT
        if not path.exists():
            write(path, secrets.token_bytes(KEY_BYTES))
        salt = path.read_bytes()
        if len(salt) != KEY_BYTES:
            raise StoreError("corrupt", path)
        return salt

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept."""
        return (self._folder / "HEAD").exists()

    def take_over(self) -> None:
        """Take over what a backup brought back, where it did. Raises StoreError."""
        if (self._store / BUNDLE).exists():
            self.open()

    def bundle(self, file: Path) -> bool:
        """Write all histories into one file, consistently; False = there are none."""
        if not self.marks():
            return False
        self._git("bundle", "create", "--quiet", os.fspath(file.absolute()), "--all")
        return True

    # Writing.

    def add(
        self, device: str, text: str, full: str, before: Revision | None, note: Note
    ) -> Revision:
        """Keep a configuration after `before`, the latest one.

        Raises StoreError, also (`locked`) where `before` is not the latest any more.
        """
        blob = self._git("hash-object", "-w", "--stdin", given=text.encode())
        added, removed = self._counted(device, before, blob, text)
        inner = self._git("mktree", given=f"100644 blob {blob}\t{device}.cfg\n".encode())
        tree = self._git("mktree", given=f"040000 tree {inner}\tdevices\n".encode())
        parents = () if before is None else ("-p", before.revision)
        said = message(device, note, added, removed)
        revision = self._git("commit-tree", tree, *parents, given=said.encode(), at=note.at)
        if self._sealed is not None:
            self._sealed.keep(device, revision, full)
        old = _NONE if before is None else before.revision
        with self._alone():
            self._unlock(branch(device))
            now = self._latest(device)
            if (now or _NONE) != old:
                raise StoreError("locked", self._folder, f"{device} moved on", temporary=True)
            self._git("update-ref", branch(device), revision, old)
            self._forget_old(device)
        self.checked(device, note.at)
        self._added += 1
        if self._added % _TIDY_EVERY == 0:
            with suppress(StoreError):  # it is as good untidied
                self.tidy()
        return Revision(revision, note, added, removed, before is None)

    def seal(self, device: str, revision: str, full: str) -> None:
        """Keep the full text of a revision where there is a key and no text yet."""
        if self._sealed is not None and revision not in self._sealed.revisions(device):
            self._sealed.keep(device, revision, full)

    def checked(self, device: str, at: int) -> None:
        """Note that a device was read whole at `at`. Raises StoreError."""
        path = self._store / CHECKED / known(device)
        with _sqlite.translated(path):
            _sqlite.private_folder(path.parent)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, _sqlite.PRIVATE))
            os.utime(path, (at, at))

    def mark(self, device: str, marks: Mapping[Mark, str | None]) -> None:
        """Move references of the runtime's own, all or none; None = away with it."""
        lines = []
        for kind, to in marks.items():
            name = mark_of(kind, device)
            # Verified to be absent, or deleted: git refuses to delete what is not there.
            gone = f"delete {name}" if self._points(name) else f"verify {name} {_NONE}"
            lines.append(gone if to is None else f"update {name} {whole(to)}")
        with self._alone():
            for kind in marks:
                self._unlock(mark_of(kind, device))
            self._git("update-ref", "--stdin", given="".join(f"{one}\n" for one in lines).encode())

    def tidy(self, loose: int = _LOOSE) -> None:
        """Pack small files where they have become so many. Raises StoreError.

        What is packed already is left as it is: others wait meanwhile.
        """
        with self._alone():
            if int(self._git("count-objects").split()[0]) >= loose:
                git(self._folder, "repack", "-d", "-l", "-q", seconds=_TIDY_SECONDS)
                self._git("pack-refs", "--all")

    # Reading.

    def checked_at(self, device: str) -> int:
        """Return when a device was last read whole, UTC seconds; 0 = never."""
        path = self._store / CHECKED / known(device)
        with _sqlite.translated(path):
            return int(path.stat().st_mtime) if path.exists() else 0

    def kept_at(self) -> dict[str, int]:
        """Return when each device was last read whole, UTC seconds. Raises StoreError."""
        folder = self._store / CHECKED
        with _sqlite.translated(folder):
            if not folder.is_dir():
                return {}
            with os.scandir(folder) as found:
                return {one.name: int(one.stat().st_mtime) for one in found}

    def marks(self) -> dict[str, dict[str, str]]:
        """Return what points to what: by device `latest`, `told`, `base`. Raises StoreError."""
        found: dict[str, dict[str, str]] = {}
        if not self.exists:
            return found
        said = self._git("for-each-ref", "--format=%(objectname) %(refname)")
        for line in said.splitlines():
            revision, _, name = line.partition(" ")
            _, kind, *_, last = name.split("/")
            where = "latest" if kind == "heads" else kind
            found.setdefault(last.replace("_", "."), {})[where] = revision
        return found

    def latest(self, device: str) -> Revision | None:
        """Return the newest revision; None = there is none. Raises StoreError."""
        return next(iter(self.revisions(device, 1)), None)

    def revisions(self, device: str, limit: int, since: str = "") -> list[Revision]:
        """Return the newest revisions, newest first; with `since` only later ones."""
        if not self.exists or self._latest(device) is None:
            return []
        until = (f"^{whole(since)}",) if since else ()
        said = self._git(
            "log", f"--max-count={limit}", "--format=%H%x1f%P%x1f%ct%x1f%b%x1e",
            branch(device), *until,
        )  # fmt: skip
        return [
            read_revision(*one.strip("\n").split("\x1f"))
            for one in said.split("\x1e")
            if one.strip()
        ]

    def has(self, device: str, revision: str) -> bool:
        """Tell whether a device has a revision."""
        try:
            self._git("cat-file", "-e", place(device, revision))
        except StoreError:
            return False
        return True

    def text(self, device: str, revision: str) -> str:
        """Return a masked text. Raises StoreError where the device has no such revision."""
        return git(self._folder, "cat-file", "blob", place(device, revision)).decode()

    def diff(self, device: str, one: str, other: str, most: int) -> Diff:
        """Compare two revisions; of the lines the first `most`. Raises StoreError."""
        said = git(
            self._folder, "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--unified=3",
            place(device, one), place(device, other),
        ).decode()  # fmt: skip
        lines = said.split("\n")[:-1]
        first = next((at for at, line in enumerate(lines) if line.startswith("@@")), len(lines))
        return Diff(lines[first : first + most], max(0, len(lines) - first - most))

    def full(self, device: str, revision: str) -> str:
        """Return a full text. Raises StoreError (see `Sealed.text`)."""
        if self._sealed is None:
            raise StoreError("wrong_key", self._store / FULL, "-")
        return self._sealed.text(known(device), whole(revision))

    def full_revisions(self, device: str) -> frozenset[str]:
        """Return the revisions of which the full text is kept."""
        return frozenset() if self._sealed is None else self._sealed.revisions(known(device))

    # Inside.

    def _git(self, *arguments: str, given: bytes = b"", at: int = 0) -> str:
        return git(self._folder, *arguments, given=given, at=at).decode().removesuffix("\n")

    def _latest(self, device: str) -> str | None:
        return self._points(branch(device))

    def _points(self, reference: str) -> str | None:
        return self._git("for-each-ref", "--format=%(objectname)", reference) or None

    def _counted(
        self, device: str, before: Revision | None, blob: str, text: str
    ) -> tuple[int, int]:
        if before is None:
            return text.count("\n"), 0
        said = self._git("diff", "--numstat", place(device, before.revision), blob)
        added, removed = said.split("\t")[:2] if said else ("0", "0")
        return int(added), int(removed)

    def _forget_old(self, device: str) -> None:
        if self._sealed is not None:
            newest = self._git("rev-list", f"--max-count={self._most}", branch(device))
            self._sealed.keep_only(device, newest.split())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Move references one at a time, among all threads and processes of ours."""
        path = self._folder / "monitor.lock"
        with _sqlite.translated(path):
            handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _sqlite.PRIVATE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _unlock(self, reference: str) -> None:
        """Remove what a git that was killed left locked: nobody else moves references now."""
        for name in (f"{reference}.lock", *_LOCKED_OUT):
            (self._folder / name).unlink(missing_ok=True)
