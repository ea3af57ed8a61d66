"""``python -m tradesim`` and the command ``tradesim``: as little as can be interrupted without a word.

All that takes time is imported inside, so that a key pressed while Python still loads ends the command as it
does later.
"""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from tradesim.cli import main as run  # noqa: PLC0415 loading takes a while, and may be interrupted

        run()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
