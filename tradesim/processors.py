"""How many processors this process may use, on every operating system."""

import os


def usable_processors() -> int:
    """Return how many processors this process may use: those it is bound to, where the system tells.

    Examples
    --------
    >>> usable_processors() >= 1
    True
    """
    bound_to = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(bound_to(0)) if bound_to else os.cpu_count() or 1
