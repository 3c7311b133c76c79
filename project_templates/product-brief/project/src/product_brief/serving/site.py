"""The page as one file: brief, charts and the assistant with its articles are in it, and no service is asked.

Run as: python -m product_brief site
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from product_brief.config import Config
from product_brief.kit import page
from product_brief.kit.page import Page
from product_brief.models import saved
from product_brief.models.saved import Saved
from product_brief.serving.app import SILENT_WHY, shown

ASSIST = Path(__file__).with_name("assist.js")
LARGEST = 5_000_000  # bytes of articles in a page; with more it is too slow to open


def alone(config: Config) -> Page | None:
    """The page that needs no service; None where the articles are too many for one."""
    model = saved.load(config)
    packed = page.as_data(_packed(model, config))
    if len(packed) > LARGEST:
        print(f"no page is written: its articles have {len(packed) / 1e6:.1f} MB, and it would be too slow to open")
        return None
    return shown(config, model, ASSIST.read_text(encoding="utf-8").replace("MODEL", packed))


def _packed(model: Saved, config: Config) -> dict[str, Any]:
    """What the page computes with."""
    assistant = model.assistant
    return {
        "articles": [asdict(each) for each in assistant.faq.articles],
        "settings": asdict(assistant.settings),
        "refuses": assistant.refuses,
        "k1": assistant.index.k1,
        "b": assistant.index.b,
        "listed": config.listed,
        "excerpt": config.excerpt,
        "silent_why": SILENT_WHY,
    }
