"""Who may ask the explorer for anything, how many pages it keeps, and what it takes from a websocket."""

import datetime as dt
import logging
import math
from types import SimpleNamespace

import pytest

from tradesim.app import serving

pytest.importorskip("panel", reason="the explorer needs Panel: pip install '.[app]'")

from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import HTTPHeaders
from tornado.routing import HostMatches

from tradesim.app import access, tolerant
from tradesim.app import page as pages
from tradesim.app.runs import Runs

HOSTS = ["127.0.0.1:5006", "localhost:5006"]
OWN = {"Host": "127.0.0.1:5006"}
OFFER = serving.offered(first="us-china-2025-10")


def asked(path="/", opened=0, **headers):
    """Return what the gate makes of a request: a status, or None where it is answered."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = SimpleNamespace(path=path, headers=HTTPHeaders(named))
    found = access.Gate(HOSTS, "http://127.0.0.1:5006/", lambda: opened).match(request)
    return None if found is None else found["target_kwargs"]["status"]


@pytest.mark.parametrize("path", ["/", "/ws", "/metadata", "/static/js/bokeh.min.js", "/favicon.ico", "/x"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:5006"},
        {"Host": "127.0.0.1:80"},
        {"Host": "127.0.0.1"},
        {"Host": ""},
        {},
        {"Host": "127.0.0.1:5006.evil.example"},
        {"Host": "evil.example,127.0.0.1:5006"},
        {**OWN, "Origin": "http://evil.example"},
        {**OWN, "Origin": "null"},
        {**OWN, "Origin": "https://127.0.0.1:5006"},
        {**OWN, "Origin": "http://localhost:8888"},
        {**OWN, "Sec-Fetch-Site": "cross-site"},
        {**OWN, "Sec-Fetch-Site": "same-site"},
        {**OWN, "Sec-Fetch-Site": "whatever"},
        {**OWN, "Sec-Fetch-Site": "none", "Origin": "http://evil.example"},
    ],
)
def test_what_comes_from_elsewhere_is_refused_on_every_route(path, headers):
    assert asked(path, **headers) == access.FOREIGN


@pytest.mark.parametrize(
    "headers",
    [
        OWN,
        {"Host": "LOCALHOST:5006"},
        {**OWN, "Sec-Fetch-Site": "none"},
        {**OWN, "Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:5006"},
    ],
)
def test_what_a_person_types_and_the_page_itself_are_answered(headers):
    assert asked("/", **headers) is None
    assert asked("/ws", **headers) is None
    assert asked("/autoload.js", **headers) == access.FOREIGN


def test_no_more_pages_are_opened_than_there_is_room_for():
    assert asked("/", access.MOST_PAGES - 1, **OWN) is None
    assert asked("/", access.MOST_PAGES, **OWN) == access.FULL
    assert asked("/ws", access.MOST_PAGES, **OWN) is None
    assert asked("/static/js/bokeh.min.js", access.MOST_PAGES, **OWN) is None


def test_the_gate_stands_before_every_route_of_a_server(monkeypatch):
    monkeypatch.setattr(access, "MOST_PAGES", 0)
    place = serving.checked("127.0.0.1", None, remote=False)
    server = serving.made(place, serving.offered(first="symmetric-spiral"))
    try:
        first = server._tornado.default_router.rules[0]
        assert isinstance(first.matcher, HostMatches)
        assert first.matcher.host_pattern.match("evil.example")
        (own,) = first.target.rules
        assert own.matcher.hosts == set(place.origins)
        assert server.idle_timer.is_running()
        server.start()
        for headers, status in (({}, access.FULL), ({"Host": "evil.example"}, access.FOREIGN)):
            answer = server.io_loop.run_sync(
                lambda h=headers: AsyncHTTPClient().fetch(place.url, headers=h, raise_error=False)
            )
            assert answer.code == status
    finally:
        server.idle_timer.stop()
        server.stop()
        server.unlisten()
        server.io_loop.close()


@pytest.mark.parametrize(("port", "hosts"), [(80, {"127.0.0.1:80", "127.0.0.1"}), (81, {"127.0.0.1:81"})])
def test_browsers_leave_out_port_80(port, hosts):
    assert hosts <= set(serving.known_as(serving.Place("127.0.0.1", port)))
    assert ("127.0.0.1" in serving.known_as(serving.Place("127.0.0.1", port))) == (port == 80)


class Document:
    def __init__(self):
        self.watchers = []

    def on_change(self, watcher):
        self.watchers.append(watcher)


class Opened:
    """A session with one websocket."""

    def __init__(self, name):
        self.id, self.document, self.closed = name, Document(), []
        self._socket, self._subscribed_connections = self, {self}

    def close(self, code, reason):
        self.closed.append((code, reason))


def test_a_page_that_nobody_used_for_long_is_closed_and_one_in_use_is_not():
    used, left = Opened("used"), Opened("left")
    now, there = [0.0], [used, left]
    idle = access.Idle(lambda: there, longest=100.0, clock=lambda: now[0])
    idle.check()
    now[0] = 90.0
    for watcher in used.document.watchers:
        watcher(None)
    now[0] = 150.0
    idle.check()
    assert (used.closed, left.closed) == ([], [(1001, "not used for long")])
    there.remove(left)
    idle.check()
    assert set(idle.used) == {"used"}


# Pages share what is alike ---------------------------------------------------------------------------


def test_pages_share_what_is_run():
    runs = Runs()
    one, other = pages.Session(OFFER, runs), pages.Session(OFFER, runs)
    assert one.view is other.view
    assert one.view.paths is other.view.paths
    other.seed.value = 3
    assert one.view is not other.view
    assert (one.view.seed, other.view.seed) == (0, 3)


def test_draws_that_are_no_longer_kept_are_run_again_to_the_same_numbers(monkeypatch):
    monkeypatch.setattr("tradesim.app.runs.MOST_BYTES", 0)
    session = pages.Session(OFFER, Runs())
    before = session.view.paths.duty.copy()
    session.runs.paths(session.base, 200, 9)
    assert len(session.runs._paths) == 1
    assert (session.view.paths.duty == before).all()


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr("tradesim.app.runs.MOST_KEPT", 3)
    runs = Runs()
    assert [runs.kept((k,), lambda k=k: f"made {k}") for k in range(5)][-1] == "made 4"
    assert list(runs._made) == [(2,), (3,), (4,)]
    assert runs.kept((2,), lambda: "anew") == "made 2"
    assert runs.kept((0,), lambda: "anew") == "anew"


# The websocket ---------------------------------------------------------------------------------------

ODD = [1e9, -1e9, math.inf, -math.inf, math.nan, "x", None, [1], {"a": 1}, True, 10**30, "2025-01-01"]


def allowed(control, value):
    if control.options:
        return value in control.options
    if isinstance(control.value, bool):
        return isinstance(value, bool)
    return control.low <= value <= control.high


@pytest.mark.parametrize("kind", ["FloatSlider", "IntSlider", "DateSlider", "Checkbox", "Select"])
def test_no_value_of_a_websocket_is_an_error_or_lies_out_of_range(kind, caplog):
    session = pages.Session(OFFER)
    control, widget = next(pair for pair in session.widgets.values() if type(pair[1]).__name__ == kind)
    for value in ODD:
        for events in ({"value": value}, {"value_throttled": value}, {"start": value, "end": value}):
            widget._process_events(dict(events))
            assert allowed(control, widget.value)
            assert allowed(control, session.settings.shown.get(control.path, control.value))
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_slider_that_is_pushed_beyond_its_end_stands_at_its_end():
    session = pages.Session(OFFER)
    control, widget = session.widgets["rules.CHN.ratio"]
    widget._process_events({"value": 1e9, "value_throttled": 1e9})
    assert (widget.value, session.settings.shown[control.path]) == (control.high, control.high)
    assert session.panes["problem"].object == ""


def test_the_boxes_take_nothing_that_is_no_number_or_no_choice(caplog):
    session = pages.Session(OFFER)
    for value in ODD:
        for widget in (session.seed, session.draw, session.draws, session.choice):
            widget._process_events({"value": value})
    assert session.base.name == "us-china-2025-10"
    assert session.view.draws in session.draws.options
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_days_are_held_within_their_slider():
    slider = tolerant.DateSlider(
        start=dt.date(2025, 1, 1), end=dt.date(2025, 2, 1), value=dt.date(2025, 1, 5)
    )
    slider._process_events({"value": 1e18})
    assert slider.value == dt.date(2025, 2, 1)
    slider._process_events({"value": dt.date(2025, 1, 9)})
    assert slider.value == dt.date(2025, 1, 9)
