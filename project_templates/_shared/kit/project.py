"""What a project is called, where its files are, and the one kind of error that its user can mend."""

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

LOG_NAME = "service.jsonl"  # in a folder of logs: one JSON object for each request


class ExplainedError(Exception):
    """A problem that the user can mend: the message says what to do. It is shown without a traceback."""


@dataclass(frozen=True)
class Project:
    """A project and its folders."""

    name: str  # of the project, and of its command
    package: str  # that Python imports
    title: str
    root: Path
    seed: int  # of everything that is drawn at random
    demo: str = ""  # where its page is published: [project.urls] in pyproject.toml
    repository: str = ""
    private: tuple[str, ...] = ()  # environment variables that only the service of real visitors may see

    @classmethod
    def read(cls, root: Path, package: str, private: tuple[str, ...] = ()) -> "Project":
        """The project in `root`, as its pyproject.toml describes it."""
        document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        settings, urls = document["tool"][package.replace("_", "-")], document["project"].get("urls", {})
        places = (urls.get("Demo", ""), urls.get("Repository", ""))
        return cls(document["project"]["name"], package, settings["title"], root, settings["seed"], *places, private)

    @property
    def data(self) -> Path:  # what `data` writes; not in git
        return self.root / "data"

    @property
    def models(self) -> Path:  # trained models: small, and in git, so that the image builds from a clone
        return self.root / "models"

    @property
    def reports(self) -> Path:  # what was measured; in git, so that a reader sees it on the web
        return self.root / "reports"

    @property
    def metrics(self) -> Path:  # every measured number
        return self.reports / "metrics.json"

    @property
    def figures(self) -> Path:  # the pictures of the reports
        return self.reports / "figures"

    @property
    def tracking(self) -> Path:  # MLflow's database; not in git
        return self.root / "mlflow.db"

    @property
    def tracked(self) -> Path:  # what MLflow shows of it, if `track` took a picture
        return self.root / "docs" / "mlflow.png"

    @property
    def site(self) -> Path:  # the page as one file that any static host shows
        return self.reports / "site" / "index.html"

    @property
    def screenshot(self) -> Path:  # the page at work, if `screenshot` took a picture of it
        return self.figures / "page.png"

    def command(self, *words: str) -> list[str]:
        """A command line of this project, for `subprocess`."""
        return [sys.executable, "-m", self.package, *words]
