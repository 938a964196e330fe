"""git, the program, as we run it: by argument list, with nothing of the machine's or a user's.

No hooks, no signing, no global or system configuration, no pager, no prompt; objects and references
are synchronised to the disk before git says that they are written (core.fsync since git 2.36;
before that core.fsyncObjectFiles, of objects only). Plumbing commands only: there is no working
tree and no index that a crash could leave half done.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from store.errors import StoreError, from_os

SECONDS: Final = 60.0
"""A command that takes longer waits for a disk that does not answer."""
_LARGEST: Final = 64 << 20
_SETTINGS: Final = (
    "core.hooksPath=/dev/null",
    "core.fsync=committed,reference",
    "core.fsyncObjectFiles=true",
    "init.defaultBranch=main",
    "core.quotePath=true",
    "commit.gpgSign=false",
    "gc.auto=0",
    "gc.autoDetach=false",
    "maintenance.auto=false",
    "diff.external=",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
)
_WHO: Final = "monitor"


def git(
    folder: Path,
    *arguments: str,
    given: bytes = b"",
    at: int = 0,
    seconds: float = SECONDS,
    settings: Sequence[str] = (),
) -> bytes:
    """Run git on the bare repository in `folder`; return what it printed. Raises StoreError.

    `given`: what it reads. `at`: UTC seconds of a commit. `seconds`: when it is ended.
    """
    options = [part for one in (*_SETTINGS, *settings) for part in ("-c", one)]
    try:
        done = subprocess.run(  # noqa: S603 - arguments are ours, device ids and object names
            ["git", *options, *arguments],  # noqa: S607 - where it is, is the system's business
            input=given,
            capture_output=True,
            check=False,
            timeout=seconds,
            env=_environment(folder, at),
            cwd=folder,
        )
    except FileNotFoundError as error:
        if not folder.is_dir():
            raise from_os(error, folder) from error
        raise StoreError("failed", folder, "git is not installed") from error
    except OSError as error:
        raise from_os(error, folder) from error
    except subprocess.TimeoutExpired as error:
        raise StoreError("disk_failed", folder, "git did not end", temporary=True) from error
    if done.returncode:
        raise _refusal(folder, arguments[0], done.stderr)
    if len(done.stdout) > _LARGEST:
        raise StoreError("failed", folder, f"git {arguments[0]}: {len(done.stdout)} bytes")
    return done.stdout


def _environment(folder: Path, at: int) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": os.fspath(folder),
        "GIT_DIR": os.fspath(folder.absolute()),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": _WHO,
        "GIT_AUTHOR_EMAIL": "",
        "GIT_AUTHOR_DATE": f"@{at} +0000",
        "GIT_COMMITTER_NAME": _WHO,
        "GIT_COMMITTER_EMAIL": "",
        "GIT_COMMITTER_DATE": f"@{at} +0000",
    }


def _refusal(folder: Path, command: str, said: bytes) -> StoreError:
    """Translate what git said last: it tells of a full disk in words only (LC_ALL=C)."""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    detail = f"git {command}: {lines[-1][:200] if lines else ''}"
    text = "\n".join(lines)
    if "No space left" in text or "quota exceeded" in text:
        return StoreError("disk_full", folder, detail, temporary=True)
    if "Read-only file system" in text:
        return StoreError("read_only", folder, detail, temporary=True)
    if "ermission denied" in text:
        return StoreError("unopened", folder, detail, temporary=True)
    if "corrupt" in text:
        return StoreError("corrupt", folder, detail)
    return StoreError("failed", folder, detail, temporary=True)
