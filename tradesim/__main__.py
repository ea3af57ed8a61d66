"""``python -m tradesim`` and the command ``tradesim``: as little as can be interrupted without a word.

All that takes time is imported inside, so that a key pressed while Python still loads ends the command as it
does later.
"""

import sys

from tradesim.stopping import exit_code, how_stopped, stop_by_signal


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        stop_by_signal()
        from tradesim.cli import main as run  # noqa: PLC0415 loading takes a while, and may be interrupted

        run()
    except KeyboardInterrupt as stop:
        sys.stderr.write(f"error: {how_stopped(stop)}\n")
        sys.exit(exit_code(stop))


if __name__ == "__main__":
    main()
