"""Cards → a folder of pages: whole or not at all, and never in place of what is not ours."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio import jinja
from portfolio.errors import PortfolioError
from portfolio.site import card
from portfolio.site.author import ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portfolio.audit.project import Project
    from portfolio.site.author import Author
    from portfolio.site.card import Card

HERE = Path(__file__).parent
MARK = ".portfolio-site"  # in a folder that we made, which may be made anew


class OutOfPlace(PortfolioError):
    """The folder cannot be written."""


@dataclass(frozen=True)
class Shown:
    """A project's card, and the name of its page's folder."""

    card: Card
    project: Project
    page: str

    @property
    def picture(self) -> str:
        """The name of its picture's copy."""
        return f"picture{Path(self.card.picture).suffix.lower()}" if self.card.picture else ""


@dataclass(frozen=True)
class LeftOut:
    """A project that is not shown, and why."""

    path: str
    message: str
    hint: str


@dataclass(frozen=True)
class Site:
    """What is on the page, in the order of roles, and what is not."""

    shown: tuple[Shown, ...]
    left_out: tuple[LeftOut, ...]


def collect(paths: Sequence[Path], author: Author) -> Site:
    """A card for each project, in the author's order of roles, then in the order in which they were named."""
    shown: list[Shown] = []
    left_out: list[LeftOut] = []
    for path in paths:
        try:
            project, found = card.of(path, author.project)
        except PortfolioError as error:
            left_out.append(LeftOut(str(path), error.message, error.hint))
            continue
        shown.append(Shown(found, project, _page(found.name, [each.page for each in shown])))
    if not shown:
        first = left_out[0]
        raise PortfolioError(f"there is nothing to show: {first.message}", first.hint)
    order = [*author.roles, *(role for role in ROLES if role not in author.roles)]
    return Site(tuple(sorted(shown, key=lambda each: order.index(each.card.role))), tuple(left_out))


def write(site: Site, author: Author, out: Path) -> None:
    """Make the folder; one that we made before is replaced, anything else that is not empty is refused."""
    place = out.resolve()
    if place == Path.cwd():
        raise OutOfPlace(f"{out} is the folder that you are in", "name one in it: --out site")
    if place.is_file() or (place.is_dir() and any(place.iterdir()) and not (place / MARK).is_file()):
        raise OutOfPlace(f"{out} is there, and is no site of portfolio's", "name another folder: --out site")
    beside, old = (place.with_name(f".{place.name}.{what}-{os.getpid()}") for what in ("tmp", "old"))
    try:
        beside.mkdir(parents=True)
        _fill(beside, site, author)
        if place.exists():
            place.rename(old)
        beside.rename(place)
    except OSError as error:
        raise OutOfPlace(f"{out} cannot be written: {error.strerror}", "make room, or name another folder") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if old.exists() and not place.exists():
            old.rename(place)
        shutil.rmtree(old, ignore_errors=True)


def _fill(folder: Path, site: Site, author: Author) -> None:
    (folder / MARK).write_text("made by portfolio site\n", encoding="utf-8")
    (folder / ".nojekyll").write_text("", encoding="utf-8")
    groups = {ROLES[role]: [each for each in site.shown if each.card.role == role] for role in _roles(site)}
    index = jinja.page(HERE / "index.html.jinja", author=author, groups=groups)
    (folder / "index.html").write_text(index, encoding="utf-8")
    for each in site.shown:
        (folder / each.page).mkdir()
        page = jinja.page(HERE / "project.html.jinja", author=author, shown=each, card=each.card)
        (folder / each.page / "index.html").write_text(page, encoding="utf-8")
        if each.picture:
            (folder / each.page / each.picture).write_bytes(
                each.project.content(each.card.picture, card.LARGEST_PICTURE)
            )


def _roles(site: Site) -> list[str]:
    return list(dict.fromkeys(each.card.role for each in site.shown))


def _page(name: str, taken: Sequence[str]) -> str:
    """A folder's name for it, of letters, digits and hyphens, that no other has."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"
    number = next(number for number in range(1, len(taken) + 2) if _numbered(slug, number) not in taken)
    return _numbered(slug, number)


def _numbered(slug: str, number: int) -> str:
    return slug if number == 1 else f"{slug}-{number}"
