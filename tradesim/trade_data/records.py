"""Records: tables in JSON, as the API of UN Comtrade answers; other JSON is refused by its name."""

import json
from collections.abc import Callable
from typing import Any

from tradesim.errors import InputError, Problem, warn_user
from tradesim.trade_data.containers import Source, open_binary
from tradesim.trade_data.left_out import TradeDataWarning
from tradesim.trade_data.workbooks import text_of

LARGEST = 400_000_000
"""Bytes: 250,000 records, the most that the API of UN Comtrade gives, are some 300 million."""
LISTS = ("data", "dataset")
"""Keys under which an answer has its records: of today's API of UN Comtrade, and of that before 2023."""
SDMX = frozenset({"dataSets", "structure", "structures"})
SAID = ("message", "error", "statusCode", "count")
Record = dict[str, Any]


def begins_with(file: Source) -> str:
    """Return the first character of a file that is no space, "" where it is empty."""
    with open_binary(file) as raw:
        return raw.read(200).removeprefix(b"\xef\xbb\xbf").lstrip()[:1].decode("latin-1")


def refuse_markup(file: Source) -> None:
    """Refuse XML and web pages by their name."""
    with open_binary(file) as raw:
        begins = raw.read(2000).decode("utf-8", "replace").lower()
    web = "<html" in begins or "<!doctype html" in begins
    kind = "a web page" if web else "XML (SDMX-ML, as the API of WITS answers)"
    fix = "the download failed: load it again" if web else "ask for CSV"
    raise InputError([Problem(f"this is {kind}", f"{file}:1", "", "CSV with a header", fix)])


def records_of(file: Source, wanted: Callable[[str], bool]) -> tuple[list[str], list[dict[str, str]]]:
    """Return the keys of the first record, and of every record the texts of the wanted ones.

    Parameters
    ----------
    wanted : whether a key is kept.

    Raises
    ------
    InputError
        If it is larger than any answer, damaged, SDMX-JSON, or an answer without records.
    """
    keep = dict.fromkeys([*LISTS, *SDMX, *SAID], True)
    header: list[str] = []

    def kept(pairs: list[tuple[str, Any]]) -> Record:
        for name, _ in pairs:
            if name not in keep:
                keep[name] = wanted(name)
        found = [(name, value) for name, value in pairs if keep[name]]
        record = dict(found)
        if len(record) < len(found):
            got = next(name for name in record if sum(each == name for each, _ in found) > 1)
            raise InputError([Problem("a key twice in one record", str(file), repr(got), "each once")])
        if not header and any(name not in {*LISTS, *SDMX, *SAID} for name, _ in pairs):
            header.extend(name for name, _ in pairs)
        return record

    try:
        answer = json.loads(_text(file), object_pairs_hook=kept, parse_constant=str)
    except RecursionError:
        raise InputError([Problem("not JSON", str(file), "nested too deeply")]) from None
    except InputError:
        raise
    except ValueError as error:
        got, fix = str(error)[:120], "a list of records, or an object with data: [...]"
        raise InputError([Problem("not JSON", str(file), got, fix)]) from None
    records = _records(file, answer)
    _warn_if_cut(file, answer, len(records))
    return header, [_row(file, k, record) for k, record in enumerate(records)]


def _text(file: Source) -> str:
    with open_binary(file) as raw:
        content = raw.read(LARGEST + 1)
    if len(content) > LARGEST:
        got, fix = f"more than {LARGEST:,} bytes", "ask for CSV or a bulk file, or for less at a time"
        raise InputError([Problem("too much JSON", str(file), got, f"{LARGEST:,} bytes", fix)])
    return content.decode("utf-8-sig")


def _records(file: Source, answer: Any) -> list[Any]:
    """Return the list of records of an answer; refuse by its name what has none."""
    inner = answer.get("data") if isinstance(answer, dict) else None
    if SDMX & set(answer if isinstance(answer, dict) else ()) or (
        isinstance(inner, dict) and SDMX & {*inner}
    ):
        allowed = "CSV as WITS exports it, or JSON of UN Comtrade: {'data': [...]}"
        fix = "ask for CSV, or turn it into a table and use TradeFlows.from_frame"
        raise InputError(
            [Problem("this is SDMX-JSON, as the API of WITS answers", str(file), "", allowed, fix)]
        )
    if isinstance(answer, list):
        return answer
    for name in LISTS:
        if isinstance(answer, dict) and isinstance(answer.get(name), list):
            return list(answer[name])
    said = [f"{key}: {answer[key]}" for key in ("message", "error", "statusCode") if _says(answer, key)]
    got = "; ".join(said)[:200] or f"{type(answer).__name__} without records"
    raise InputError([Problem("JSON without records", str(file), got, "{'data': [...]}", "ask again")])


def _says(answer: Any, key: str) -> bool:
    return isinstance(answer, dict) and bool(answer.get(key))


def _warn_if_cut(file: Source, answer: Any, records: int) -> None:
    count = answer.get("count") if isinstance(answer, dict) else None
    if isinstance(count, int) and count > records:
        said = f"{file}: the answer says that there are {count:,} records and has {records:,}: it is cut"
        warn_user(said, TradeDataWarning)


def _row(file: Source, k: int, record: Any) -> dict[str, str]:
    values = record.values() if isinstance(record, dict) else [[]]
    if any(isinstance(value, dict | list) for value in values):
        raise InputError([Problem("not a record", place(file, k), repr(record)[:60], "an object of values")])
    return {name: text_of(value) for name, value in record.items()}


def place(file: Source, k: int) -> str:
    """Return where a record stands."""
    return f"{file}: record {k + 1}"
