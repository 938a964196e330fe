"""A report in a format: the plug-ins of `sla/renderers/`, by what each calls itself."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.plugins import OF_ALL, OF_ONE, renderers
from runtime.reports.form import Rendered
from sla.link_days import LinkDay
from sla.report import Report


class NoSuchFormatError(LookupError):
    """There is no renderer of that name."""

    code = "unknown_format"


def render(form: str, report: Report, sha256: str, language: str) -> Rendered:
    """Make a view. Raises NoSuchFormatError, and what the renderer raises (`RenderError`)."""
    module = renderers().get(form)
    if module is None or form in {OF_ONE, OF_ALL}:
        raise NoSuchFormatError(form)
    return Rendered(module.render(report, sha256, language), module.MEDIA)


def render_link(
    report: Report, sha256: str, language: str, link: str, days: Sequence[LinkDay]
) -> Rendered:
    """Make the page of one circuit; `days`: beside it. Raises NoSuchFormatError."""
    module = renderers().get(OF_ONE)
    if module is None:
        raise NoSuchFormatError(OF_ONE)
    return Rendered(module.render(report, sha256, language, link=link, days=days), module.MEDIA)


def render_leader(
    found: Sequence[tuple[Report, str]], before: Sequence[Report], language: str
) -> Rendered:
    """Make the page over all carriers. Raises NoSuchFormatError."""
    module = renderers().get(OF_ALL)
    if module is None:
        raise NoSuchFormatError(OF_ALL)
    return Rendered(module.render(found, before, language), module.MEDIA)
