"""portfolio.toml: whose page it is, and the words that only its author knows."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portfolio.errors import WrongUse, did_you_mean

NAME = "portfolio.toml"
EXAMPLE = 'for example: name = "Ada Lovelace"'
EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+")
ROLES = {
    "mle": "Machine learning engineering",
    "ds": "Data science",
    "ai": "AI engineering",
    "pm": "Product",
    "": "More projects",
}


@dataclass(frozen=True)
class Words:
    """What the author says of one project; what is empty comes from the project itself."""

    title: str = ""
    summary: str = ""  # below the title
    role: str = ""  # a key of ROLES
    skills: tuple[str, ...] = ()
    demo: str = ""  # an address
    code: str = ""  # an address


@dataclass(frozen=True)
class Author:
    """Whose page it is."""

    name: str = ""
    headline: str = ""
    about: str = ""
    email: str = ""
    links: dict[str, str] = field(default_factory=dict)
    roles: tuple[str, ...] = tuple(ROLES)  # which come first
    project: dict[str, Words] = field(default_factory=dict)  # by the name of the project's folder


def read(path: Path | None) -> Author:
    """The author in that file, or in the one of this folder; nobody without one. WrongUse where it makes no sense."""
    if path is None:
        if not Path(NAME).is_file():
            return Author()
        path = Path(NAME)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}", EXAMPLE) from None
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(f"{path} is not TOML: {error}", EXAMPLE) from None
    projects = document.pop("project", {})
    if not isinstance(projects, dict) or not all(isinstance(each, dict) for each in projects.values()):
        raise WrongUse(f"{path}: project must be tables, one for each", '[project.image-api]\ntitle = "…"')
    given = {name: Words(**_checked(Words, each, f"{path}: project.{name}")) for name, each in projects.items()}
    author = Author(**_checked(Author, document, str(path)), project=given)
    unknown = [role for role in (*author.roles, *(each.role for each in given.values())) if role not in ROLES]
    if unknown:
        hint = did_you_mean(unknown[0], list(ROLES), f"there are: {', '.join(filter(None, ROLES))}")
        raise WrongUse(f"{path}: there is no role {unknown[0]!r}", hint)
    return author


def is_address(text: str) -> bool:
    """Whether it is an address that a page may link to."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _checked(kind: type, given: dict[str, Any], where: str) -> dict[str, Any]:
    """The values by name, of the types that they have to be."""
    types = {each.name: str(each.type) for each in fields(kind) if each.name != "project"}
    found: dict[str, Any] = {}
    for name, value in given.items():
        match types.get(name, ""), value:
            case "", _:
                raise WrongUse(
                    f"{where}: there is no {name!r}", did_you_mean(name, list(types), f"see: {', '.join(types)}")
                )
            case "str", str():
                found[name] = value
            case "tuple[str, ...]", [*items] if all(isinstance(each, str) for each in items):
                found[name] = tuple(items)
            case "dict[str, str]", dict() if all(isinstance(each, str) for each in value.values()):
                found[name] = value
            case wanted, _:
                raise WrongUse(f"{where}: {name} is not {_said(wanted)}", EXAMPLE)
    if found.get("email") and not EMAIL.fullmatch(found["email"]):
        raise WrongUse(f"{where}: email is no address", "such as ada@example.org")
    for name in ("demo", "code"):
        if found.get(name) and not is_address(found[name]):
            raise WrongUse(f"{where}: {name} is no address", "begin it with https://")
    for name, address in found.get("links", {}).items():
        if not is_address(address):
            raise WrongUse(f"{where}: the link {name!r} is no address", "begin it with https://")
    return found


def _said(wanted: str) -> str:
    return {"str": "a text", "tuple[str, ...]": "a list of texts", "dict[str, str]": "a table of texts"}[wanted]
