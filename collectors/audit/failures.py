"""Why there is nothing to judge: what came of the home page, as the outcome of the check."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from collectors.audit.form import VERSION, Report, Summary, Task

OUTCOMES: Final = {
    "timeout": "SILENT", "dns_failed": "SILENT", "unreachable": "SILENT", "refused": "REFUSED",
    "address_not_allowed": "SKIPPED", "robots_disallowed": "ANSWERED", "http_status": "ANSWERED",
    "robots_unreachable": "ANSWERED", "redirect_out": "ANSWERED", "soft_404": "ANSWERED",
    "tls_untrusted": "REFUSED", "tls_failed": "REFUSED", "coding": "ANSWERED",
    "out_of_time": "SILENT", "no_page": "ANSWERED", "no_links": "ANSWERED",
    "error_text": "ANSWERED", "ca_unread": "SKIPPED", "gm_only": "SKIPPED",
}  # fmt: skip
"""By reason; any other is GARBLED."""
_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


def failed(
    task: Task,
    url: str,
    started: int,
    seconds: float,
    why: str,
    partial: str = "",
    lost: Mapping[str, int] = _NOTHING,
) -> Report:
    """Return the document of an audit that came to nothing; `why`: a reason code."""
    summary = Summary(
        task.service, url, started, round(seconds, 1), task.title,
        failure=why, partial=partial, outcome=OUTCOMES.get(why, "GARBLED"),
    )  # fmt: skip
    return Report(VERSION, summary, lost=dict(lost), rules=task)
