"""What has been learnt about a device: one value, owned by the runtime, handed to the wire."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class DeviceMemory:
    """Mutable on purpose; nothing in it is a judgement and all of it may be forgotten."""

    if_index: dict[str, int] = field(default_factory=dict)
    """ifName -> ifIndex, learnt by a walk; emptied when uptime drops."""
    uptime_ticks: int | None = None
    """sysUpTime of the last answer."""
    heard_at: float = 0.0
    """When that was, on the monotonic clock."""
    runs_without: int = 0
    """Runs in a row in which a declared interface was not there."""
    questions: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """probe id -> its OIDs split into PDUs, valid for the `if_index` at hand."""
    max_varbinds: int = 40
    """Halved when the agent says tooBig or a large answer gets lost; kept."""
    bulk_size: int = 20
    """GETBULK max-repetitions; halved on timeout or tooBig, kept."""
    silent_runs: int = 0
    """Runs without an answer in a row; from `breaker_after` on a run is one try, no retries."""
    engine_id: bytes | None = None
    engine_boots: int = 0
    engine_time: int = 0
    polls: int = 0
    answers: int = 0
    retries: int = 0

    def forget_interfaces(self) -> None:
        """Drop what hangs on ifIndex: after a restart the numbers may have moved."""
        self.if_index.clear()
        self.questions.clear()
