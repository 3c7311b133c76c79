"""Cases for articles that nobody wrote cases for: their own titles. A start, and never a reason to launch.

Titles count for no article when one of them is asked, or every question would hold its answer. A quarter of the
articles is taken away for its own title, so that there is something that the articles do not answer.
"""

import hashlib
from collections import Counter

from product_brief.data.articles import DRAFTED, NOTHING, Case, Faq

FOUND, TAKEN, ELSEWHERE = f"{DRAFTED}: own title", f"{DRAFTED}: article taken away", f"{DRAFTED}: from elsewhere"
SHARE_TAKEN = 1 / 4
OFF_TOPIC = (
    "How long do I boil an egg?", "Which planet is the largest?", "What rhymes with orange?",
    "How do I remove a wine stain from a carpet?", "Who won the last world cup?", "Can goldfish hear music?",
    "How deep is the ocean?", "What is a good name for a cat?", "How do I fold a paper airplane?",
    "When do tulips bloom?", "How many bones has a shark?", "What is the boiling point of honey?",
    "Which bread is best for toast?", "How do I sharpen a kitchen knife?", "Why is the sky blue?",
    "What is the plural of octopus?", "How do I tune a violin?", "Is it going to snow tomorrow?",
    "How do I train a puppy to sit?", "What is the recipe for pancakes?",
)  # fmt: skip


def draft(faq: Faq) -> list[Case]:
    """One case for each title that only one article has, and questions about other things."""
    current = [each for each in faq.articles if not each.replaced_by]
    often = Counter(each.title.casefold() for each in faq.articles)
    cases = [Case(question, NOTHING, ELSEWHERE) for question in OFF_TOPIC]
    for each in current:
        if often[each.title.casefold()] == 1:
            # With a word of its own: the split hashes the id as well, and all that are taken would be on one side.
            is_taken = hashlib.sha256(f"taken {each.id}".encode()).digest()[0] < 256 * SHARE_TAKEN
            title = " ".join(each.title.split())[:500]
            cases.append(Case(title, NOTHING, TAKEN, each.id) if is_taken else Case(title, each.id, FOUND))
    return cases
