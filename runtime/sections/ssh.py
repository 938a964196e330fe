"""Section `ssh` of `monitor.yaml`: how much at once, and for how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from inventory.edge import Size, duration
from inventory.strict import Strict


class SshConfig(Strict):
    """How servers and network gear are asked by SSH.

    `workers`: conversations at once; `logins_at_once` and `logins_per_second`: over all groups;
    `keep`: connections to hosts that stay open, each a descriptor and a thread; `idle`: after which
    one that nobody uses is closed; `connect`: for TCP to be there; `login`: for greeting, key
    exchange and authentication. The process is exchanged after `recycle_jobs`, or when it has grown
    to `recycle_bytes`. `agent_keys`: how many keys of an agent are offered to a host.
    """

    workers: Annotated[int, Field(ge=4, le=256)] = 64
    logins_at_once: Annotated[int, Field(ge=1, le=128)] = 16
    logins_per_second: Annotated[float, Field(ge=0.1, le=200)] = 20.0
    keep: Annotated[int, Field(ge=16, le=5_000)] = 1_000
    idle: Annotated[float, BeforeValidator(duration), Field(ge=10)] = 600.0
    connect: Annotated[float, BeforeValidator(duration), Field(ge=0.5, le=60)] = 5.0
    login: Annotated[float, BeforeValidator(duration), Field(ge=1, le=120)] = 30.0
    recycle_jobs: Annotated[int, Field(ge=100)] = 200_000
    recycle_bytes: Annotated[Size, Field(ge=250_000_000)] = 600_000_000
    agent_keys: Annotated[int, Field(ge=1, le=5)] = 2
