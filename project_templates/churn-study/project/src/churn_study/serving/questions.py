"""What the service is asked by `ask` and by the load test."""

from churn_study.kit.questions import Question, as_json
from churn_study.models import saved


def questions() -> list[Question]:
    """Customers of the test, from a high risk to a low one; where their license forbids to show them, one like most."""
    examples = saved.load().card.examples
    return [as_json("/score", {"customer": each}, example=not number) for number, each in enumerate(examples)]
