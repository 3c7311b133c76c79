"""Imports of moved modules, rewritten in a user's file: line by line, as it was and as it is."""

from __future__ import annotations

import pytest

from portfolio.update import rewrite_imports
from portfolio.update.tree import Tree

WENT = {"src/shop/model.py": "src/shop/models/network.py", "src/shop/data.py": "src/shop/data/sample.py"}
RENAMED = rewrite_imports.modules(WENT)
OTHERS = {"src/shop/config.py": "X = 1\n", "src/shop/__init__.py": ""}
BEFORE = {"src/shop/model.py": "class Net: ...\ntrain = 1\n", "src/shop/data.py": "rows = 1\n", **OTHERS}
AFTER = {
    "src/shop/models/network.py": "class Net: ...\ntrain = 1\n",
    "src/shop/models/__init__.py": "",
    "src/shop/data/sample.py": "rows = 1\n",
    **OTHERS,
}

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
    "from shop import data, model": "from shop import data\nfrom shop.models import network as model",  # a folder now
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
    before, after = {**BEFORE, was_at or path: text}, {**AFTER, path: text}
    old, new = (Tree(frozenset(files), files) for files in (before, after))
    return rewrite_imports.rewrite(path, old, new, RENAMED, was_at)


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
        ({"a.py": "there.py", "there.py": "c/b.py"}, "a.py", "there.py"),  # took the place of another that moved
        ({"old": "new/place"}, "old/x/a.py", "new/place/x/a.py"),  # a folder
        ({"old/": "new/"}, "old/a.py", "new/a.py"),
        ({"a.py": "b.py", "b.py": "a.py"}, "a.py", "a.py"),  # in a circle: nowhere
        ({"a.py": "b.py"}, "c.py", "c.py"),
    ],
)
def test_where_a_file_went(table: dict[str, str], path: str, place: str) -> None:
    there = frozenset({"there.py"})
    assert rewrite_imports.paths(table, [path], there).get(path, path) == place


@pytest.mark.parametrize(
    ("went", "ours", "followed"),
    [
        ({"a.py": "b.py"}, {"a.py"}, {"a.py"}),
        ({"a.py": "b.py"}, {"a.py", "b.py"}, set()),  # one of the user's own stands there
        ({"a.py": "c.py", "b.py": "c.py"}, {"a.py", "b.py"}, set()),  # two into one
        ({"a.py": "b.py", "b.py": "c.py"}, {"a.py", "b.py"}, {"a.py", "b.py"}),  # which moves too
        ({"a.py": "b.py", "b.py": "c.py"}, {"a.py", "b.py", "c.py"}, set()),
    ],
)
def test_which_edits_can_follow(went: dict[str, str], ours: set[str], followed: set[str]) -> None:
    assert rewrite_imports.that_edits_can_follow(went, ours).keys() == followed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # what already names the new place, or a folder that has the old module's name
        ("from shop.models import network", "from shop.models import network"),
        ("from shop.data import sample", "from shop.data import sample"),
        ("from shop.data import rows", "from shop.data.sample import rows"),
        # a variable that is called like the package
        ("def f(shop):\n    return shop.model", "def f(shop):\n    return shop.model"),
        ("import shop.model\n\n\ndef f(shop):\n    return shop.model", None),
        # white space, letters and marks that are legal
        ("from shop . model import Net", "from shop.models.network import Net"),
        ("from \\\n shop.model import Net", "from \\\n shop.models.network import Net"),
        ("import shop . model as m", "import shop.models.network as m"),
        ("\ufefffrom shop.model import Net", "\ufefffrom shop.models.network import Net"),
        ("\ufeffx = 1\nfrom shop.model import Net", "\ufeffx = 1\nfrom shop.models.network import Net"),
        ("größe = 1; from shop.model import Net", "größe = 1; from shop.models.network import Net"),
        ("from shop import a, model\r\n", "from shop import a\r\nfrom shop.models import network as model\r\n"),
        ("# a\rx = 1\nfrom shop.model import Net\n", "# a\rx = 1\nfrom shop.model import Net\n"),  # lines are uncertain
        # strings that only look like a module
        ("x = 'shop.model.onnx'", "x = 'shop.model.onnx'"),
        ("x = 'shop.model:8000'", "x = 'shop.model:8000'"),
        ("x = 'shop.model: three'", "x = 'shop.model: three'"),
        ("x = 'shop.model:train'", "x = 'shop.models.network:train'"),
    ],
)
def test_only_what_led_to_the_old_place_is_rewritten(text: str, expected: str | None) -> None:
    after, _ = rewritten("src/shop/mine.py", text)
    if expected is None:  # the import, but not the variable
        expected = text.replace("import shop.model\n", "import shop.models.network\n")
    assert after == expected


def test_a_package_that_moved_is_rewritten_once_and_always_alike() -> None:
    files = {"src/shop/nets/__init__.py": "", "src/shop/nets/net.py": "class Net: ...\n"}
    was = {path.replace("nets/", "models/"): text for path, text in files.items()}
    text = "import shop.models.net\n\nshop.models.net.Net()\nT = 'shop.models.net.Net'\n"
    before, tree = (Tree(frozenset(each), each) for each in ({**was, "mine.py": text}, {**files, "mine.py": text}))
    renamed = {"shop.models": "shop.nets", "shop.models.net": "shop.nets.net"}
    after, _ = rewrite_imports.rewrite("mine.py", before, tree, renamed)
    assert after == text.replace("models", "nets")


def test_two_rewrites_of_one_line_are_shown_as_one() -> None:
    text = "x = 1\nfrom . import config, model\nimport shop.model as a, shop.model as b\n"
    _, lines = rewritten("src/shop/mine.py", text)
    assert [(each.line, each.after) for each in lines] == [
        (2, "from . import config\nfrom .models import network as model"),
        (4, "import shop.models.network as a, shop.models.network as b"),
    ]
