"""The job `list_files`: what a folder of a host holds, by SFTP (draft-ietf-secsh-filexfer-02).

No shell and no command of the host's: the path goes as a path, and names are compared here. Files
and folders are listed, links and devices are not.

    folder_missing    there is no such folder
    folder_refused    the login may not read it
    no_sftp           the host gives no SFTP to this login
"""

from __future__ import annotations

import stat
from contextlib import closing
from fnmatch import fnmatchcase
from typing import Final

from paramiko import SFTPClient, SSHException
from paramiko.sftp_attr import SFTPAttributes

from collectors._ssh import Said
from collectors.wires._ssh_connections import Connections, LoggedInCall, Open
from collectors.wires._ssh_failure import SshFailure
from collectors.wires._ssh_form import AGAIN, Job
from metrics.observation import Outcome

_OPEN_SECONDS: Final = 8.0
"""For a channel on a line that was silent for a minute; a dead one says nothing."""
_MOST: Final = 10_000
_LONGEST: Final = 255


def list_files(job: Job, connections: Connections, logged_in: LoggedInCall) -> Said:
    """List the names of a folder that are like the job's pattern. Raises SshFailure."""
    stale = asked = False
    try:
        with connections.kept(job, logged_in) as opened:
            stale = not opened.fresh
            with closing(_sftp(opened)) as sftp:
                asked = True
                return _listed(sftp, job)
    except SshFailure as failure:
        if stale and not asked:  # the line was dead before anything was asked over it
            raise SshFailure(Outcome.SKIPPED, AGAIN, failure.device) from failure
        raise


def _sftp(opened: Open) -> SFTPClient:
    """Open SFTP on a line. Raises SshFailure where the host has none."""
    channel = opened.transport.open_session(timeout=None if opened.fresh else _OPEN_SECONDS)
    try:
        channel.invoke_subsystem("sftp")
        return SFTPClient(channel)
    except (SSHException, EOFError):
        alive = opened.transport.is_active()
        channel.close()
        if alive:
            raise SshFailure(Outcome.REFUSED, "no_sftp") from None
        raise


def _listed(sftp: SFTPClient, job: Job) -> Said:
    try:
        entries = sftp.listdir_attr(job.folder)
    except FileNotFoundError:
        return Said(Outcome.REFUSED, "folder_missing")
    except PermissionError:
        return Said(Outcome.REFUSED, "folder_refused")
    except OSError as error:
        if error.errno is None:  # SFTP's own word: not a folder, and the like
            return Said(Outcome.REFUSED, "folder_refused")
        raise
    found = sorted(
        (line for entry in entries if (line := _line(entry, job.pattern)) is not None), reverse=True
    )
    text = "\n".join(f"{at} {size} {name}" for at, size, name in found[:_MOST])
    return Said(Outcome.ANSWERED, "", (text,))


def _line(entry: SFTPAttributes, pattern: str) -> tuple[int, str, str] | None:
    """Return time, size and name of an entry; None for one that is not asked for or tells none."""
    mode, at, size = entry.st_mode, entry.st_mtime, entry.st_size
    if mode is None or at is None or not fnmatchcase(entry.filename, pattern):
        return None
    name = "".join(letter for letter in entry.filename if letter.isprintable())[:_LONGEST]
    if stat.S_ISDIR(mode):
        return at, "-", name
    if not stat.S_ISREG(mode) or size is None:
        return None
    return at, str(size), name
