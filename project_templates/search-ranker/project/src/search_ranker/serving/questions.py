"""What the service is asked by `ask` and by the load test."""

from search_ranker.kit.questions import Question, as_json
from search_ranker.models import saved


def questions() -> list[Question]:
    """Test questions, the clearest first; where nobody has asked anything yet, the beginnings of passages."""
    model = saved.load()
    asked = [{"question": text} for text in model.examples]
    example = as_json("/answer", {"question": asked[0]["question"], "length": 2}, example=True)
    return [example, *(as_json("/answer", each) for each in asked)]
