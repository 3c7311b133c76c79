"""What every report tells alike: how fast the service answers, and where the numbers come from."""

import json
from typing import Any

from .blocks import table


def latency(serving: dict[str, Any] | None, answer: dict[str, Any] | None = None) -> str:
    """The times of the load test, their price, and an answer: the one it was given, or as much of it as `answer`."""
    if serving is None:
        return f"_Not measured yet: `python -m {__package__} loadtest`._"
    shown = json.dumps(answer or serving["answer"], indent=1, ensure_ascii=False)
    return "\n\n".join(
        [
            table(
                ["Asked at the same time", "p50", "p95", "p99", "Answers a second"],
                [
                    [
                        str(row["concurrency"]),
                        *(f"{row[key]:.1f} ms" for key in ("p50", "p95", "p99")),
                        f"{row['per_second']:.0f}",
                    ]
                    for row in serving["loads"]
                ],
            ),
            f"Measured on {serving['machine']}, which also ran the load generator. At an assumed "
            f"${serving['price_per_hour']:g} an hour for such a machine (`config.py`), fully used, 1,000 answers cost "
            f"${serving['price_per_1000']:.6f}. {'The beginning of an' if answer else 'An'} answer:",
            f"```json\n{shown}\n```",
        ]
    )


def provenance(measured: dict[str, Any]) -> str:
    """Which code, data, seed and model."""
    commit = (measured["commit"] or "no commit")[:12] + (" with uncommitted changes" if measured["dirty"] else "")
    model = measured["artefacts"][0]
    return table(
        ["What", "Which"],
        [
            ["Measured", measured["created"]],
            ["Code", commit],
            ["Data", f"{measured['data']['source']}, sha256 `{measured['data']['sha256'][:12]}…`"],
            ["Seed", str(measured["seed"])],
            ["Model", f"`{model['path']}`, {model['bytes'] / 1000:.0f} kB, sha256 `{model['sha256'][:12]}…`"],
            ["Whole run", f"{measured['seconds']:.0f} s"],
        ],
    )
