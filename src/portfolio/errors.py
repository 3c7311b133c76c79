"""All that may reach the user when something goes wrong: what it was, and what to do next."""


class PortfolioError(Exception):
    """Something could not be done; nothing of the user's was lost. Shown in two lines, without a traceback."""

    exit_code = 1

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class WrongUse(PortfolioError):
    """The command was not understood, or an answer is not a valid one."""

    exit_code = 2


def did_you_mean(word: str, known: list[str], otherwise: str) -> str:
    """A hint that names the nearest known word, or else `otherwise`."""
    import difflib

    match difflib.get_close_matches(word, known, n=1):
        case [nearest]:
            return f"did you mean {nearest}?"
        case _:
            return otherwise
