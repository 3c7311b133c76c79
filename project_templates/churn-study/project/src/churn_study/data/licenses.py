"""Which licenses forbid to pass rows on. A module of its own: the service asks it, and does not load pandas."""

NOT_STATED = "none stated (teaching data): do not pass it on"
FORBIDDEN = frozenset({NOT_STATED})


def may_be_shown(licence: str) -> bool:
    """Whether rows under this license may be published."""
    return licence not in FORBIDDEN
