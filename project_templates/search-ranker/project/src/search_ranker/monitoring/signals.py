"""What `monitor` watches of an answer: a few numbers, from which no question can be restored."""

from search_ranker.models.engine import Answer, Engine


def signals(answer: Answer, engine: Engine) -> dict[str, float]:
    """The numbers of one answer."""
    asked = answer.ranked.words
    return {
        "words": float(len(asked)),
        "known": round(sum(engine.known(asked)) / max(1, len(asked)), 4),
        "top score": round(answer.ranked.top, 4),
        "confidence": answer.confidence,
    }
