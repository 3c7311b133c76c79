"""What the service is asked by `ask` and by the load test."""

from product_brief.config import Config
from product_brief.kit.questions import Question, as_json
from product_brief.models import saved


def questions() -> list[Question]:
    """Questions of the test that got the right article; titles where their license forbids to show them."""
    examples = saved.load(Config()).card.examples
    return [as_json("/ask", {"question": each}, example=not number) for number, each in enumerate(examples)]
