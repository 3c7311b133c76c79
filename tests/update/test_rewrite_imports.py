"""Imports of moved modules, rewritten in a user's file: line by line, as it was and as it is."""

from __future__ import annotations

import pytest

from portfolio.update import rewrite_imports
from portfolio.update.tree import Tree

WENT = {"src/shop/model.py": "src/shop/models/network.py", "src/shop/data.py": "src/shop/data/sample.py"}
RENAMED = rewrite_imports.modules(WENT)
PATHS = {"src/shop/models/network.py", "src/shop/data/sample.py", "src/shop/config.py", "src/shop/models/__init__.py"}

CASES = {
    # absolute
    "from shop.model import Net": "from shop.models.network import Net",
    "from shop.model import Net as N, train  # mine": "from shop.models.network import Net as N, train  # mine",
    "from shop.model import (\n    Net,  # the net\n    train,\n)": (
        "from shop.models.network import (\n    Net,  # the net\n    train,\n)"
    ),
    "import shop.model as m": "import shop.models.network as m",
    "import shop.config, shop.model": "import shop.config, shop.models.network",
    "import shop.model\n\nshop.model.Net()": "import shop.models.network\n\nshop.models.network.Net()",
    "from shop import model": "from shop.models import network as model",
    "from shop import model as m": "from shop.models import network as m",
    "from shop import config, model": "from shop import config\nfrom shop.models import network as model",
    "from shop import data, model": "from shop.data import sample as data\nfrom shop.models import network as model",
    "from shop import (\n    config,\n    model,\n)": (
        "from shop import config\nfrom shop.models import network as model"
    ),
    "def f():\n    from shop import config, model\n    return model": (
        "def f():\n    from shop import config\n    from shop.models import network as model\n    return model"
    ),
    # relative
    "from .model import Net": "from .models.network import Net",
    "from . import model": "from .models import network as model",
    "from . import config, model": "from . import config\nfrom .models import network as model",
    "from .config import X": "from .config import X",
    # in strings, as tests name what they replace
    "patch('shop.model.Net', 1)": "patch('shop.models.network.Net', 1)",
    "x = 'é', 'shop.model'": "x = 'é', 'shop.models.network'",
    "x = 'the shop.model of today'": "x = 'the shop.model of today'",
    # none of ours
    "from other.model import Net": "from other.model import Net",
    "from shop.modelling import Net": "from shop.modelling import Net",
    "import model": "import model",
    "shop = 3; shop.real": "shop = 3; shop.real",
    # left for its user, as a comment would be lost
    "from shop import (\n    config,  # settings\n    model,  # the net\n)": (
        "from shop import (\n    config,  # settings\n    model,  # the net\n)"
    ),
    "from shop import model; model.f()": "from shop import model; model.f()",
    "from shop.model import": "from shop.model import",  # is no Python
}


def rewritten(path: str, text: str, was_at: str = "") -> tuple[str, list[rewrite_imports.Rewrite]]:
    return rewrite_imports.rewrite(path, Tree(frozenset(PATHS | {path}), {path: text}), RENAMED, was_at)


@pytest.mark.parametrize("text", CASES)
def test_an_import_follows_its_module(text: str) -> None:
    after, lines = rewritten("src/shop/mine.py", text)
    assert after == CASES[text]
    assert bool(lines) == (after != text)


def test_what_changed_is_shown_with_its_line() -> None:
    _, lines = rewritten("src/shop/mine.py", "import os\n\nfrom .model import (\n    Net,\n)\n")
    assert [(each.line, each.before, each.after) for each in lines] == [
        (3, "from .model import (", "from .models.network import (")
    ]


def test_line_ends_and_bad_bytes_are_kept() -> None:
    after, _ = rewritten("src/shop/mine.py", "# \udcff\r\nfrom .model import Net\r\n")
    assert after == "# \udcff\r\nfrom .models.network import Net\r\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from .config import X", "from ..config import X"),  # meant from where the file stood
        ("from .data import rows", "from ..data.sample import rows"),
        ("from ..config import X", "from ..config import X"),  # the template's own, of the new place
        ("from shop.config import X", "from shop.config import X"),
    ],
)
def test_in_a_file_that_moved_relative_imports_are_meant_from_its_old_place(text: str, expected: str) -> None:
    after, _ = rewritten("src/shop/models/network.py", text, "src/shop/model.py")
    assert after == expected


@pytest.mark.parametrize(
    ("table", "path", "place"),
    [
        ({"a.py": "b/a.py"}, "a.py", "b/a.py"),
        ({"a.py": "b.py", "b.py": "c/b.py"}, "a.py", "c/b.py"),  # moved twice
        ({"old": "new/place"}, "old/x/a.py", "new/place/x/a.py"),  # a folder
        ({"old/": "new/"}, "old/a.py", "new/a.py"),
        ({"a.py": "b.py", "b.py": "a.py"}, "a.py", "a.py"),  # in a circle: nowhere
        ({"a.py": "b.py"}, "c.py", "c.py"),
    ],
)
def test_where_a_file_went(table: dict[str, str], path: str, place: str) -> None:
    assert rewrite_imports.paths(table, [path]).get(path, path) == place
