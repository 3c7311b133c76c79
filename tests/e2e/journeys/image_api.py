"""What only `image-api` can know."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shlex
import shutil
import urllib.request
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Page

from tests.conftest import outside
from tests.e2e.conftest import Project, free_port, served
from tests.e2e.journeys import Facts, Measured, OnThePage, Published, World
from tests.e2e.mirror import Mirror

COMMIT = "40789680ba2e6382608dba47b397688fcbd0d04a"
REPOSITORY = "spMohanty/PlantVillage-Dataset"
WITH_LEAVES = "Tomato___Early_blight"
SAMPLE_WORDS = ("rust", "leaf miner", "powdery mildew", "drawn", "laboratory", "bench")
PHOTOGRAPHS = "/raw/color/"


def band(project: Project) -> None:
    """Hard enough that the baseline is far from perfect; the network's gain, the leak and the shortcut are real."""
    measured = project.metrics
    baseline = _macro_f1(measured, model="linear on colors and edges")
    model = _macro_f1(measured, role="model")
    assert 0.55 <= baseline <= 0.85
    assert measured["comparisons"][0]["ci95"][0] > 0
    assert _macro_f1(measured, role="naive") >= model + 0.03
    assert _macro_f1(measured, role="model", split="field") <= model - 0.10
    in_laboratory, in_field = measured["shortcut"]["rows"]
    assert in_laboratory["value"] >= 2 * in_laboratory["chance"]
    assert in_field["value"] < 2 * in_field["chance"]
    realised = measured["abstention"]["rows"][0]
    assert realised["risk"]["ci95"][0] <= measured["abstention"]["risk"]
    assert realised["coverage"]["value"] >= 0.25
    copies = measured["duplicates"]
    assert (copies["copies"], copies["n"]) == (0, 480)
    assert copies["near"] <= 3, "the drawn leaves resemble each other"
    assert min(copies["reach"][change] for change in ("saved again", "mirrored", "turned by a quarter")) >= 0.9
    at_home, in_field = (row["unlike"]["value"] for row in measured["abstention"]["rows"])
    assert at_home <= 0.08 < in_field
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in (project.folder / "reports/runs").glob("*.json")]
    assert [run["name"] for run in runs if run["chosen"]] != [run["name"] for run in runs if run["careless"]]


def _macro_f1(measured: Measured, **wanted: str) -> float:
    rows = (row for row in measured["results"] if row["metric"] == "macro_f1")
    value: float = next(row["value"] for row in rows if wanted.items() <= row.items())
    return value


ONE_SEED = """
import tempfile
from pathlib import Path
from image_api.config import Config
from image_api.data import folder, sample, split
from image_api.models import classifier

sample.LAB_PLANTS_PER_KIND, sample.FIELD_PLANTS_PER_KIND = 6, 1
MODEL = classifier.load()

def one(seed):
    with tempfile.TemporaryDirectory() as name:
        sample.draw(Path(name), seed)
        found = folder.read(Path(name), Config(seed=seed)).photographs
    assert len(found.pixels) == 105
    probabilities = MODEL.probabilities(found.pixels)
    assert probabilities.shape == (105, 5)
    assert abs(probabilities.sum(axis=1) - 1).max() < 1e-5
"""


def choose_the_first_example(page: Page) -> None:
    page.locator("h1").click()  # into the page, and not into the browser around it
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.examples button')"):
            break
    page.keyboard.press("Enter")


def photographs() -> Path:
    """360 real ones of nine classes."""
    return Path(outside("PORTFOLIO_DATA")) / "plantvillage-tomato"


def publish(mirror: Mirror) -> None:
    """As GitHub does: trees that name their entries, and the files; some are known by the leaf they show."""
    mirror.slow = PHOTOGRAPHS

    def content(path: str, content: bytes) -> str:
        mirror.files[f"/raw.githubusercontent.com/{REPOSITORY}/{COMMIT}/{path}"] = content
        return blob_id(content)

    def tree(entries: dict[str, str], name: str | None = None) -> str:
        document = json.dumps({"tree": [{"path": path, "sha": sha} for path, sha in entries.items()]}).encode()
        name = name or hashlib.sha1(document).hexdigest()
        mirror.files[f"/api.github.com/repos/{REPOSITORY}/git/trees/{name}"] = document
        return name

    colour = {}
    for place in sorted(path for path in photographs().iterdir() if path.is_dir()):
        named = {f"some-id___{path.name}": path for path in sorted(place.iterdir())}
        inside = f"raw/color/{place.name}"
        colour[place.name] = tree(
            {name: content(f"{inside}/{name}", each.read_bytes()) for name, each in named.items()}
        )
    names = [path.name for path in sorted((photographs() / WITH_LEAVES).iterdir())]
    leaves = "".join(f'"{name}","{number // 4}.0"\n' for number, name in enumerate(names))
    table = f'"File Name","Leaf #"\n{leaves}'.encode()
    listed = content(f"leaf_grouping/filtered_leafmaps/{WITH_LEAVES}.csv", table)
    maps = tree({"filtered_leafmaps": tree({f"{WITH_LEAVES}.csv": listed})})
    tree({"raw": tree({"color": tree(colour)}), "leaf_grouping": maps}, COMMIT)


