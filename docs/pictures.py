"""Draw the pictures of the page on concepts: ``python docs/pictures.py``."""

from dataclasses import replace
from pathlib import Path

import matplotlib as mpl

import tradesim as ts

PICTURES = Path(__file__).parent / "images" / "concepts"
DPI = 75
SOURCE = "tradesim, us-china record"


def layers() -> ts.plots.Chart:
    """Draw what the US duty on China is made of."""
    record = ts.datasets.load("us-china")
    duty = record.effective_duty("2025-01-01", "2026-03-31", by="authority")
    return ts.plots.authority_stack(
        duty,
        ("USA", "CHN"),
        title="What the US duty on China is made of",
        source=SOURCE,
        as_of=record.vintage,
    )


def spiral() -> ts.plots.Chart:
    """Draw two rules that answer each other: who announces what, and when it is charged."""
    return _short(ts.scenarios.load("april-2025-spiral").run()).plot_events()


def truce() -> ts.plots.Chart:
    """Draw a truce that runs out."""
    return _short(ts.scenarios.load("us-china-2025-10").branch("lapse").run()).plot()


def branches() -> ts.plots.Chart:
    """Draw the named futures of October 2025 after what led there."""
    scenario = ts.scenarios.load("us-china-2025-10")
    known = scenario.schedule.effective_duty("2025-03-15", "2025-10-23")
    pairs = [("USA", "CHN"), ("CHN", "USA")]
    return ts.plots.branch_grid(
        known[pairs],
        {name: paths.to_frame()[pairs] for name, paths in scenario.run_branches().items()},
        title="October 2025: four futures",
        source=SOURCE,
        as_of=scenario.schedule.vintage,
    )


def fan() -> ts.plots.Chart:
    """Draw what chance makes of two years."""
    return _short(ts.scenarios.load("us-china-two-years").run(draws=2_000, seed=1)).plot()


def decides() -> ts.plots.Chart:
    """Draw which assumption decides."""
    over = {"rules.CHN.ratio": ts.uniform(0.5, 1.2), "events.summit.deal": ts.beta(2, 3, high=0.75)}
    found = ts.sweep(ts.scenarios.load("us-china-2025-10"), over=over, draws=20_000, seed=7, progress=False)
    return found.plot_decides(1.25, "CHN-USA")


def _short(paths: ts.Paths) -> ts.Paths:
    """Return paths of both sides with a source in a few words."""
    return replace(paths.select([("USA", "CHN"), ("CHN", "USA")]), source=SOURCE)


def main() -> None:
    """Draw all."""
    mpl.use("Agg")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for draw in (layers, spiral, truce, branches, fan, decides):
        figure = draw()
        figure = figure if isinstance(figure, mpl.figure.Figure) else figure.get_figure(root=True)
        figure.savefig(PICTURES / f"{draw.__name__}.png", dpi=DPI, metadata={"Software": None})


if __name__ == "__main__":
    main()
