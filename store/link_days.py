"""History of one circuit by local day, from sealed hours (`sla.link_days`)."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sla.link_days import LinkDay
from store import _duck
from store.errors import StoreError
from store.hours import HOUR, hours_with, sealed_file

_DAYS: Final = """
SELECT sum(sent), sum(lost), quantile_disc(rtt_median, 0.5), quantile_disc(rtt_median, 0.95),
       quantile_disc(inward, 0.95), quantile_disc(outward, 0.95), max(inward), max(outward)
FROM (SELECT *, in_octets * 8000 // nullif(in_ms, 0) AS inward,
             out_octets * 8000 // nullif(out_ms, 0) AS outward
      FROM {rows} WHERE link = $2 AND slot >= $3 AND slot < $4)
"""


def read(folder: Path, link: str, start: int, end: int, zone: str) -> list[LinkDay]:
    """Return the local days of [start, end) of which anything is known, oldest first.

    Belongs into a worker process: a quarter is some 2,200 files. Raises StoreError.
    """
    hours = [hour for hour in hours_with(folder, ".parquet") if start < hour + HOUR and hour < end]
    query = _DAYS.format(rows=_duck.sealed("$1"))
    found: list[LinkDay] = []
    if not hours:
        return found
    try:
        with closing(_duck.connect(folder)) as engine:
            for since, until in _days(start, end, zone):
                files = [
                    str(sealed_file(folder, h)) for h in hours if since < h + HOUR and h < until
                ]
                if not files:
                    continue
                values: Any = engine.execute(query, [files, link, since, until]).fetchone()
                if values[0] is not None:
                    sent, lost, *others = (None if v is None else int(v) for v in values)
                    found.append(LinkDay(since, sent or 0, lost or 0, *others))
    except _duck.error() as error:
        raise StoreError("failed", folder, str(error)) from error
    return found


def _days(start: int, end: int, zone: str) -> list[tuple[int, int]]:
    """Cut a window at local midnights."""
    edges = [start]
    here = datetime.fromtimestamp(start, ZoneInfo(zone)).replace(hour=0, minute=0, second=0)
    while edges[-1] < end:
        here += timedelta(days=1)
        edges.append(min(int(here.timestamp()), end))
    return list(pairwise(edges))
