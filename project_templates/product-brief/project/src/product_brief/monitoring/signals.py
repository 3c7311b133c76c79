"""What the service notes of each question as numbers, for the monitor: nothing of the question itself."""

from collections.abc import Sequence

from product_brief.models.assistant import Answer


def signals(question: str, answer: Answer, words: Sequence[str]) -> dict[str, float]:
    """How sure it was, how long the question is, and how much of it no article knows."""
    unknown = len(answer.unknown) / len(set(words)) if words else 1.0
    return {"confidence": answer.confidence, "words": float(len(question.split())), "unknown words": round(unknown, 4)}
