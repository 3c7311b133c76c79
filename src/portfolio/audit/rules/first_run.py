"""Findings that the first run of a project puts right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfolio.audit.verdict import Verdict, failed

if TYPE_CHECKING:
    from portfolio.audit.project import Project


def needs_run(project: Project, message: str) -> Verdict:
    """A failure that a run puts right, naming the command that does."""
    return failed(f"{message}: `{project.command}` fills it in")


def has_not_run(project: Project) -> bool:
    """Whether it is a project of ours that has not run yet."""
    return bool(project.record) and not project.has_run
