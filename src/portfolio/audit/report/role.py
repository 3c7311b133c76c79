"""A portfolio for a role, for a terminal or a program."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from portfolio.audit import portfolio
from portfolio.terminal import bold, dim, document, visible, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portfolio.audit.portfolio import Entry, Portfolio
    from portfolio.audit.rubric import Rubric

SCHEMA = 1
LONGEST = 24  # columns of a project's path


def lines(pieces: Iterable[tuple[str, ...]], role: Rubric, is_document: bool) -> Iterator[str]:
    """What the projects show for the role, what is missing, and which to lead with; from their audits as JSON."""
    found = portfolio.of((document for (document,) in pieces), role)
    return iter([_document(found)]) if is_document else _text(found)


def _document(found: Portfolio) -> str:
    shown = {
        name: {"project": entry.path, "evidence": entry.shows[name]}
        for name in found.criteria
        if (entry := found.shown_by(name))
    }
    return document(
        {
            "schema": SCHEMA,
            "role": found.role,
            "projects": [{**asdict(each), "complete": each.complete} for each in found.entries],
            "shown": shown,
            "missing": [asdict(each) for each in found.gaps],
            "lead": [each.path for each in found.lead],
            "refused": [{"path": path, "error": error} for path, error in found.refused],
        }
    )


def _text(found: Portfolio) -> Iterator[str]:
    shown = len(found.criteria) - len(found.gaps)
    yield bold(f"{found.role}: {shown} of {len(found.criteria)} are shown")
    for name in found.criteria:
        if entry := found.shown_by(name):
            yield wrap(f"  ✓ {name}: {visible(entry.path)}, {visible(entry.shows[name])}", "", "    ")
    for gap in found.gaps:
        added = f"; a template that has it: portfolio new {gap.template}" if gap.template else ""
        yield wrap(f"  – {gap.criterion}: {gap.asks}{added}", "", "    ")
    yield ""
    yield from _table(found)
    yield from _lead(found)
    for path, why in found.refused:
        yield wrap(f"Not audited: {visible(path)}: {visible(why)}")


def _table(found: Portfolio) -> Iterator[str]:
    width = min(LONGEST, max([len(visible(each.path)) for each in found.entries] + [len("Project")]))
    yield bold(f"{'Project':<{width}}  {'  '.join(portfolio.PATTERNS)}")
    for each in found.entries:
        path = visible(each.path)
        cells = (f"{_mark(share):<{len(name)}}" for name, share in each.patterns.items())
        yield f"{path if len(path) <= width else '…' + path[1 - width :]:<{width}}  {'  '.join(cells)}".rstrip()
    yield dim("✓ there · ~ in part · – missing")


def _mark(share: float) -> str:
    return "✓" if share == 1 else "~" if share else "–"


def _lead(found: Portfolio) -> Iterator[str]:
    if not found.lead:
        return
    yield ""
    first, *others = found.lead
    yield wrap(f"Lead with {visible(first.path)}: {_counted(first, found)}.")
    for second in others:
        more = [name for name in found.criteria if name in second.shows and name not in first.shows]
        adds = f"it adds: {'; '.join(more)}" if more else "it adds nothing for the role that the first does not show"
        yield wrap(f"Then {visible(second.path)}: {_counted(second, found)}; {adds}.")
    if rest := len(found.entries) - len(found.lead):
        yield wrap(f"Two strong projects outperform ten shallow ones: link the other{'s' * (rest > 1)} below them.")


def _counted(entry: Entry, found: Portfolio) -> str:
    return (
        f"it shows {len(entry.shows)} of {len(found.criteria)} by itself, and {entry.complete} of "
        f"{len(portfolio.PATTERNS)} parts of a project as a whole"
    )
