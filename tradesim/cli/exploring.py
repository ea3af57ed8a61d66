"""Exploring: the page with sliders, opened in a browser of this machine."""

import webbrowser
from contextlib import suppress
from dataclasses import dataclass

from tradesim.app import serving
from tradesim.cli import finding
from tradesim.cli.output import say, working


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for: where the page is, whether others may reach it, and who opens it."""

    host: str = "127.0.0.1"
    port: int | None = None
    remote: bool = False
    browser: bool = True


def explore(subject: str | None, wanted: Wanted) -> None:
    """Serve the page until Ctrl-C."""
    place = serving.checked(wanted.host, wanted.port, remote=wanted.remote)
    own = None if subject is None else finding.scenario(subject)
    packaged = subject in serving.offered()
    offer = serving.offered(first=str(subject)) if packaged else serving.offered(own)

    def ready(where: serving.Place) -> None:
        say(f"the explorer is at {where.url}", "Ctrl-C ends it")
        if where.remote:
            say(f"others can reach it, by {', '.join(where.origins)}")
        if wanted.browser:
            webbrowser.open(where.url)

    with working("starting; the first start on a machine compiles for a minute"):
        server = serving.made(place, offer)
    with suppress(KeyboardInterrupt):
        serving.serve(server, lambda: ready(place))
    say("", "the explorer has ended; nothing is kept but what was downloaded")
