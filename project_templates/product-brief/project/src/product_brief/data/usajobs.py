"""The help center of USAJOBS, where the United States government looks for staff: 190 articles in Markdown."""

import hashlib
import io
import zipfile
from pathlib import Path

from product_brief.data import markdown
from product_brief.data.articles import Article
from product_brief.data.licenses import USAJOBS as LICENCE
from product_brief.kit import download

NAME = "usajobs"
COMMIT = "1fe9183122c70ca2315f06b245795ab41ffb9eb7"
URL = f"https://codeload.github.com/USAJOBS/help-center/zip/{COMMIT}"
FOLDERS = ("faq", "how-to", "working-in-government")
ARTICLES = 190
# Of its articles: an archive is packed anew, its content is not.
SHA256 = "0ee229d763a05a6aecb8714b2a7b9d7ea30af6136eeb237ecb8aa5a10bbf8970"


def fetch(folder: Path, mirror: str | None) -> list[Article]:
    """Every article."""
    print(f"fetching the USAJOBS help center; license: {LICENCE}")
    path = folder / "help-center.zip"
    download.fetch([download.Wanted(URL, path, _looks_whole)], "archive", mirror)
    return [markdown.article(name, text) for name, text in _texts(path.read_bytes()).items()]


def _looks_whole(content: bytes) -> bool:
    try:
        texts = _texts(content)
    except (zipfile.BadZipFile, UnicodeDecodeError, RuntimeError):
        return False
    return digest(texts) == SHA256


def digest(texts: dict[str, str]) -> str:
    """SHA-256 of names and contents."""
    return hashlib.sha256("\x00".join(f"{name}\x01{text}" for name, text in texts.items()).encode()).hexdigest()


def _texts(content: bytes) -> dict[str, str]:
    """Path within the repository → text, of every article, in order."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in sorted(archive.namelist()):
            inside = name.partition("/")[2]
            if inside.endswith(".md") and inside.partition("/")[0] in FOLDERS:
                found[inside] = archive.read(name).decode("utf-8-sig").replace("\r\n", "\n")
    return found