def blob_id(content: bytes) -> str:
    """What git calls that content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _another_pixel(mirror: Mirror) -> None:
    path = next(path for path in mirror.files if PHOTOGRAPHS in path)
    mirror.files[path] = mirror.files[path][:-1] + b"?"


def real_photographs(_: Project, folder: Path, __: Mirror) -> str:
    """All of PlantVillage that is here, some of it again as "the field", in folders that call the classes otherwise."""
    for name, theirs in (("Tomato leaf", "healthy"), ("Tomato leaf late blight", "Late_blight"), ("Potato", "healthy")):
        (folder / "PlantDoc" / name).mkdir(parents=True)
        for path in sorted((photographs() / f"Tomato___{theirs}").iterdir())[:20]:
            shutil.copy(path, folder / "PlantDoc" / name)
    return f"--data {shlex.quote(str(photographs()))} --ood {shlex.quote(str(folder / 'PlantDoc'))}"


def check_photographs(project: Project, _: str) -> None:
    data = project.metrics["data"]
    assert (data["source"], data["synthetic"]) == ("plantvillage-tomato", False)
    assert (data["rows"], data["field_rows"], data["skipped"]) == (400, 40, 20)
    assert len(data["classes"]) == 9
    assert data["grouped_by"] == "near-duplicate group"
    for name in ("README.md", "MODEL_CARD.md"):
        text = (project.folder / name).read_text(encoding="utf-8")
        assert "plantvillage-tomato" in text
        assert "Tomato: Early blight" in text
        assert "would have claimed" not in text, "its groups are guesses, so no leak was measured"
    port = free_port()
    with served(project.serve(port), project.folder, port) as address:
        page = urllib.request.urlopen(f"{address}/", timeout=10).read().decode()
    assert "Tomato: Early blight" in page
    assert "plantvillage-tomato" in page
    assert not [word for word in SAMPLE_WORDS if word in page.partition("<script>")[0]]


def x_rays(_: Project, folder: Path, __: Mirror) -> str:
    """Chests as a hospital might export them: gray, several of each patient, split by somebody else already."""
    chance, rows = random.Random(5), ["path,patient"]
    for kind in ("Normal", "Opacity"):
        for patient in range(24):
            width, tilt = chance.uniform(14, 20), chance.uniform(-3, 3)
            for shot in range(3):
                picture = Image.effect_noise((96, 96), 18).convert("L")
                pen = ImageDraw.Draw(picture)
                for middle in (30 + tilt, 66 + tilt):
                    pen.ellipse((middle - width / 2, 20, middle + width / 2, 78), fill=chance.randint(25, 45))
                if kind == "Opacity":
                    left, top = chance.choice((24, 58)) + chance.uniform(0, 6), chance.uniform(28, 58)
                    pen.ellipse((left, top, left + 14, top + 14), fill=chance.randint(120, 190))
                path = f"{'train' if patient % 3 else 'test'}/{kind}/{patient:02}-{shot}.png"
                (folder / "chests" / path).parent.mkdir(parents=True, exist_ok=True)
                picture.filter(ImageFilter.GaussianBlur(1.5)).save(folder / "chests" / path)
                rows.append(f"{path},{kind}-{patient}")
    (folder / "chests/groups.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return f"--data {shlex.quote(str(folder / 'chests'))}"


def check_x_rays(project: Project, _: str) -> None:
    data = project.metrics["data"]
    assert (data["classes"], data["grouped_by"], data["groups"]) == (["Normal", "Opacity"], "patient", 48)
    assert project.metrics["costs"]["healthy"] == "Normal"
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    assert "unseen patients" in text
    assert "New patients" in text


def heavy() -> bytes:
    """A large photograph of nothing."""
    file = io.BytesIO()
    Image.effect_noise((2400, 2400), 90).convert("RGB").save(file, "JPEG", quality=80)
    assert len(file.getvalue()) < 8_000_000
    return file.getvalue()


FACTS = Facts(
    mistakes={
        "data --data no/such/folder": "nor a folder",
        "evaluate": "no photographs yet",
        "report": "metrics.json is not there yet",
        "serve": "no trained model yet",
        "monitor --log-dir nowhere": "there is no folder nowhere",
        "ask --print": "no example photograph yet",
        "loadtest": "metrics.json is not there yet",
    },
    band=band,
    page=OnThePage(choose_the_first_example, ".verdict", "**/predict", "The service cannot be reached"),
    one_seed=ONE_SEED,
    published=Published(
        options="--data plantvillage --limit 40",
        publish=publish,
        licence="CC BY-SA 3.0",
        spoiled={"another pixel": (_another_pixel, "it is not the file that was published")},
    ),
    worlds=(
        World(
            "plantvillage-tomato",
            real_photographs,
            check_photographs,
            gone=SAMPLE_WORDS,
        ),
        World(
            "x-rays",
            x_rays,
            check_x_rays,
            gone=SAMPLE_WORDS,
            nowhere=("leaf", "leaves", "plant ", "plants", "farmer", "disease", "rust", "mildew", "needless"),
        ),
    ),
    heavy=heavy,
)
