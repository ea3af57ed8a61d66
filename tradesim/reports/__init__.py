"""Reports: one page that says what a record, a scenario or a sweep comes to, in sentences with numbers.

A report is values first (`tradesim.reports.values`: numbers, days, sentences, tables); pictures are drawn and
HTML is written only when the page is asked for. ``tradesim.report`` is the function.
"""

from tradesim.reports.reporting import Report, report

__all__ = ["Report", "report"]
