"""The page of the explorer without a browser: its session, and the server that hands it out."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tradesim import scenarios
from tradesim.app import serving
from tradesim.cli import app as command
from tradesim.cli import exploring
from tradesim.errors import InputError, MissingExtraError
from tradesim.plots.colours import contrast

pytest.importorskip("panel", reason="the explorer needs Panel: pip install '.[app]'")
param = pytest.importorskip("param")

from tradesim.app import page as pages  # noqa: E402 needs Panel
from tradesim.app import widgets  # noqa: E402 needs Panel


@pytest.fixture
def session():
    return pages.Session(serving.offered(first="us-china-2025-10"))


def problem(session):
    return session.panes["problem"].object


def widget(session, path):
    return session.widgets[path][1]


def let_go(session, path, value):
    """Do what the browser does when a slider is let go."""
    moved = widget(session, path)
    moved.param.update(value=value)
    with param.edit_constant(moved):
        moved.value_throttled = value


# The session -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scenarios.names())
def test_every_packaged_scenario_opens(name):
    session = pages.Session(serving.offered(first=name))
    assert problem(session) == ""
    assert len(session.boxes["fan"]) == 1
    assert session.panes["said"].object.startswith("<p class='lead'>")


def test_a_slider_that_is_let_go_moves_the_fan_and_the_sentences(session):
    before, said = session.fan.source.data["p1_95"].copy(), session.panes["said"].object
    let_go(session, "rules.CHN.ratio", 0.0)
    assert (session.fan.source.data["p1_95"] != before).any()
    assert session.panes["said"].object != said
    assert "As written it ends at" in session.panes["said"].object
    assert "thin dashes" in session.panes["fan key"].object
    assert session.view.scenario.rules["CHN"].ratio == 0.0
    assert (session.fan.source.data["w1"] == session.written.fan["CHN", "USA", 0.5].iloc[0]).any()


def test_outcomes_of_an_event_follow_the_one_that_moves(session):
    let_go(session, "events.summit.deal", 0.0)
    shown = {
        o.name: widget(session, f"events.summit.{o.name}").value for o in session.base.events[1].outcomes
    }
    assert shown == {"deal": 0.0, "extension": 50.0, "nothing": 30.0, "break": 20.0}
    odds = [o.probability for o in session.view.scenario.events[1].outcomes]
    assert odds == pytest.approx([0.0, 0.5, 0.3, 0.2])
    let_go(session, "events.summit.break", 100.0)
    assert widget(session, "events.summit.extension").value == 0.0
    assert problem(session) == ""


def test_reset_takes_everything_back(session):
    before = session.panes["said"].object
    let_go(session, "rules.CHN.ratio", 0.0)
    session.choose("USA", "grim")
    session.restore()
    assert session.view.scenario is session.base
    assert session.panes["said"].object == before
    assert widget(session, "rules.CHN.ratio").value == 1.0


def test_another_rule_brings_its_own_controls(session):
    let_go(session, "rules.CHN.cap", 50.0)
    session.choose("CHN", "grim")
    assert "rules.CHN.rate" in session.widgets
    assert "rules.CHN.ratio" not in session.widgets
    assert session.view.scenario.rules["CHN"].kind == "grim"
    assert widget(session, "rules.CHN.cap").value == 125.0
    session.choose("CHN", "passive")
    assert not any(path.startswith("rules.CHN.") for path in session.widgets)


def test_what_a_scenario_does_not_allow_is_said_and_the_last_picture_stays(session):
    widget(session, "rules.CHN.view").value = "trade-weighted"
    before = session.fan.source.data
    let_go(session, "rules.CHN.coverage", 0.0)
    assert "role='alert'" in problem(session)
    assert "an answer on no trade weighs nothing" in problem(session)
    assert session.fan.source.data is before
    let_go(session, "rules.CHN.coverage", 10.0)
    assert problem(session) == ""


def test_what_should_not_happen_is_said_too(session, monkeypatch, caplog):
    monkeypatch.setattr(pages, "look", lambda *_: 1 / 0)
    let_go(session, "rules.CHN.ratio", 0.5)
    assert "ZeroDivisionError" in problem(session)
    assert "could not be drawn" in caplog.text


def test_draws_seed_and_draw_are_chosen(session):
    first = session.panes["story"].object
    session.seed.value = 4
    assert (session.view.paths.seed, session.written.paths.seed) == (4, 4)
    session.draws.value = 200
    assert session.view.paths.draws == 200
    session.draw.value = 7
    assert session.panes["story"].object != first
    frame = session.view.paths.to_frame(7)
    assert session.told.source.data["p0"][-1] == frame["USA", "CHN"].iloc[-1]
    session.draw.value = 5000
    assert "no such draw; got 5000; allowed: 0 to 199" in problem(session)
    assert session.shown == 7
    session.draw.value = 199
    assert problem(session) == ""
    session.seed.value = -5
    assert "not a seed; got -5" in problem(session)
    assert session.view.paths.seed == 4
    session.seed.value = 4
    session.choice.value = "april-2025-spiral"
    assert session.draw.value == 0
    assert session.base.name == "april-2025-spiral"
    assert session.settings.shown == {}


def test_a_scenario_without_truces_has_no_picture_of_them():
    session = pages.Session(serving.offered(first="april-2025-spiral"))
    assert len(session.boxes["truce"]) == 0
    let_go(session, "rules.CHN.ratio", 0.5)
    assert problem(session) == ""


def test_the_files_are_handed_out(session):
    let_go(session, "rules.CHN.cap", 50.0)
    starts = {
        "fan.png": b"\x89PNG",
        "fan.svg": b"<?xml",
        "numbers.csv": b"date,",
        "story.csv": b"date,",
        "scenario.toml": b"name = ",
    }
    made = {button.filename: button.callback().getvalue() for button in session._downloads()}
    assert set(made) == {f"tradesim-{name}" for name in starts}
    for name, begin in starts.items():
        assert made[f"tradesim-{name}"].startswith(begin)
    session.view = None
    assert session._handed_out(lambda: session.view.nothing).getvalue() == b""
    assert "AttributeError" in problem(session)


def test_a_page_has_a_place_for_every_part():
    made = pages.page(serving.offered(first="symmetric-spiral"))
    html = pages.read("template.html")
    for name in pages.Session(serving.offered(first="symmetric-spiral")).parts():
        assert f"roots.{name})" in html
    assert made is not None


def test_every_kind_of_control_has_a_widget(session):
    kinds = {type(each).__name__ for _, each in session.widgets.values()}
    assert kinds == {"FloatSlider", "IntSlider", "Checkbox", "Select", "DateSlider"}
    assert widgets.widget_of(session.widgets["rules.CHN.cap"][0]).format.format == "%.0f %%"


def test_text_of_the_page_can_be_read():
    """Every colour of a text in the style sheets against its ground: 4.5 to 1 or better."""
    white = {"#26282b", "#3a3f45", "#50565e", "#1b5e9a", "#3d3d3d"}
    assert all(contrast(colour, "#ffffff") >= 4.5 and contrast(colour, "#f4f5f7") >= 4.5 for colour in white)
    assert contrast("#d5deea", "#17324d") >= 4.5
    assert contrast("#5f1410", "#fdecea") >= 4.5
    used = set(re.findall(r"(?<![-\w])color: (#\w+)", pages.read("pane.css") + pages.read("template.html")))
    assert used <= white | {"#fff", "#d5deea", "#5f1410"}


# The server ------------------------------------------------------------------------------------------


def refused(*args):
    result = CliRunner().invoke(command, ["app", *args])
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "8.8.8.8", "example.org"])
def test_an_address_that_others_can_reach_is_refused(host):
    said = refused("--host", host)
    assert said.startswith("error: --host: others could reach this page; got ")
    assert "--allow-remote" in said


def test_an_address_that_others_can_reach_can_be_allowed():
    place = serving.checked("0.0.0.0", None, remote=True)
    assert place.url == f"http://127.0.0.1:{place.port}/"
    assert f"localhost:{place.port}" in place.origins
    assert f"{socket.gethostname()}:{place.port}" in place.origins
    assert "*" not in " ".join(place.origins)


def test_only_the_bound_host_may_talk_to_it():
    assert serving.Place("127.0.0.1", 5006).origins == ["127.0.0.1:5006", "localhost:5006"]
    assert serving.Place("192.168.1.5", 80, remote=True).origins == ["192.168.1.5:80"]
    assert serving.Place("::1", 5006).url == "http://[::1]:5006/"


def test_a_taken_port_is_said_or_passed_over():
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert f"another program has this port; got {port}" in refused("--port", str(port))
    with closing(
        socket.create_server(("127.0.0.1", serving.checked("127.0.0.1", None, remote=False).port))
    ) as first:
        assert serving.checked("127.0.0.1", None, remote=False).port != first.getsockname()[1]


def test_what_is_no_address_port_or_scenario_is_refused(tmp_path):
    assert "not a port" in refused("--port", "70000")
    assert "no such address" in refused("--host", "no.such.host.invalid", "--allow-remote")
    assert "cannot be listened on" in refused("--host", "203.0.113.9", "--allow-remote")
    assert "unknown scenario or file" in refused("us-chin")
    bad = tmp_path / "bad.toml"
    bad.write_text("name = 3\n")
    assert f"{bad}:1" in refused(str(bad))


def test_without_panel_it_names_the_extra(monkeypatch):
    monkeypatch.setattr(serving, "import_module", lambda _: (_ for _ in ()).throw(ImportError))
    with pytest.raises(MissingExtraError, match=r"pip install '\.\[app\]'"):
        serving.made(serving.Place("127.0.0.1", 5006), serving.offered())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Bokeh's half-open socket
def test_a_port_taken_in_between_is_said():
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as taken,
        pytest.raises(InputError, match="cannot be listened"),
    ):
        serving.made(
            serving.Place("127.0.0.1", taken.getsockname()[1]), serving.offered(first="symmetric-spiral")
        )


def test_a_machine_without_a_name_has_no_names(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: (_ for _ in ()).throw(OSError))
    assert serving.own_names() == {socket.gethostname(), socket.getfqdn()}


class Stopped:
    """A server that is interrupted as soon as it runs."""

    def __init__(self):
        self.io_loop, self.told = self, []

    def start(self):
        self.told.append("start")
        if len(self.told) > 1:
            raise KeyboardInterrupt

    def stop(self):
        self.told.append("stop")


def test_the_command_opens_a_browser_and_says_goodbye(monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr(exploring.webbrowser, "open", opened.append)
    offers = []
    monkeypatch.setattr(serving, "made", lambda _, offer: offers.append(list(offer)) or Stopped())
    said = CliRunner().invoke(command, ["app", "april-2025-spiral"])
    assert said.exit_code == 0, said.output
    assert opened == [said.output.split()[4]]
    assert "the explorer has ended" in said.output
    assert offers[0][0] == "april-2025-spiral"
    file = scenarios.load("symmetric-spiral").to_toml(tmp_path / "mine.toml")
    said = CliRunner().invoke(
        command, ["app", str(file), "--no-browser", "--host", "0.0.0.0", "--allow-remote"]
    )
    assert "others can reach it, by 127.0.0.1:" in said.output
    assert len(opened) == 1
    assert offers[1][0] == "symmetric-spiral (file)"
    assert set(scenarios.names()) < set(offers[1])


@pytest.fixture(scope="module")
def running():
    """A server in a process of its own, at its address."""
    before = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tradesim", "app", "--no-browser"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    url = process.stdout.readline().split()[-1]
    print(f"\ntradesim app was ready after {time.perf_counter() - before:.1f} s")
    yield url, process
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "the explorer has ended; nothing is kept but what was downloaded" in out
    assert "Traceback" not in err


def test_a_page_is_served_and_names_nothing_but_this_server(running):
    url, _ = running
    with urllib.request.urlopen(url) as answer:
        html = answer.read().decode()
    assert "tradesim explorer" in html
    assert "https://" not in html.replace("https://bokeh.org", "")


def port_of(url):
    return int(url.rstrip("/").rpartition(":")[2])


@pytest.mark.parametrize(
    ("origin", "code"),
    [("http://evil.example", 403), ("http://localhost:1", 403), ("http://localhost:{port}", 101)],
)
def test_a_page_from_elsewhere_may_not_talk_to_it(running, origin, code):
    """Ask for the websocket as a browser on another page would."""
    url, _ = running
    with urllib.request.urlopen(url) as answer:
        token = re.search(r'"token":"([^"]+)"', answer.read().decode())[1]
    headers = {
        "Origin": origin.format(port=port_of(url)), "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": f"bokeh, {token}",
    }  # fmt: skip
    with closing(http.client.HTTPConnection("127.0.0.1", port_of(url), timeout=20)) as asking:
        asking.request("GET", "/ws", headers=headers)
        assert asking.getresponse().status == code


@pytest.mark.parametrize("path", ["/", "/autoload.js?bokeh-autoload-element=1", "/metadata", "/static/x.js"])
@pytest.mark.parametrize(
    "header",
    [
        {"Host": "evil.example:{port}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example"},
    ],
)
def test_a_page_from_elsewhere_opens_no_page(running, path, header):
    port = port_of(running[0])
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as asking:
        asking.request("GET", path, headers={k: v.format(port=port) for k, v in header.items()})
        answer = asking.getresponse()
        assert answer.status == 403
        assert answer.getheader("Access-Control-Allow-Origin") is None
        assert f"type http://127.0.0.1:{port}/ into the browser yourself" in answer.read().decode()


@pytest.mark.skipif(sys.platform != "linux", reason="other loopback addresses are Linux's")
def test_it_listens_on_the_bound_address_alone(running):
    there = ("127.0.0.2", port_of(running[0]))
    with pytest.raises(OSError, match="refused"), socket.create_connection(there, timeout=5):
        pass


def test_nothing_typed_is_ever_evaluated():
    """What would run or open what a page sends is nowhere in the explorer."""
    for file in Path(serving.__file__).parent.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        words = ("eval(", "exec(", "pickle", "open(", "subprocess", "CustomJS", "from_toml")
        assert not [word for word in words if word in text], file.name
