"""The page of the command line is what ``--help`` says, written while the site is built."""  # noqa: INP001 a hook

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typer.cli import get_docs_for_click
from typer.core import TyperGroup
from typer.main import get_command
import click

PAGE = "reference/command_line.md"


def page() -> str:
    """Return the page: every command, its options and its example."""
    from tradesim.cli import app

    command = get_command(app)
    return get_docs_for_click(obj=command, ctx=click.Context(command), name="tradesim")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page."""
    files.append(File.generated(config, PAGE, content=page()))
    return files
