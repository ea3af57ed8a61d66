"""Every notebook runs within a minute, without warnings, says what it shows, and is kept without output."""

import os
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST = 60
"""Seconds that a notebook may take, by the clock or, on a busy machine, of processors."""
STRICT = nbformat.v4.new_code_cell("import warnings\nwarnings.simplefilter('error')", id="strict")
RELAXED = nbformat.v4.new_code_cell("warnings.resetwarnings()  # the kernel ends with one", id="relaxed")

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def of_processors() -> float:
    """Return the seconds that processes which this one started and waited for have worked."""
    used = os.times()
    return used.children_user + used.children_system


def test_there_are_notebooks():
    assert {path.stem for path in NOTEBOOKS} >= {
        "the_record",
        "the_april_spiral",
        "october_2025",
        "a_million_futures",
        "what_it_costs",
        "your_own_rule",
        "three_blocs",
    }


@each_notebook
@pytest.mark.filterwarnings(
    "default"
)  # the client's own machinery, not the notebook, which runs in a process of its own
def test_notebook_runs_and_draws(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [STRICT, *notebook.cells, RELAXED]
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    start, before = time.perf_counter(), of_processors()
    client.execute()
    seconds, worked = time.perf_counter() - start, of_processors() - before
    print(f"{path.stem}: {seconds:.1f} s, {worked:.1f} s of processors")  # noqa: T201 to be seen
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [
        output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert min(seconds, worked) < LONGEST


@each_notebook
def test_notebook_is_well_formed_and_kept_without_output(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells] == [f"cell-{k:02d}" for k in range(len(notebook.cells))]
    assert not [
        cell for cell in notebook.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)
    ]


@each_notebook
def test_notebook_asks_a_question_says_what_a_duty_is_and_goes_on(path):
    cells = nbformat.read(path, as_version=4).cells
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert prose[0].splitlines()[0].startswith("# ")
    assert "?" in prose[0].split("\n\n")[0]
    assert "statutory effective dut" in prose[0]
    assert "## Sources, and what to try next" in prose[-1]


@each_notebook
def test_what_the_prose_says_is_checked_where_it_is_computed(path):
    cells = nbformat.read(path, as_version=4).cells
    assert sum(cell.source.count("assert ") for cell in cells if cell.cell_type == "code") >= 5
