"""The explorer in a real browser, Chromium driven by Playwright, against a server on this machine."""

import csv
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hostile import hostile

import tradesim as ts

pytest.importorskip("panel", reason="the explorer needs Panel: pip install '.[app]'")

SLOWEST = 5_000
"""Milliseconds: a busy machine's. What it took is printed."""
WATCH = """() => {
  const all = root => [...root.querySelectorAll('*')].flatMap(
    e => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
  const largest = all(document).filter(e => e.tagName === 'CANVAS').sort((a, b) => b.height - a.height)[0];
  const small = new OffscreenCanvas(160, 60).getContext('2d', {willReadFrequently: true});
  const seen = () => {
    small.clearRect(0, 0, 160, 60);
    small.drawImage(largest, 0, 0, 160, 60);
    return small.getImageData(0, 0, 160, 60).data.join();
  };
  const before = seen();
  let from = null;
  window.addEventListener('mouseup', () => { from = performance.now(); }, {once: true, capture: true});
  window.redrawn = new Promise((done, failed) => {
    setTimeout(() => failed(new Error('the fan did not change')), 20000);
    const look = () => from !== null && seen() !== before
      ? done(performance.now() - from) : requestAnimationFrame(look);
    look();
  });
}"""
"""Measures from letting go of the mouse to the first frame in which the fan differs."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that begins with a scenario all of whose names are markup."""
    file = hostile().to_toml(tmp_path_factory.mktemp("app") / "hostile.toml")
    process = subprocess.Popen(
        [sys.executable, "-m", "tradesim", "app", str(file), "--no-browser"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process.stdout.readline().split()[-1]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err


class Seen:
    """A page, what its console complained of and what it asked for."""

    def __init__(self, browser, url):
        self.page = browser.new_page(viewport={"width": 1400, "height": 900})
        self.page.set_default_timeout(30_000)
        self.complaints, self.hosts = [], set()
        self.page.on(
            "console", lambda said: said.type in {"error", "warning"} and self.complaints.append(said.text)
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).netloc))
        self.page.goto(url)
        self.page.locator("canvas").first.wait_for()
        self.page.locator(".noUi-handle").first.wait_for()

    def choose(self, name="us-china-two-years"):
        self.page.locator(".picker select").first.select_option(name)
        self.page.locator(".said").get_by_text("22 October 2027").first.wait_for()
        self.page.locator(".noUi-handle").first.wait_for()
        self.page.wait_for_timeout(2000)

    def said(self):
        return " ".join(self.page.locator(".said p").all_inner_texts())

    def drag(self, label, by):
        """Drag a slider, and return after how many milliseconds the fan had changed."""
        handle = self.page.locator(".bk-input-group", has_text=label).locator(".noUi-handle").first
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.evaluate(WATCH)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by, y, steps=3)
        self.page.mouse.up()
        return self.page.evaluate("() => window.redrawn")

    def clean(self, url):
        assert self.complaints == []
        assert self.hosts <= {urlsplit(url).netloc, ""}
        self.page.close()


def test_names_that_are_markup_are_shown_as_text_and_nothing_of_them_runs(server, browser):
    seen = Seen(browser, server)
    seen.page.evaluate("() => { window.hacked = () => { window.ran = true; }; }")
    for tab in ("Odds", "Truces", "New acts", "Rules"):
        seen.page.get_by_text(tab, exact=True).first.click()
        seen.page.wait_for_timeout(400)
        if tab != "Rules":
            assert seen.page.get_by_text("<img src=x onerror=hacked()>").count() > 0
    seen.page.get_by_text("What it assumes, and why").click()
    seen.page.wait_for_timeout(500)
    assert seen.page.evaluate("() => window.ran") is None
    assert seen.page.locator("img").count() == 0
    assert seen.page.locator(".MathJax, mjx-container").count() == 0
    seen.clean(server)


def test_a_slider_redraws_the_fan_quickly_and_reset_takes_it_back(server, browser):
    seen = Seen(browser, server)
    seen.choose()
    said = seen.said()
    times = [seen.drag("How much of a US increase China answers", by) for by in (-60, 40, -30, 25)]
    print(f"\nredrawn after {', '.join(f'{ms:.0f}' for ms in times)} ms")
    assert min(times) < SLOWEST
    seen.page.get_by_text("As written it ends").first.wait_for()
    assert seen.said() != said
    seen.page.get_by_text("Reset to the scenario as written").click()
    seen.page.get_by_text("As written it ends").first.wait_for(state="detached")
    assert seen.said() == said
    seen.clean(server)


def test_what_is_not_allowed_is_said_on_the_page(server, browser):
    seen = Seen(browser, server)
    seen.choose()
    seen.page.get_by_text("More", exact=True).first.click()
    seen.page.get_by_text("Share of trade that the answer of China hits").first.wait_for()
    handle = (
        seen.page.locator(".bk-input-group", has_text="answer of China hits").locator(".noUi-handle").first
    )
    handle.focus()
    handle.press("Home")
    seen.page.get_by_text("Not drawn:").wait_for()
    assert seen.page.get_by_text("an answer on no trade weighs nothing").is_visible()
    assert seen.page.locator("canvas").first.is_visible()
    seen.clean(server)


def test_pictures_numbers_and_scenario_can_be_taken_home(server, browser, tmp_path):
    seen = Seen(browser, server)
    seen.choose()
    seen.drag("How much of a US increase China answers", -60)
    files = {}
    for label in ("Picture (PNG)", "Picture (SVG)", "Numbers (CSV)", "Scenario (TOML)"):
        with seen.page.expect_download(timeout=120_000) as download:
            seen.page.get_by_text(label, exact=True).click()
        files[label] = Path(download.value.path()).read_bytes()
    assert files["Picture (PNG)"].startswith(b"\x89PNG")
    assert b"<svg" in files["Picture (SVG)"]
    (tmp_path / "again.toml").write_bytes(files["Scenario (TOML)"])
    again = ts.Scenario.from_toml(tmp_path / "again.toml")
    ratio = tomllib.loads(files["Scenario (TOML)"].decode())["rules"]["CHN"]["ratio"]
    assert 0 <= ratio < 1
    last = again.run(draws=1000, seed=0).quantiles([0.5]).iloc[-1]["USA", "CHN", 0.5]
    *_, row = csv.DictReader(files["Numbers (CSV)"].decode().splitlines())
    assert float(row["USA on CHN, 0.5"]) == pytest.approx(last, abs=1e-12)
    percent = re.search(r"on 22 October 2027 (\d+\.\d)", seen.said())[1]
    assert float(percent) == round(100 * last, 1)
    seen.clean(server)


@pytest.mark.parametrize("width", [400, 1400])
def test_it_fits_a_telephone_and_a_screen(server, browser, width, tmp_path):
    seen = Seen(browser, server)
    seen.choose()
    seen.page.set_viewport_size({"width": width, "height": 900})
    seen.page.wait_for_timeout(1000)
    assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= width
    for part in (".picker", ".fan", ".moves", ".said"):
        box = seen.page.locator(part).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    seen.page.screenshot(
        path=Path(os.environ.get("TRADESIM_SCREENSHOTS", tmp_path)) / f"app-{width}.png", full_page=True
    )
    seen.clean(server)
