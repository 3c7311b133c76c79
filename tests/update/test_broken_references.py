"""What git merges cleanly and breaks all the same: each by the files before and after, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from portfolio.update import broken_references
from portfolio.update.tree import Tree

Files = Mapping[str, str]
SHOP: Files = {
    "src/bakery/__init__.py": "",
    "src/bakery/oven.py": "HEAT = 200\n\n\ndef bake():\n    return HEAT\n",
    "src/bakery/shop.py": "from bakery.oven import bake\n",
    "pyproject.toml": '[project.scripts]\nbakery = "bakery.oven:bake"\n',
    "README.md": "# Bakery\n",
}


def tree(files: Files) -> Tree:
    """These files as a tree."""
    return Tree(frozenset(files), {path: text for path, text in files.items() if broken_references.is_read(path)})


def found(before: Files, merged: Files, theirs: Files | None = None, moved: Files | None = None) -> list[str]:
    """What is broken, as `path:line reference`."""
    lines = broken_references.find(tree(before), tree(theirs or {}), tree(merged), moved or {}, frozenset())
    return [f"{each.path}:{each.line} {each.reference}" for each in lines]


def without(files: Files, *paths: str) -> dict[str, str]:
    """The files but for some."""
    return {path: text for path, text in files.items() if path not in paths}


GONE = "src/bakery/oven.py"
# A line of a file of the user's → what of it is broken when the module `oven` is gone (None: nothing).
LOST_MODULE = {
    "from bakery.oven import bake": "bakery.oven.bake",
    "from bakery.oven import *": "bakery.oven.*",
    "import bakery.oven": "bakery.oven",
    "import bakery.oven as hot": "bakery.oven",
    "from bakery import oven": "bakery.oven",
    "from bakery import shop, oven as hot": "bakery.oven",
    "def late():\n    from bakery.oven import bake\n    return bake": "bakery.oven.bake",
    "try:\n    from bakery.oven import bake\nexcept ImportError:\n    bake = None": "bakery.oven.bake",
    "patch('bakery.oven.bake')": "bakery.oven.bake",
    "import_module('bakery.oven')": "bakery.oven",
    "import ovens.oven": None,
    "from elsewhere import oven": None,
    "'bakery.oven is hot'": "bakery.oven",
    "'bakery.oven.onnx', 'my.bakery.oven'": None,
}


@pytest.mark.parametrize("line", LOST_MODULE)
def test_a_module_that_is_gone(line: str) -> None:
    before = {**SHOP, "tests/test_mine.py": f"{line}\n"}
    lines = [each for each in found(before, without(before, GONE)) if each.startswith("tests/")]
    expected = LOST_MODULE[line]
    assert [each.partition(" ")[2] for each in lines] == ([expected] if expected else [])


# What the module `oven` still holds → what of `from bakery.oven import bake` in the user's file is broken.
LOST_NAME = {
    "HEAT = 200\n": True,
    "def heat():\n    bake = 1\n    return bake\n": True,
    "class Oven:\n    def bake(self): ...\n": True,
    "def bake():\n    return 1\n": False,
    "async def bake():\n    return 1\n": False,
    "bake: int\n": False,
    "bake, heat = 1, 2\n": False,
    "from bakery.shop import sell as bake\n": False,
    "from bakery.shop import *\n": False,
    "if True:\n    def bake(): ...\nelse:\n    bake = None\n": False,
    "try:\n    import bake\nexcept ImportError:\n    bake = None\n": False,
    "with open('x') as bake:\n    pass\n": False,
    "for bake in range(3):\n    pass\n": False,
    "def __getattr__(name):\n    return 1\n": False,
    "def broken(:\n": False,  # reported by itself
}


@pytest.mark.parametrize("oven", LOST_NAME)
def test_a_name_that_a_module_lost(oven: str) -> None:
    before = {**SHOP, "src/bakery/mine.py": "from .oven import bake\n"}
    lines = found(before, {**before, GONE: oven})
    assert ("src/bakery/mine.py:1 bakery.oven.bake" in lines) == LOST_NAME[oven]


def test_a_name_that_is_asked_of_a_module() -> None:
    mine = "from bakery import oven as hot\nimport bakery.oven\n\nhot.bake()\nbakery.oven.bake()\n"
    shadowed = "from bakery import oven\n\n\ndef of(oven):\n    oven.bake()\n"
    before = {**SHOP, "mine.py": mine, "shadowed.py": shadowed}
    lines = [
        each
        for each in found(before, {**before, GONE: "HEAT = 1\n"})
        if each.partition(".py:")[0] in ("mine", "shadowed")
    ]
    assert lines == ["mine.py:4 bakery.oven.bake", "mine.py:5 bakery.oven.bake"]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("README.md", "See `src/bakery/oven.py`.\n", "src/bakery/oven.py"),
        ("README.md", "See [the oven](src/bakery/oven.py#L3).\n", "src/bakery/oven.py"),
        ("README.md", "| `oven.py` | heat |\n", "oven.py"),
        ("README.md", "```\npython -m bakery.oven\n```\n", "bakery.oven"),
        ("docs/more.md", "See [the oven](../src/bakery/oven.py).\n", "../src/bakery/oven.py"),
        (".github/workflows/ci.yml", "run: python ./src/bakery/oven.py --hot\n", "src/bakery/oven.py"),
        ("Dockerfile", 'CMD ["uvicorn", "bakery.oven:bake"]\n', "bakery.oven:bake"),
        ("compose.yaml", "volumes: [./src/bakery/oven.py:/app/oven]\n", "src/bakery/oven.py"),
        ("Makefile", "bake:\n\tpython src/bakery/oven.py\n", "src/bakery/oven.py"),
        ("pyproject.toml", '[project.scripts]\nbake = "bakery.oven:bake"\n', "bakery.oven:bake"),
        ("README.md", "The oven is hot; bakery ovens are.\n", None),
        ("README.md", "See https://example.org/src/bakery/oven.py.\n", None),
        ("README.md", "See `src/bakery/never.py`.\n", None),  # led nowhere before
        ("CHANGELOG.md", "- Moved `src/bakery/oven.py`.\n", None),  # of what was
    ],
)
def test_a_path_or_module_that_a_page_or_a_setting_names(path: str, text: str, expected: str | None) -> None:
    before = {**SHOP, path: text}
    lines = [each for each in found(before, without(before, GONE)) if each.startswith(f"{path}:")]
    assert [each.partition(" ")[2] for each in lines] == ([expected] if expected else [])


def test_a_console_script_that_is_gone() -> None:
    page = "# Bakery\n\nIn the bakery we bake.\n\n```\nbakery bake --hot\nuv run bakery bake\n```\n"
    before = {**SHOP, "README.md": page}
    lines = found(before, {**before, "pyproject.toml": '[project.scripts]\nbread = "bakery.oven:bake"\n'})
    assert lines == ["README.md:6 bakery", "README.md:7 bakery"]


def test_what_was_broken_before_is_not_the_updates_fault() -> None:
    before = {**SHOP, "mine.py": "from bakery.never import x\n", "docs.md": "See `src/never/x.py`.\n"}
    assert found(before, {**before, "src/bakery/new.py": ""}) == []


def test_a_new_file_of_the_template_that_needs_what_its_user_deleted() -> None:
    new = {"src/bakery/new.py": "from bakery.oven import bake\n", "docs/new.md": "See `src/bakery/oven.py`.\n"}
    before = without(SHOP, GONE, "src/bakery/shop.py", "pyproject.toml")
    assert found(before, {**before, **new}, {**SHOP, **new}) == [
        "docs/new.md:1 src/bakery/oven.py",
        "src/bakery/new.py:1 bakery.oven.bake",
    ]


def test_a_notebook_is_read_cell_by_cell() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["from bakery.oven import bake\n"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "from bakery.oven import bake\n", 'print("é")']},
    ]
    before = {**SHOP, "mine.ipynb": json.dumps({"cells": cells}, indent=1)}
    (line,) = [each for each in found(before, without(before, GONE)) if each.startswith("mine.ipynb")]
    number = int(line.partition(":")[2].partition(" ")[0])
    assert "from bakery.oven" in before["mine.ipynb"].splitlines()[number - 1]


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', '{"cells": [{"cell_type": "code"}]}', '{"cells": [[]]}'])
def test_any_notebook_is_survived(text: str) -> None:
    assert found({**SHOP, "x.ipynb": text}, {**SHOP, "x.ipynb": text}) == []


def test_a_module_that_went_elsewhere_is_named() -> None:
    page = "See `src/bakery/oven.py`, [it](../src/bakery/oven.py) or `stove.py`.\n"
    before = {**SHOP, "docs/page.md": page, "src/bakery/stove.py": "", "mine.ipynb": ""}
    moved = {GONE: "src/bakery/heat/oven.py", "src/bakery/stove.py": "src/bakery/heat/cooker.py"}
    merged = {**without(before, *moved), **dict.fromkeys(moved.values(), ""), "src/bakery/shop.py": ""}
    lines = broken_references.find(tree(before), tree({}), tree(merged), moved, frozenset())
    assert [(each.path, each.reference, each.hint) for each in lines] == [
        ("docs/page.md", "src/bakery/oven.py", "now src/bakery/heat/oven.py"),
        ("docs/page.md", "../src/bakery/oven.py", "now src/bakery/heat/oven.py"),
        ("docs/page.md", "stove.py", "now src/bakery/heat/cooker.py"),
        ("pyproject.toml", "bakery.oven:bake", "now src/bakery/heat/oven.py"),
    ]


def test_a_sibling_of_a_test_is_found_beside_it() -> None:
    before = {**SHOP, "tests/helpers.py": "def flour(): ...\n", "tests/test_a.py": "from helpers import flour\n"}
    assert found(before, before) == []
    assert found(before, without(before, "tests/helpers.py")) == ["tests/test_a.py:1 helpers.flour"]


def test_what_no_longer_is_python_is_said() -> None:
    assert found(SHOP, {**SHOP, "src/bakery/shop.py": "from import\n"}) == ["src/bakery/shop.py:1 src/bakery/shop.py"]


@pytest.mark.parametrize(
    "lines",
    [
        ["%matplotlib inline", "from bakery.oven import bake"],
        ["files = !ls", "from bakery.oven import bake"],
        ["bake?", "if True:", "    %time 1", "    from bakery.oven import bake"],
        ["from bakery.oven import bake  # <b>é</b>"],
    ],
)
def test_a_notebook_with_magic_is_read(lines: list[str]) -> None:
    cells = [
        {"cell_type": "code", "source": "%%bash\nls -la | grep x"},
        {"cell_type": "code", "source": "def unfinished(:"},
        {"cell_type": "code", "source": [f"{line}\n" for line in lines]},
    ]
    before = {**SHOP, "mine.ipynb": json.dumps({"cells": cells}, indent=1)}
    (line,) = [each for each in found(before, without(before, GONE)) if each.startswith("mine.ipynb")]
    number = int(line.partition(":")[2].partition(" ")[0])
    assert "from bakery.oven" in before["mine.ipynb"].splitlines()[number - 1]


def test_a_package_comes_before_a_module_of_the_same_name() -> None:
    before = {**SHOP, "src/bakery/models.py": "mine = 1\n", "use.py": "from bakery.models import mine\n"}
    assert found(before, {**before, "src/bakery/models/__init__.py": ""}) == ["use.py:1 bakery.models.mine"]
    assert found(before, {**before, "src/bakery/models/net.py": ""}) == []  # a folder alone does not hide it


def test_a_relative_import_in_a_file_that_moved_is_judged_from_where_it_stands() -> None:
    files = {**SHOP, "src/bakery/shop.py": "from .oven import bake\nfrom .never import x\n"}
    merged = {**without(files, "src/bakery/shop.py"), "src/bakery/street/shop.py": files["src/bakery/shop.py"]}
    moved = {"src/bakery/shop.py": "src/bakery/street/shop.py"}
    lines = broken_references.find(tree(files), tree({}), tree(merged), moved, frozenset())
    assert [(each.line, each.reference) for each in lines] == [(1, "bakery.street.oven.bake")]


def test_a_link_whose_target_is_gone() -> None:
    files, links = {**SHOP, "net.py": ""}, {"net.py": "src/bakery/oven.py"}
    before, merged = (Tree(frozenset(each), {}, links) for each in (files, without(files, GONE)))
    lines = broken_references.find(before, tree({}), merged, {}, frozenset())
    assert [(each.path, each.reference) for each in lines] == [("net.py", "src/bakery/oven.py")]


def test_a_settings_file_that_cannot_be_read_is_not_taken_for_an_empty_one() -> None:
    before = {**SHOP, "README.md": "```\nbakery\n```\n"}
    assert found(before, {**before, "pyproject.toml": "<<<<<<< yours\n"}) == []
    assert found(before, {**before, "pyproject.toml": ""}) == ["README.md:2 bakery"]


def test_an_old_word_of_the_users_is_not_the_updates_fault() -> None:
    before = {
        **without(SHOP, GONE, "src/bakery/shop.py", "pyproject.toml"),
        "notes.md": "I deleted `src/bakery/oven.py`.\n",
    }
    assert found({**before, "bake.sh": ""}, before, SHOP) == []
