"""Access: which requests the explorer answers, how many pages stay open, and for how long.

A page of any other site can have a browser on this machine ask for ``http://127.0.0.1:5006/``. Such a request
says so itself: by a ``Host`` that is not the server's (DNS rebinding), by its ``Origin``, or by
``Sec-Fetch-Site``. Every route is closed to it, before anything is made.
"""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.routing import Matcher, Rule
from tornado.web import RequestHandler

MOST_PAGES = 20
"""Pages open at a time."""
IDLE = 4 * 3600.0
"""Seconds after which a page that nobody used is closed."""
UNUSED = 15.0
"""Seconds after which a page whose browser has gone is let go of."""
CHECKED = 5.0
"""Seconds between two looks at what is no longer used."""
FOREIGN, FULL = 403, 503


def refusal(headers: Mapping[str, str], hosts: Collection[str]) -> str:
    """Return why a request comes from elsewhere, or nothing.

    Parameters
    ----------
    headers : of the request.
    hosts : ``host:port`` by which the server is known.

    Examples
    --------
    >>> refusal({"Host": "127.0.0.1:5006", "Sec-Fetch-Site": "none"}, ["127.0.0.1:5006"])
    ''
    >>> refusal({"Host": "evil.example:5006"}, ["127.0.0.1:5006"])
    "no server of the name 'evil.example:5006'"
    """
    host, origin = headers.get("Host", ""), headers.get("Origin")
    site = headers.get("Sec-Fetch-Site", "none")
    if host.lower() not in hosts:
        return f"no server of the name {host!r}"
    if origin is not None and origin.lower() not in {f"http://{name}" for name in hosts}:
        return f"asked for by a page of {origin!r}"
    return "" if site in {"none", "same-origin"} else f"asked for by another page (Sec-Fetch-Site: {site})"


class Refused(RequestHandler):
    """Says why a request is not answered."""

    def initialize(self, status: int, why: str) -> None:
        """Take what `Gate` found."""
        self.status, self.why = status, why

    def prepare(self) -> None:
        """Answer before any method of HTTP is looked at."""
        self.set_status(self.status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"tradesim explorer: {self.why}\n")


class Gate(Matcher):
    """Takes the requests that are not answered.

    Parameters
    ----------
    hosts : ``host:port`` by which the server is known.
    url : the address to type.
    opened : how many pages are open.
    """

    def __init__(self, hosts: Collection[str], url: str, opened: Callable[[], int]) -> None:
        self.hosts, self.url, self.opened = {host.lower() for host in hosts}, url, opened

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Return what `Refused` is told, or None where the request is answered."""
        why = refusal(request.headers, self.hosts)
        if why:
            return _told(FOREIGN, f"{why}; type {self.url} into the browser yourself")
        if request.path.endswith("/autoload.js"):
            return _told(FOREIGN, "the explorer is a page of its own and cannot be put into another")
        if request.path in {"", "/"} and self.opened() >= MOST_PAGES:
            return _told(FULL, f"{MOST_PAGES} pages are open; close one and try again in half a minute")
        return None


def _told(status: int, why: str) -> dict[str, Any]:
    return {"target_kwargs": {"status": status, "why": why}}


def rule(gate: Gate) -> Rule:
    """Return the route that comes before all others."""
    return Rule(gate, Refused)


class Idle:
    """Closes pages that nobody has used for long.

    Parameters
    ----------
    sessions : returns the sessions of the server.
    longest : seconds.
    clock : returns seconds.
    """

    def __init__(
        self,
        sessions: Callable[[], Collection[Any]],
        longest: float = IDLE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sessions, self.longest, self.clock = sessions, longest, clock
        self.used: dict[str, float] = {}

    def check(self) -> None:
        """Note new pages, and close those that were not used."""
        open_now = {session.id: session for session in self.sessions()}
        self.used = {key: when for key, when in self.used.items() if key in open_now}
        for key, session in open_now.items():
            if key not in self.used:
                self._use(key)
                session.document.on_change(lambda _, k=key: self._use(k))
            elif self.clock() - self.used[key] > self.longest:
                _close(session)

    def _use(self, key: str) -> None:
        self.used[key] = self.clock()


def _close(session: Any) -> None:
    """Close the websockets of a session; the server lets go of it soon after."""
    for connection in list(session._subscribed_connections):  # noqa: SLF001 Bokeh has no other way
        connection._socket.close(1001, "not used for long")  # noqa: SLF001
