"""Which licenses forbid to pass texts on. A module of its own: the service asks it, and reads no data."""

USAJOBS = "CC0-1.0"
STACKFAQ = "threads CC BY-SA (Stack Exchange), paraphrases: none stated, do not pass them on"
COOKIE_CATS = "none stated (teaching data): do not pass it on"
FORBIDDEN = frozenset({STACKFAQ})


def cases_may_be_shown(licence: str) -> bool:
    """Whether questions of an evaluation set under this license may be published."""
    return licence not in FORBIDDEN
