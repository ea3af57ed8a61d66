"""Links of a page to files outside ``docs/`` lead, on the site, to a page that shows the file.

On a code host ``../examples/april_spiral.py`` is a link like any other; a site has no such file. Every text
file so linked becomes a page of its own, under ``files/``; a folder becomes a list of what is in it.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<to>[^)\s#:]+)\)")
LANGUAGES = {".py": "python", ".toml": "toml", ".md": "markdown", ".yml": "yaml", ".c": "c"}
MOST_BYTES = 60_000
"""Of a file no more is shown."""


def outside(source: str, markdown: str, root: Path) -> Iterator[tuple[re.Match[str], str]]:
    """Yield every link of a page to something outside ``docs/``, with its path from the root.

    Parameters
    ----------
    source : the page's own path below ``docs/``.
    markdown : its text.
    root : the folder that holds ``docs/``.
    """
    for link in LINK.finditer(markdown):
        path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(source), link["to"]))
        if not path.startswith(("docs/", "..")) and (root / path).exists():
            yield link, path


def page_of(path: str) -> str:
    """Return the site's page of a file or folder; a notebook has one of its own.

    Examples
    --------
    >>> page_of("examples/april_spiral.py"), page_of("notebooks/the_record.ipynb")
    ('files/examples/april_spiral.py.md', 'notebooks/the_record.md')
    """
    return f"{path.removesuffix('.ipynb')}.md" if path.endswith(".ipynb") else f"files/{path}.md"


def shown(path: str, root: Path) -> str:
    """Return the text of the page of a file, or of a folder."""
    if (root / path).is_dir():
        inside = sorted(item.name for item in (root / path).iterdir() if item.suffix in LANGUAGES)
        return "\n".join([f"# {path}/", "", *(f"- `{name}`" for name in inside), ""])
    raw = (root / path).read_bytes()
    text = raw[:MOST_BYTES].decode("utf-8", "replace")
    more = ["", f"… the first {MOST_BYTES:,} of {len(raw):,} bytes."] if len(raw) > MOST_BYTES else []
    fence = "`" * 6
    language = LANGUAGES.get(Path(path).suffix, "text")
    return "\n".join([f"# {path}", "", f"{fence}{language}", text.rstrip(), fence, *more, ""])


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for everything outside that a page links to."""
    root = Path(config.config_file_path).parent
    pages = [file for file in files.documentation_pages() if file.inclusion.is_included()]
    linked = {path for file in pages for _, path in outside(file.src_uri, file.content_string, root)}
    for path in sorted(path for path in linked if not path.endswith(".ipynb")):
        files.append(File.generated(config, page_of(path), content=shown(path, root)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links to the outside lead to those pages."""
    root = Path(config.config_file_path).parent
    here = posixpath.dirname(page.file.src_uri) or "."
    for link, path in list(outside(page.file.src_uri, markdown, root)):
        if files.get_file_from_path(page_of(path)) is not None:
            target = posixpath.relpath(page_of(path), here)
            markdown = markdown.replace(link[0], f"[{link['text']}]({target})")
    return markdown
