"""Left out: what a file holds that a result does not, with its value, so that nothing goes unsaid."""

from dataclasses import dataclass

from tradesim.errors import TradesimWarning


class TradeDataWarning(TradesimWarning):
    """Something about a trade file that a reader of its numbers should know before using them."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows of one kind that a result does not count.

    Parameters
    ----------
    why : the reason in words.
    what : what they have in common, such as ``exporter ABW``.
    rows : how many; 0 where a table of sums was cut.
    value : US dollars a year, as the file gives it.
    missing : whether it is trade that was asked for and is counted nowhere.
    """

    why: str
    what: str
    rows: int
    value: float
    missing: bool = True

    def __str__(self) -> str:
        rows = f" in {self.rows:,} rows" if self.rows else ""
        return f"{self.why}: {self.what}, {dollars(self.value)}{rows}"


def dollars(value: float) -> str:
    """Write an amount with three figures.

    Examples
    --------
    >>> dollars(1_234_500_000), dollars(0), dollars(22.8e12)
    ('$1.23 billion', '$0', '$22.8 trillion')
    """
    for size, name in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if abs(value) >= size:
            return f"${value / size:.3g}{name}"
    return f"${value:.3g}"
