"""What the SSH process can do: one function for each kind of job."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from collectors._ssh import Kept, Said
from collectors.wires._ssh_connections import Connections, LoggedInCall
from collectors.wires._ssh_dialogue import CONFIGURATION, converse
from collectors.wires._ssh_files import list_files
from collectors.wires._ssh_form import Job
from collectors.wires._ssh_run import run
from runtime.clock import wall
from runtime.configurations.job import KIND, Keeper, KeepingSettings

Work = Callable[[Job, Connections, LoggedInCall], Said | Kept]
"""May raise SshFailure. The call is made when all logins are over."""


def jobs(parts: Mapping[str, bytes]) -> dict[str, Work]:
    """Return the functions. `parts`: what a kind is told besides, as in `_ssh_form.Start`."""
    found: dict[str, Work] = {"run": run, "list_files": list_files, "converse": _converse}
    if KIND in parts:
        found[KIND] = _keeping(Keeper(msgspec.msgpack.decode(parts[KIND], type=KeepingSettings)))
    return found


def _converse(job: Job, connections: Connections, logged_in: LoggedInCall) -> Said:
    with connections.once(job, logged_in) as opened:
        return converse(
            opened.transport, job.platform, job.commands, until=job.until, most_bytes=job.most_bytes
        )


def _keeping(keeper: Keeper) -> Work:
    def keep(job: Job, connections: Connections, logged_in: LoggedInCall) -> Kept:
        command = CONFIGURATION.get(job.platform)
        commands = () if command is None else (command,)
        began = int(wall())  # what is changed while it is read may not be in it
        said = _converse(msgspec.structs.replace(job, commands=commands), connections, logged_in)
        return keeper.keep(job.access.device, job.platform, said, why=job.why, now=began)

    return keep
