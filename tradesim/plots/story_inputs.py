"""Story inputs: what a table of moves must be, checked before anything is drawn."""

from collections.abc import Iterator

import pandas as pd

from tradesim.errors import Problem

COLUMNS = ("date", "kind", "importer", "exporter", "from", "to", "charged", "why")


def story_problems(story: object) -> list[Problem]:
    """Return what is wrong with the story of one draw."""
    if not isinstance(story, pd.DataFrame):
        return [
            Problem("not a frame", "story", type(story).__name__, "a pandas DataFrame, from Paths.events")
        ]
    missing = [name for name in COLUMNS if name not in story.columns]
    if missing:
        got, allowed = (", ".join(map(str, names)) for names in (story.columns, COLUMNS))
        fix = f"missing: {', '.join(missing)}; take the frame from Paths.events"
        return [Problem("wrong columns", "story", got or "none", allowed, fix)]
    return [*_row_problems(story)]


def _row_problems(story: pd.DataFrame) -> Iterator[Problem]:
    for name in ("date", "charged"):
        if len(story) and not (pd.api.types.is_datetime64_any_dtype(story[name]) or story[name].isna().all()):
            fix = f"story[{name!r}] = pd.to_datetime(story[{name!r}])"
            yield Problem("not dates", f"story[{name!r}]", str(story[name].dtype), "datetime64", fix)
    for name in ("from", "to"):
        if len(story) and not (pd.api.types.is_numeric_dtype(story[name]) or story[name].isna().all()):
            yield Problem(
                "not numbers", f"story[{name!r}]", str(story[name].dtype), "fractions (0.25 is 25 %)"
            )
    if story["date"].isna().any():
        row = story.index[story["date"].isna()][0]
        yield Problem("no date", f"story, row {row}", "NaT", "the day of the move")
    if not story.index.is_unique:
        twice = story.index[story.index.duplicated()][0]
        yield Problem("row number given twice", "story", str(twice), fix="story.reset_index(drop=True)")
