"""`[tool.portfolio.audit]` of an audited project's pyproject.toml."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portfolio.errors import WrongUse


@dataclass(frozen=True)
class Settings:
    """The settings that a project's author gives the audit."""

    ignore: dict[str, str] = field(default_factory=dict)  # rule code → reason
    results: str | None = None  # path of the results file


def read(pyproject: dict[str, Any]) -> Settings:
    """The settings in a parsed pyproject.toml; WrongUse if they are not what they should be."""
    match pyproject:
        case {"tool": {"portfolio": {"audit": settings}}}:
            return _checked(settings)
        case _:
            return Settings()


def _checked(settings: Any) -> Settings:
    match settings:
        case {"ignore": ignore} if not isinstance(ignore, dict) or not all(
            isinstance(reason, str) for reason in ignore.values()
        ):
            raise WrongUse(
                "[tool.portfolio.audit] ignore has to name a reason for each rule",
                'for example: ignore = { RFL701 = "a library: its limits are in its docs" }',
            )
        case {"results": results} if not isinstance(results, str) or Path(results).is_absolute() or ".." in results:
            raise WrongUse(
                "[tool.portfolio.audit] results has to be a path inside the project",
                'for example: results = "results.json"',
            )
        case dict() if unknown := settings.keys() - {"ignore", "results"}:
            raise WrongUse(
                f"[tool.portfolio.audit] has no setting {min(unknown)!r}", "the settings are: ignore, results"
            )
        case dict():
            return Settings(settings.get("ignore", {}), settings.get("results"))
        case _:
            raise WrongUse("[tool.portfolio.audit] is not a table", "see: portfolio rules")
