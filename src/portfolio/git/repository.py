"""One git repository, asked in git's own words. The only module that knows GitPython."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.errors import PortfolioError
from portfolio.git import OF_A_REPOSITORY, OFFLINE
from portfolio.signals import postponed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import ModuleType

PLAIN, EXECUTABLE = "100644", "100755"
# Part of every command: git starts no hook, no file watcher and no housekeeping, and asks no other host, whatever its
# configuration says.
ALONE = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "maintenance.auto=false",
    "gc.auto=0",
    "protocol.allow=never",
)


@dataclass(frozen=True)
class Entry:
    """A file in a tree, or one side of a conflict."""

    path: str
    mode: str
    blob: str
    stage: int = 0  # 1 the base, 2 ours, 3 theirs

    def __str__(self) -> str:
        """As `git update-index --index-info` reads it."""
        return f"{self.mode} {self.blob} {self.stage}\t{self.path}\0"


@dataclass(frozen=True)
class NewFile:
    """A file that is still to be stored."""

    content: bytes
    mode: str = PLAIN


Files = dict[str, "Entry | NewFile"]


@dataclass(frozen=True)
class Identity:
    """In whose name commits are made."""

    name: str
    email: str
    is_configured: bool

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def environment(self) -> dict[str, str]:
        """The variables for a git that commits."""
        return {
            "GIT_AUTHOR_NAME": self.name,
            "GIT_AUTHOR_EMAIL": self.email,
            "GIT_COMMITTER_NAME": self.name,
            "GIT_COMMITTER_EMAIL": self.email,
        }


@dataclass(frozen=True)
class Repository:
    """A work tree, and git's commands in it."""

    root: Path
    borrowed_by: Path | None = None  # the git folder of a scratch repository; None: the work tree's own

    def ask(
        self,
        *words: str,
        stdin: str = "",
        config: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """What git answers, to the letter; PortfolioError with git's own words where it refuses."""
        code, answer, complaint = self.try_to(*words, stdin=stdin, config=config, environment=environment)
        if code:
            raise refusal(f"git {words[0]} failed", complaint)
        return answer

    def try_to(
        self,
        *words: str,
        stdin: str = "",
        config: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> tuple[int, str, str]:
        """(exit code, standard output, standard error) of a git command."""
        code, output, complaint = self._execute(words, stdin.encode("utf-8", "surrogateescape"), config, environment)
        return code, output.decode("utf-8", "surrogateescape"), complaint

    def _execute(
        self,
        words: Sequence[str],
        stdin: bytes,
        config: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes, str]:
        settings = [*ALONE, *(f"{key}={value}" for key, value in (config or {}).items())]
        options = [word for setting in settings for word in ("-c", setting)]
        with tempfile.TemporaryFile() as given, outside_any_repository(), postponed():
            given.write(stdin)
            given.seek(0)
            code, output, complaint = (
                gitpython()
                .Git(self.root)
                .execute(
                    ["git", *options, *words],
                    istream=given,
                    env={**OFFLINE, **self._place, **(environment or {})},
                    with_extended_output=True,
                    with_exceptions=False,
                    stdout_as_string=False,
                    strip_newline_in_stdout=False,
                )
            )
        return int(code), bytes(output), os.fsdecode(complaint)

    @property
    def _place(self) -> dict[str, str]:
        if self.borrowed_by is None:
            return {}
        return {
            "GIT_DIR": str(self.borrowed_by),
            "GIT_WORK_TREE": str(self.root),
            "GIT_INDEX_FILE": str(self.borrowed_by / "index"),
        }

    @cached_property
    def folders(self) -> tuple[Path, Path]:
        """Git's own folder for this work tree, and the one that holds the objects."""
        if self.borrowed_by is not None:
            return self.borrowed_by, self.borrowed_by / "objects"
        return Path(self._facts[0]), self.root / self._facts[1]

    def file(self, name: str) -> Path:
        """A file of git's own for this work tree, such as MERGE_HEAD."""
        return self.folders[0] / name

    @cached_property
    def hash_name(self) -> str:
        """By which hash objects are named: `sha1` or `sha256`."""
        return self._facts[2]

    @cached_property
    def _facts(self) -> tuple[str, str, str]:
        answer = self.ask("rev-parse", "--absolute-git-dir", "--git-path", "objects", "--show-object-format")
        own, objects, hash_name = answer.splitlines()
        return own, objects, hash_name

    def head(self) -> str | None:
        """The commit that is checked out; None before the first one."""
        code, sha, complaint = self.try_to("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if code and complaint.strip():
            raise refusal("git rev-parse failed", complaint)
        return sha.strip() or None

    def entries(self, tree: str) -> dict[str, Entry]:
        """Every file of a tree, or of a commit's, by its path from the top."""
        files = {}
        for line in filter(None, self.ask("ls-tree", "-r", "-z", "--full-tree", tree).split("\0")):
            facts, _, path = line.partition("\t")
            mode, _, blob = facts.split()
            files[path] = Entry(path, mode, blob)
        return files

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """What each of the blobs holds, in one call; those that the repository does not have are left out."""
        names = dict.fromkeys(blobs)
        stdin = "".join(f"{name}\n" for name in names).encode()
        code, answer, complaint = self._execute(["cat-file", "--batch"], stdin)
        if code:
            raise refusal("git cat-file failed", complaint)
        held, at = {}, 0
        for name in names:
            end = answer.index(b"\n", at)
            line, at = answer[at:end].split(), end + 1
            if line[-1] != b"missing":
                size = int(line[2])
                held[name] = answer[at : at + size]
                at += size + 1
        return held

    def text(self, blob: str) -> str:
        """A blob as text, whatever its bytes."""
        return self.contents([blob])[blob].decode("utf-8", "surrogateescape")

    def import_trees(self, trees: Mapping[str, Files]) -> None:
        """Store each set of files, by path, as the commit `refs/NAME`; all but the first have the first as parent."""
        stream: list[bytes] = []
        parent = ""
        for name, files in trees.items():
            message = b"commit refs/%s\ncommitter - <-> 0 +0000\ndata 0\n" % os.fsencode(name)
            stream += [message, os.fsencode(f"from refs/{parent}\ndeleteall\n" if parent else "deleteall\n")]
            parent = parent or name
            for path, file in files.items():
                stream += _imported(path, file)
        words = ("fast-import", "--quiet", "--force", "--date-format=raw")
        code, _, complaint = self._execute(words, b"".join(stream), {"fastimport.unpackLimit": "0"})
        if code:
            room = f"make room in {tempfile.gettempdir()}, or name another folder in TMPDIR; then try again"
            raise refusal("git fast-import failed", complaint, room)

    def store(self, content: bytes, environment: Mapping[str, str] | None = None, path: str = "") -> str:
        """Store a blob: byte for byte, or as the filters of `path` leave it."""
        words = ("hash-object", "-w", "--stdin", f"--path={path}" if path else "--no-filters")
        code, blob, complaint = self._execute(words, content, environment=environment)
        if code:
            raise refusal("git hash-object failed", complaint)
        return blob.decode().strip()

    def commit(self, tree: str, parents: Sequence[str], message: str, who: Identity, sign: bool = False) -> str:
        """Store a commit that no branch knows yet."""
        words = [word for parent in parents for word in ("-p", parent)] + (["-S"] if sign else [])
        code, sha, complaint = self.try_to("commit-tree", *words, tree, stdin=message, environment=who.environment)
        if code:
            otherwise = "commit without signing: git config commit.gpgSign false" if sign else ""
            raise refusal("git could not make the commit", complaint, otherwise)
        return sha.strip()

    @property
    def signs_commits(self) -> bool:
        """Whether the user has git sign commits."""
        return self.try_to("config", "--type=bool", "commit.gpgSign")[1].strip() == "true"

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Repository]:
        """A temporary repository that reads every object of this one: what is stored or named there leaves no trace."""
        own, objects = self.folders
        with tempfile.TemporaryDirectory(prefix="portfolio-") as folder:
            git = Path(folder) / "git"
            (git / "objects/info").mkdir(parents=True)
            (git / "refs").mkdir()
            (git / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
            extension = f"[extensions]\n\tobjectFormat = {self.hash_name}\n" if self.hash_name != "sha1" else ""
            version = 1 if extension else 0
            config = f"[core]\n\trepositoryFormatVersion = {version}\n\tbare = false\n{extension}"
            (git / "config").write_text(config, encoding="utf-8")
            (git / "objects/info/alternates").write_bytes(os.fsencode(objects) + b"\n")
            if (own / "shallow").is_file():
                shutil.copy(own / "shallow", git / "shallow")
            yield Repository(self.root, git)

    def adopt(self, scratch: Repository) -> None:
        """Keep the objects of a scratch repository, as git keeps what is pushed to it."""
        _, target = self.folders
        _, source = scratch.folders
        stored = (path for path in source.rglob("*") if path.is_file() and path.parent.name != "info")
        for path in sorted(stored, key=lambda path: path.suffix == ".idx"):  # a pack counts once its index is there
            place = target / path.relative_to(source)
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                beside = place.with_name(f"tmp_obj_{os.getpid()}")
                shutil.copyfile(path, beside)
                beside.chmod(0o444)
                beside.replace(place)

    def storing_into(self, scratch: Repository) -> dict[str, str]:
        """The variables with which a command of this repository stores objects in a scratch one."""
        return {
            "GIT_OBJECT_DIRECTORY": str(scratch.folders[1]),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.folders[1]),
        }


def _imported(path: str, file: Entry | NewFile) -> Iterator[bytes]:
    """A file as `git fast-import` reads it."""
    name = os.fsencode(path)
    if name.startswith(b'"') or b"\n" in name or b"\\" in name:
        escaped = name.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
        name = b'"%s"' % escaped
    if isinstance(file, Entry):
        yield b"M %s %s %s\n" % (file.mode.encode(), file.blob.encode(), name)
    else:
        yield b"M %s inline %s\ndata %d\n%s\n" % (file.mode.encode(), name, len(file.content), file.content)


def why_not() -> str:
    """Why there is no git that works, in a few words; empty if there is one."""
    return _why_not(os.environ.get("PATH", ""), os.environ.get("HOME", ""))


@cache
def _why_not(*_: str) -> str:
    """The same, asked once for each place where a git and its configuration may be."""
    if shutil.which("git") is None:
        return "git was not found"
    try:
        asked = subprocess.run(["git", "version"], capture_output=True, encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        return f"git cannot be started ({error.strerror})"
    said = asked.stderr.strip().splitlines()
    return f"git does not work here ({said[-1] if said else 'it gives no reason'})" if asked.returncode else ""


def is_available() -> bool:
    """Whether there is a git to run."""
    return not why_not()


def enclosing(folder: Path) -> Path | None:
    """The work tree that holds `folder`, which need not exist yet."""
    folder = folder.resolve()
    return next((around for around in (folder, *folder.parents) if (around / ".git").exists()), None)


def user_name() -> str | None:
    """What git calls the user, if anything."""
    return _configured_identity(None)[0]


def identity(within: Path | None, fallback_name: str) -> Identity:
    """Who commits, as configured for everything or for the repository `within`; else `fallback_name`."""
    name, email = _configured_identity(within)
    # .invalid is reserved: the address can be nobody's.
    return Identity(name or fallback_name, email or "nobody@example.invalid", bool(name and email))


def _configured_identity(within: Path | None) -> tuple[str | None, str | None]:
    """The (name, email) that git would commit with; None for what is not configured."""
    if not is_available():
        return None, None
    configured = _user_settings(within)
    name = os.environ.get("GIT_AUTHOR_NAME") or configured.get("user.name", "")
    email = os.environ.get("GIT_AUTHOR_EMAIL") or configured.get("user.email", "")
    return name.strip() or None, email.strip() or None


def _user_settings(within: Path | None) -> dict[str, str]:
    _, answer, _ = Repository(within or Path.cwd()).try_to("config", "--get-regexp", r"^user\.(name|email)$")
    return dict(line.partition(" ")[::2] for line in answer.splitlines())


def refusal(what: str, complaint: str, otherwise: str = "") -> PortfolioError:
    """Git's refusal: its whole reason as the message, and as the hint the remedy that it gives itself."""
    reason: list[str] = []
    remedy: list[str] = []
    lines = [line for line in complaint.strip().splitlines() if not line.startswith("warning:")]
    for line in lines:
        is_reason = line.startswith(("fatal:", "error:")) or (line.startswith("\t") and not remedy) or not reason
        (reason if is_reason else remedy).append(line.removeprefix("hint:").strip())
    advice = otherwise or " ".join(line for line in remedy if line and line != "Aborting")
    said = " ".join(reason) or "it gives no reason"
    return PortfolioError(f"{what}: {said}", advice or "fix that, then try again")


@contextlib.contextmanager
def outside_any_repository() -> Iterator[None]:
    """Without the variables that a hook sets, which would send our commit into the repository it runs in."""
    taken = {name: os.environ.pop(name) for name in OF_A_REPOSITORY if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


@cache
def gitpython() -> ModuleType:
    """GitPython, imported where it is used first."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # else the import fails where there is no git
    import git

    return git
