"""``python -m tradesim``: the command line."""

from tradesim.cli import main

main()
