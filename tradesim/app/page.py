"""Page: the explorer in a browser, one for each visitor: moves go in, pictures and sentences come out."""

import io
import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.resources import files
from typing import Any

import panel as pn

from tradesim.app import charts, exports, markup, tolerant, words
from tradesim.app.changes import Settings, changed, shared_odds
from tradesim.app.controls import Control, Group, controls_of, groups_of, rules_of
from tradesim.app.runs import Runs
from tradesim.app.views import DRAWS, View, first_draws, look, sentences
from tradesim.app.widgets import MARGIN, WIDTH, trigger, widget_of, with_meaning
from tradesim.errors import InputError, Problem
from tradesim.rules import KINDS
from tradesim.scenario import Scenario

TABS = {"rules": "Rules", "events": "Odds", "truces": "Truces", "shocks": "New acts"}
Offer = Mapping[str, Callable[[], Scenario]]
"""Scenarios by what they are called on the page."""
BUTTON = """.bk-btn.bk-btn-default {
  border: 1px solid #1b5e9a !important; color: #1b5e9a; background: #fff; font-size: 14px;
}"""
logger = logging.getLogger("tradesim.app")


def read(name: str) -> str:
    """Return a file of this package."""
    return files("tradesim.app").joinpath(name).read_text(encoding="utf-8")


def page(offer: Offer, runs: Runs | None = None) -> Any:
    """Return a new page that begins with the first scenario offered; pages share what is run."""
    session = Session(offer, runs)
    template = _Template(read("template.html"))
    for name, part in session.parts().items():
        template.add_panel(name, part)
    return template


