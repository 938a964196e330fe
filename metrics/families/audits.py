"""What an audit of a website came to: its score, and how much of each fault was found."""

from __future__ import annotations

from typing import Final

from metrics._form import Kind, Measurement, metric
from metrics.families.services import PROBE

AUDIT: Final = Measurement("extranet_website", PROBE.labels)
_G: Final = Kind.GAUGE

WEBSITE_SCORE: Final = metric(AUDIT, "score", _G, "score", "100 less all deductions")
WEBSITE_PAGES: Final = metric(AUDIT, "pages", _G, "", "Pages that were read")
WEBSITE_DEAD_LINKS: Final = metric(
    AUDIT, "dead_links", _G, "", "Places that are linked to and do not load"
)
WEBSITE_BROKEN_PICTURES: Final = metric(
    AUDIT, "broken_pictures", _G, "", "Pictures that do not load or are none"
)
WEBSITE_EMPTY_COLUMNS: Final = metric(
    AUDIT, "empty_columns", _G, "", "List pages without entries (空白栏目)"
)
WEBSITE_STALE_COLUMNS: Final = metric(
    AUDIT, "stale_columns", _G, "", "List pages without news for longer than their kind allows"
)
WEBSITE_PARTIAL: Final = metric(
    AUDIT, "partial", _G, "", "1 = the audit ended before it was through, 0 = it was whole"
)
