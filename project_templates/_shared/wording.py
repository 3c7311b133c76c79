"""How a measured number is written: with its interval and its sign."""

from typing import Any


def difference(row: dict[str, Any]) -> str:
    """A paired difference with its interval."""
    return f"{signed(row['difference'])}, 95 % interval {interval(row, signed)}"


def score(row: dict[str, Any]) -> str:
    """A value with its interval."""
    return f"{row['value']:.2f} {interval(row)}"


def interval(row: dict[str, Any], show: Any = "{:.2f}".format) -> str:
    """The interval alone, each end as `show` writes it."""
    low, high = row["ci95"]
    return f"[{show(low)}, {show(high)}]"


def signed(value: float, digits: int = 2) -> str:
    """With its sign, and a real minus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def name(row: dict[str, Any]) -> str:
    """How a table sets off the model, and what a careless evaluation would have claimed."""
    match row["role"]:
        case "model":
            return f"**{row['model']}**"
        case "naive":
            return f"_{row['model']}_"
        case _:
            return str(row["model"])
