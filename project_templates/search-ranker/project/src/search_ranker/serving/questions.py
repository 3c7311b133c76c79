"""What the service is asked by `ask` and by the load test."""

from search_ranker.config import Config
from search_ranker.kit.questions import Question, as_json
from search_ranker.models import saved

ASKED = 200


def questions() -> list[Question]:
    """Test questions, the clearest first; where nobody has asked anything yet, titles of passages."""
    model, longest = saved.load(), Config.longest_question
    texts = model.card.examples or [each.whole[:100] for each in model.engine.index.passages[:ASKED]]
    asked = [{"question": text[:longest]} for text in texts if text.strip()]
    example = as_json("/answer", {"question": asked[0]["question"], "length": 2}, example=True)
    return [example, *(as_json("/answer", each) for each in asked)]
