"""What an outbox counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Everything since the start of the process."""

    sent_points: int = 0
    sent_batches: int = 0
    sent_bytes: int = 0
    retried_batches: int = 0
    refused_points: int = 0
    partial_points: int = 0
    dropped_points: int = 0
    damaged_batches: int = 0
    unencodable_readings: int = 0
    disk_errors: int = 0