class _Template(pn.Template):  # type: ignore[misc]
    """The template of the page, which takes less to open than Panel's own."""

    def __repr__(self) -> str:
        """Return a name: Panel asks for it with every part added, and its own describes every widget."""
        return "tradesim explorer"

    def server_doc(self, doc: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Put the page into a document, whose models are gone through once instead of with every part."""
        document = pn.state.curdoc if doc is None else doc
        with document.models.freeze():
            return super().server_doc(document, *args, **kwargs)


class Session:
    """What one visitor has chosen and sees.

    Parameters
    ----------
    offer : the scenarios.
    runs : draws that pages share.
    """

    def __init__(self, offer: Offer, runs: Runs | None = None) -> None:
        self.offer = offer
        self.runs = Runs() if runs is None else runs
        self.css = read("pane.css")
        self.settings = Settings()
        self.quiet = False
        self.shown = 0
        self.widgets: dict[str, tuple[Control, Any]] = {}
        self.choice = tolerant.Select(label="Scenario", options=list(offer), width=WIDTH + 30, margin=MARGIN)
        self.draws = tolerant.Select(label="Draws", options=list(DRAWS), width=120, margin=MARGIN)
        # Without limits of their own: what is out of range is said on the page, not quietly another number.
        self.seed = tolerant.IntInput(label="Seed", value=0, width=120, margin=MARGIN)
        self.draw = tolerant.IntInput(label="Draw", value=0, width=120, margin=MARGIN)
        self.reset = pn.widgets.Button(
            label="Reset to the scenario as written", color="primary", margin=MARGIN
        )
        self.panes = {
            name: pn.pane.HTML("", stylesheets=[self.css], sizing_mode="stretch_width", margin=0)
            for name in ("about", "problem", "said", "fan key", "truce key", "draw key", "story")
        }
        self.boxes = {
            name: pn.Column(sizing_mode="stretch_width", margin=0)
            for name in ("moves", "fan", "truce", "draw")
        }
        self.begin(self.choice.value)
        self.choice.param.watch(lambda event: self.begin(event.new), "value")
        for each in (self.draws, self.seed):
            each.param.watch(lambda _: self.redraw(), "value")
        self.draw.param.watch(lambda _: self.retell(), "value")
        self.reset.on_click(lambda _: self.restore())

    # What is shown -----------------------------------------------------------------------------------

    def parts(self) -> dict[str, Any]:
        """Return the parts of the page by the places that the template has for them."""
        shown, boxes = self.panes, self.boxes
        return {
            "picker": _column(
                self.choice, shown["about"], pn.Row(self.draws, self.seed, margin=0, styles={"gap": "16px"})
            ),
            "moves": _column(self.reset, boxes["moves"]),
            "said": shown["said"],
            "fan": _column(shown["problem"], shown["fan key"], boxes["fan"]),
            "truce": _column(shown["truce key"], boxes["truce"]),
            "files": pn.FlexBox(*self._downloads(), margin=0),
            "story": _column(self.draw, shown["draw key"], boxes["draw"], shown["story"]),
        }

    def _downloads(self) -> Iterator[Any]:
        """Yield the buttons that hand out files, each made when it is asked for."""
        made: dict[str, tuple[str, Callable[[], bytes]]] = {
            "Picture (PNG)": ("fan.png", lambda: exports.picture(self.view, "png")),
            "Picture (SVG)": ("fan.svg", lambda: exports.picture(self.view, "svg")),
            "Numbers (CSV)": ("numbers.csv", lambda: exports.numbers(self.view)),
            "Story of the draw (CSV)": ("story.csv", lambda: exports.story(self.view, self.shown)),
            "Scenario (TOML)": ("scenario.toml", lambda: exports.scenario_file(self.view, self.settings)),
        }
        for label, (name, make) in made.items():
            yield pn.widgets.FileDownload(
                callback=partial(self._handed_out, make), filename=f"tradesim-{name}", label=label, width=190,
                stylesheets=[BUTTON],
            )  # fmt: skip

    def _handed_out(self, make: Callable[[], bytes]) -> io.BytesIO:
        made = b""

        def work() -> None:
            nonlocal made
            made = make()

        self._attempt(work)
        return io.BytesIO(made)

    # Moves -------------------------------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """Begin with a scenario as it is written."""
        self._attempt(partial(self._begin, name))

    def _begin(self, name: str) -> None:
        self.base = self.offer[name]()
        self.settings = Settings()
        self.panes["about"].object = markup.about(self.base)
        with _Quietly(self):
            self.draws.value = first_draws(self.base)
            self.draw.value = 0
        self.written: View | None = None
        self._controls()
        self._redraw(fresh=True)

    def restore(self) -> None:
        """Take back every move."""
        self.settings = Settings()
        self._attempt(self._controls)
        self.redraw()

    def choose(self, key: str, kind: str) -> None:
        """Give an economy another rule, which begins with its own numbers."""
        shown = {path: v for path, v in self.settings.shown.items() if not path.startswith(f"rules.{key}.")}
        self.settings = Settings({**self.settings.kinds, key: kind}, shown)
        self._attempt(self._controls)
        self.redraw()

    def move(self, control: Control, value: Any) -> None:
        """Set a control; the other outcomes of an event follow."""
        if self.quiet or value == self.settings.shown.get(control.path, control.value):
            return
        shown = {**self.settings.shown, control.path: value}
        self.settings = Settings(self.settings.kinds, shown | self._following(control, value))
        self.redraw()

    def _following(self, control: Control, value: float) -> dict[str, float]:
        """Return what the other outcomes of an event come to, and move their sliders there."""
        events = {
            f"events.{event.name}.{o.name}": event for event in self.base.events for o in event.outcomes
        }
        event = events.get(control.path)
        if event is None or len(event.outcomes) < 3:
            return {}
        paths = {o.name: f"events.{event.name}.{o.name}" for o in event.outcomes}
        name = next(name for name, path in paths.items() if path == control.path)
        now = {n: self.settings.shown.get(p, self.widgets[p][0].value) for n, p in paths.items()}
        fresh = shared_odds(event, {**now, name: value}, name)
        with _Quietly(self):
            for each, share in fresh.items():
                if each != name:
                    self.widgets[paths[each]][1].value = share
        return {paths[each]: share for each, share in fresh.items()}

    # Drawing -----------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Run the scenario as it is set, and show what follows."""
        if not self.quiet:
            self._attempt(self._redraw)

    def _redraw(self, *, fresh: bool = False) -> None:
        scenario, how = changed(self.base, self.settings), (self.draws.value, self.seed.value)
        moved = scenario is not self.base
        if self.written is None or (self.written.draws, self.written.seed) != how:
            self.written = look(self.base, *how, runs=self.runs)
        view = look(scenario, *how, self.written.pairs, self.runs) if moved else self.written
        beside = self.written if moved else None
        self.view = view
        self.panes["said"].object = markup.said(sentences(view, beside), len(view.pairs))
        self.panes["fan key"].object = markup.fan_key(view, moved=moved)
        self.panes["truce key"].object = markup.truce_key(view) if view.truces else "<p>No truces.</p>"
        if fresh:
            self._figures(view)
        else:
            self.fan.source.data = charts.fan_data(view, beside)
            if view.truces:
                self.truce.source.data = charts.truce_data(view)
        self._retell()

    def _figures(self, view: View) -> None:
        """Draw figures anew, for other pairs and days."""
        self.fan = charts.fan_chart(view, None)
        self.truce = charts.truce_chart(view, self.fan.figure.x_range) if view.truces else self.fan
        self.told = charts.draw_chart(view, 0)
        self.panes["draw key"].object = markup.draw_key(view)
        shown = {"fan": self.fan, "draw": self.told, **({"truce": self.truce} if view.truces else {})}
        for name in ("fan", "truce", "draw"):
            chart = shown.get(name)
            self.boxes[name][:] = (
                [] if chart is None else [pn.pane.Bokeh(chart.figure, sizing_mode="stretch_width", margin=0)]
            )

    def retell(self) -> None:
        """Show another draw."""
        if not self.quiet:
            self._attempt(self._tell_asked)

    def _tell_asked(self) -> None:
        draw, many = self.draw.value, self.view.draws
        if draw is None or not 0 <= draw < many:
            raise InputError([Problem("no such draw", "draw", repr(draw), f"0 to {many - 1}")])
        self._retell()

    def _retell(self) -> None:
        with _Quietly(self):
            last = self.view.draws - 1
            draw = self.shown = self.draw.value = max(0, min(int(self.draw.value or 0), last))
        self.told.source.data = charts.draw_data(self.view, draw)
        if self.told.shades is not None:
            self.told.shades.data = charts.window_data(self.view, draw)
        self.panes["story"].object = markup.story(self.view.story(draw))

    def _attempt(self, work: Callable[[], None]) -> None:
        """Do something, and say on the page why it could not be done."""
        try:
            work()
        except InputError as error:
            self.panes["problem"].object = markup.message(map(str, error.problems))
        except Exception as error:  # the page says so and goes on
            logger.exception("the page could not be drawn")
            self.panes["problem"].object = markup.message([f"{type(error).__name__}: {error}"])
        else:
            self.panes["problem"].object = ""

    # Controls ----------------------------------------------------------------------------------------

    def _controls(self) -> None:
        """Make the widgets of what can be moved, as it is set."""
        scenario = changed(self.base, Settings(self.settings.kinds))
        groups = groups_of(scenario)
        self.widgets = {path: (control, widget_of(control)) for path, control in controls_of(groups).items()}
        for path, (control, widget) in self.widgets.items():
            if path in self.settings.shown:
                widget.value = self.settings.shown[path]
            widget.param.watch(lambda event, c=control: self.move(c, event.new), trigger(control))
        tabs = pn.Tabs(dynamic=True, sizing_mode="stretch_width", margin=0)
        kinds = {f"rules.{key}": rule.kind for key, rule in rules_of(scenario).items()}
        for room, title in TABS.items():
            own = [self._group(group, kinds) for group in groups if group.key.startswith(f"{room}.")]
            if own:
                tabs.append((title, _column(*own)))
        self.boxes["moves"][:] = [tabs]

    def _group(self, group: Group, kinds: Mapping[str, str]) -> Any:
        head = pn.pane.HTML(markup.heading(group), stylesheets=[self.css], margin=0, width=WIDTH + 24)
        parts = [head]
        if group.kind:
            parts.append(self._kind(group, kinds))
        made = {control: self.widgets[control.path][1] for control in group.controls}
        parts += [with_meaning(widget, control) for control, widget in made.items() if control.main]
        more = [with_meaning(widget, control) for control, widget in made.items() if not control.main]
        if more:
            parts.append(pn.Card(*more, title="More", collapsed=True, width=WIDTH + 32, margin=(4, 0, 8, 0)))
        return _column(*parts)

    def _kind(self, group: Group, kinds: Mapping[str, str]) -> Any:
        key, (label, meaning) = group.key.removeprefix("rules."), words.KIND
        options = {words.KINDS[kind]: kind for kind in KINDS}
        who = words.economy(key.partition("-")[0])
        select = tolerant.Select(
            label=label.format(who=who), options=options, value=kinds[group.key], width=WIDTH, margin=MARGIN
        )
        select.param.watch(lambda event: self.choose(key, event.new), "value")
        return with_meaning(select, Control("", "", meaning, group.kind, options=tuple(KINDS)))


class _Quietly:
    """While it lasts, a session takes no change of a widget for a move."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> None:
        self.before, self.session.quiet = self.session.quiet, True

    def __exit__(self, *_: object) -> None:
        self.session.quiet = self.before


def _column(*parts: Any) -> Any:
    return pn.Column(*parts, sizing_mode="stretch_width", margin=0)
