"""The explorer: memory and seconds that one more open page costs, on a server of its own on this machine.

    python -m benchmarks.explorer --pages 10 --json out/bench/explorer.json

Each page is opened as a browser does, by a GET and a websocket that stays; then a slider of each is moved.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from bokeh.client import ClientSession, pull_session
from bokeh.util.token import get_session_id

import_module("panel")  # its models are on the page
SCENARIO = "us-china-two-years"
MOST = 18
"""Pages, fewer than the explorer allows."""


@contextmanager
def served(scenario: str) -> Iterator[tuple[str, int]]:
    """Run the explorer in a process of its own; yield its address and the number of the process."""
    command = [sys.executable, "-m", "tradesim", "app", scenario, "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield line.split()[-1], process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def resident(pid: int) -> float:
    """Return the memory that a process holds, in MB (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def busy(pid: int) -> float:
    """Return the seconds that a process has computed (Linux)."""
    user, system = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def opened(url: str) -> tuple[ClientSession, float]:
    """Open a page and keep it; return it and the seconds until all of it had come."""
    before = time.perf_counter()
    with urllib.request.urlopen(url) as answer:  # noqa: S310 our own server
        token = re.findall(r'"token":"([^"]+)"', answer.read().decode())[0]
    seconds = time.perf_counter() - before
    return pull_session(url=url, session_id=get_session_id(token)), seconds


def moved(session: ClientSession, turn: int) -> float:
    """Move the first slider of a page; return the seconds until the server had answered."""
    slider = next(m for m in session.document.models if type(m).__name__ == "Slider")
    before = time.perf_counter()
    value = round(slider.start + (slider.end - slider.start) * (0.1 + 0.04 * turn), 2)
    slider.value = value
    slider.set_from_json("value_throttled", value)  # read only for who is no browser
    session.force_roundtrip()
    return time.perf_counter() - before


def measured(pages: int, scenario: str = SCENARIO) -> dict[str, Any]:
    """Return what so many pages cost: MB and seconds of each, as they are opened and as they are moved."""
    with served(scenario) as (url, pid), ExitStack() as open_pages:
        first, _ = opened(url)
        open_pages.callback(first.close)
        start = resident(pid)
        sessions, seconds, computed = [first], [], busy(pid)
        for _ in range(pages):
            session, took = opened(url)
            open_pages.callback(session.close)
            sessions.append(session)
            seconds.append(took)
        whole, computed = resident(pid), busy(pid) - computed
        moves = [moved(session, turn) for turn, session in enumerate(sessions[1:])]
        after = resident(pid)
    return {
        "scenario": scenario,
        "pages": pages,
        "first_page_mb": round(start, 1),
        "mb_per_page": round((whole - start) / pages, 2),
        "seconds_per_page": round(sum(seconds) / pages, 3),
        "computed_seconds_per_page": round(computed / pages, 3),
        "slowest_page_seconds": round(max(seconds), 3),
        "mb_per_moved_page": round((after - start) / pages, 2),
        "seconds_per_move": round(sum(moves) / pages, 3),
    }


def main() -> None:
    """Measure, and say or write what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10, choices=range(1, MOST + 1), metavar="N")
    parser.add_argument("--scenario", default=SCENARIO)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = json.dumps(measured(given.pages, given.scenario), indent=1)
    print(found)
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(found + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
