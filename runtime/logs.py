"""Logs: one JSON object a line, on standard error. They speak on change, once each way.

Text from devices is escaped by JSON, so that no line can be forged; secrets never get here.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Final

import msgspec

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name.removeprefix("extranet."),
            "said": record.getMessage(),
        }
        line |= {
            key: value if isinstance(value, int | float | str) else str(value)
            for key, value in vars(record).items()
            if key not in _STANDARD
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def start(level: int = logging.INFO) -> None:
    """Send every log line of the process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn", "pysnmp", "paramiko"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
