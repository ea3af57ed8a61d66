"""Serving: the page on an address of this machine, until it is interrupted."""

import errno
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tradesim import scenarios
from tradesim.app.runs import Runs
from tradesim.app.views import first_draws, look
from tradesim.errors import InputError, MissingExtraError, Problem
from tradesim.scenario import Scenario

PORT = 5006
HTTP = 80
"""The port that addresses leave out."""
TRIED = 20
"""Ports looked at, from the first on, where none is asked for."""
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 named to be refused
SHARED = "--allow-remote"
_TAKEN = {errno.EADDRINUSE}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page is.

    Parameters
    ----------
    host, port : what is listened on.
    remote : whether others may reach it.
    """

    host: str
    port: int
    remote: bool = False

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://{_bracketed(self.shown)}:{self.port}/"

    @property
    def shown(self) -> str:
        """The host that a browser on this machine would ask for."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def origins(self) -> list[str]:
        """Hosts whose pages may talk to the server: the bound one, and what else is the same place."""
        hosts = [self.shown, *(["localhost"] if is_loopback(self.shown) else [])]
        if self.host in ANYWHERE:
            hosts += sorted(own_names())
        return [f"{_bracketed(host)}:{self.port}" for host in dict.fromkeys(hosts)]


def checked(host: str, port: int | None, *, remote: bool) -> Place:
    """Return where the page will be.

    Parameters
    ----------
    host : an address or name.
    port : which, or the first that is free from `PORT` on.
    remote : whether an address that others can reach is allowed.

    Raises
    ------
    InputError
        For an address that others can reach where that is not allowed, one that is not of this machine, and
        a port that is taken or none.

    Examples
    --------
    >>> checked("0.0.0.0", None, remote=False)
    Traceback (most recent call last):
    ...
    tradesim.errors.InputError: --host: others could reach this page; got '0.0.0.0'; ...
    """
    if not remote and not is_loopback(host):
        allowed = "an address of this machine alone: 127.0.0.1, ::1 or localhost"
        fix = f"add {SHARED} if everyone who can reach that address may move and download what is shown"
        raise InputError([Problem("others could reach this page", "--host", repr(host), allowed, fix)])
    if port is not None and not 1 <= port <= 65_535:
        raise InputError([Problem("not a port", "--port", repr(port), "1 to 65535")])
    candidates = [port] if port is not None else list(range(PORT, PORT + TRIED))
    free = next((each for each in candidates if _is_free(host, each)), None)
    if free is None:
        got = str(port) if port is not None else f"{PORT} to {PORT + TRIED - 1}"
        fix = "end what listens there, or name another with --port"
        raise InputError([Problem("another program has this port", "--port", got, fix=fix)])
    return Place(host, free, remote)


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address.

    Examples
    --------
    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def own_names() -> set[str]:
    """Return the names and addresses by which others know this machine."""
    name = socket.gethostname()
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    except OSError:
        found = set()
    return {name, socket.getfqdn(), *found}


def offered(
    own: Scenario | None = None, first: str = "us-china-two-years"
) -> dict[str, Callable[[], Scenario]]:
    """Return the scenarios that the page offers: one's own at the beginning, then those packaged."""
    names = sorted(scenarios.names(), key=lambda name: name != first)
    packaged: dict[str, Callable[[], Scenario]] = {name: _loader(name) for name in names}
    return packaged if own is None else {f"{own.name} (file)": lambda: own, **packaged}


def _loader(name: str) -> Callable[[], Scenario]:
    return lambda: scenarios.load(name)


def serve(server: Any, ready: Callable[[], Any]) -> None:
    """Run a server, as `made` returns it, until it is interrupted; ``ready`` is called once it is up."""
    server.start()
    try:
        ready()
        server.io_loop.start()
    finally:
        server.stop()


def made(place: Place, offer: dict[str, Callable[[], Scenario]]) -> Any:
    """Return a server that has not started; every visitor gets a page of its own.

    Raises
    ------
    MissingExtraError
        Without Panel.
    InputError
        If the port was taken in the meantime.
    """
    try:
        server = import_module("panel.io.server")
    except ImportError:
        raise MissingExtraError("the explorer needs Panel", "app") from None
    pages, access = import_module("tradesim.app.page"), import_module("tradesim.app.access")
    runs = Runs()
    first = next(iter(offer.values()))()
    look(first, first_draws(first), runs=runs)  # compiled, and there, before anyone waits for it
    loop = import_module("tornado.ioloop").IOLoop(make_current=False)  # Python 3.12 on makes none by itself
    try:
        found = server.get_server(
            {"/": lambda: pages.page(offer, runs)}, port=place.port, address=place.host, loop=loop,
            websocket_origin=place.origins, start=False, show=False, title="tradesim explorer",
            unused_session_lifetime_milliseconds=round(1000 * access.UNUSED),
            check_unused_sessions_milliseconds=round(1000 * access.CHECKED),
        )  # fmt: skip
    except OSError as error:
        loop.close()
        got = f"{place.host}:{place.port} ({error.strerror or error})"
        raise InputError([Problem("cannot be listened on", "--host", got, fix="name another")]) from None
    _guard(found, place, access)
    return found


def known_as(place: Place) -> list[str]:
    """Return the hosts that a browser may ask for, with the port, which it leaves out where it is 80."""
    bare = [name.removesuffix(f":{HTTP}") for name in place.origins] if place.port == HTTP else []
    return [*place.origins, *bare]


def _guard(server: Any, place: Place, access: Any) -> None:
    """Close every route to requests from elsewhere, and limit how many pages are open and for how long."""
    gate = access.Gate(known_as(place), place.url, lambda: len(server.get_sessions("/")))
    server._tornado.add_handlers(".*", [access.rule(gate)])  # noqa: SLF001 Bokeh has no other way
    idle = access.Idle(lambda: server.get_sessions("/"))
    timer = import_module("tornado.ioloop").PeriodicCallback(idle.check, 1000 * access.CHECKED)
    timer.start()
    server.idle_timer = timer


def _is_free(host: str, port: int) -> bool:
    """Say whether a port can be had.

    Raises
    ------
    InputError
        If the address is not one of this machine.
    """
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise InputError([Problem("no such address", "--host", repr(host), "127.0.0.1")]) from None
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno in _TAKEN:
                return False
            got = f"{host}:{port} ({error.strerror})"
            raise InputError([Problem("cannot be listened on", "--host", got, fix="name another")]) from None
    return True


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
