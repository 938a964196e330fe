"""How fresh backups are, how large, and how far replicas lag behind."""

from __future__ import annotations

from typing import Final

from metrics._form import Kind, Measurement, metric
from metrics.families.services import PROBE

BACKUP: Final = Measurement("extranet_backup", PROBE.labels)
REPLICATION: Final = Measurement("extranet_replication", PROBE.labels)
_G: Final = Kind.GAUGE

BACKUP_AGE: Final = metric(
    BACKUP, "age_seconds", _G, "seconds", "Time since the newest backup was written or reported"
)
BACKUP_SIZE: Final = metric(BACKUP, "size_bytes", _G, "", "Size of the newest backup")
BACKUP_COUNT: Final = metric(BACKUP, "sets", _G, "", "Backups that are kept")
BACKUP_TOOK: Final = metric(
    BACKUP, "took_seconds", _G, "seconds", "How long the job took, as it says itself"
)
BACKUP_RPO: Final = metric(
    BACKUP, "rpo_seconds", _G, "seconds", "How old the newest backup may be: what may be lost"
)
REPLICATION_LAG: Final = metric(
    REPLICATION, "lag_seconds", _G, "seconds", "How far the replica lags behind"
)
REPLICATION_RPO: Final = metric(
    REPLICATION, "rpo_seconds", _G, "seconds", "How far the replica may lag behind"
)
