"""Notebooks become pages: every file of ``notebooks/``, executed where `make docs` has executed it.

The repository keeps notebooks without output. `make docs` leaves executed copies in ``out/notebooks/``; a
quick build, as in CI, shows the code alone.
"""

from pathlib import Path

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from nbconvert import MarkdownExporter

FOLDER, EXECUTED = "notebooks", "out/notebooks"
HIDDEN = "%matplotlib"
"""Lines of a notebook that say nothing to a reader of the site."""


def source_of(notebook: Path, executed: Path) -> Path:
    """Return the executed copy of a notebook where there is one that is not older, else the notebook."""
    copy = executed / notebook.name
    fresh = copy.exists() and copy.stat().st_mtime >= notebook.stat().st_mtime
    return copy if fresh else notebook


def converted(source: Path) -> tuple[str, dict[str, bytes]]:
    """Return a notebook as Markdown, and its pictures by name."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = "\n".join(line for line in cell.source.split("\n") if not line.startswith(HIDDEN))
    resources = {"unique_key": source.stem, "output_files_dir": f"{source.stem}_pictures"}
    text, found = MarkdownExporter().from_notebook_node(notebook, resources=resources)
    return text, found["outputs"]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for every notebook, and its pictures."""
    root = Path(config.config_file_path).parent
    for notebook in sorted((root / FOLDER).glob("*.ipynb")):
        text, pictures = converted(source_of(notebook, root / EXECUTED))

        files.append(File.generated(config, f"{FOLDER}/{notebook.stem}.md", content=text))
        for name, picture in pictures.items():
            files.append(File.generated(config, f"{FOLDER}/{name}", content=picture))
    return files
