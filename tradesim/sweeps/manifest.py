"""Manifest: what a folder says that it holds, checked whole before anything of it is used.

A manifest is a file that anybody can edit. It is read in three steps: as JSON, strictly; against the model
below, with names from lists only; and against the hashes that it keeps of its own entries.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tradesim.errors import InputError
from tradesim.sweeps import fingerprints
from tradesim.sweeps.checks import MOST_BLOCKS, MOST_DRAWS, MOST_LEVELS
from tradesim.sweeps.design import read_design
from tradesim.sweeps.files import StoreError
from tradesim.sweeps.parts import UNIT

FORMAT = 3
CHECKS, IDENTITY = "checks", "identity"
LEFT_OUT = (IDENTITY, CHECKS, "draws", "texts", "told")
"""Of a manifest, what numbers do not depend on."""
SHOWN = 3
"""Problems that are told."""
LONGEST = 80
"""Letters of a value that are shown."""

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Table(BaseModel):
    """An object of JSON: no keys but its own, and no value turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Design(_Table):
    over: dict[str, dict[str, Any]]
    kind: str
    correlation: list[Annotated[tuple[str, str, Finite], Field(strict=False)]]


class _Impact(_Table):
    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    model: str


class Manifest(_Table):
    """What a folder holds; see `tradesim.sweeps.setup`."""

    format: Literal[3]
    identity: Hash
    checks: dict[str, str]
    scenarios: dict[str, Hash] = Field(min_length=1)
    design: _Design
    seed: int = Field(ge=0, lt=2**64)
    draws: int = Field(ge=1, le=MOST_DRAWS)
    block: int = Field(ge=UNIT, multiple_of=UNIT, le=MOST_DRAWS)
    bins: int = Field(ge=2, le=2**20)
    top: float = Field(gt=0, le=100, allow_inf_nan=False)
    levels: list[Annotated[Finite, Field(ge=0, le=10)]] = Field(max_length=MOST_LEVELS)
    sampling: Literal["random", "antithetic", "sobol"]
    paths: Literal["none", "sample", "all"]
    versions: dict[str, str]
    texts: dict[str, str | None]
    told: dict[str, dict[str, str]]
    impact: _Impact | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "Manifest":
        for name in ("texts", "told"):
            if set(getattr(self, name)) != set(self.scenarios):
                raise ValueError(f"{name} are not of the scenarios {', '.join(map(repr, self.scenarios))}")
        if self.draws / self.block > MOST_BLOCKS:
            raise ValueError(f"more than {MOST_BLOCKS:,} blocks")
        return self


def marked(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest with its identity, and a hash of each of its entries."""
    whole = {IDENTITY: fingerprints.of_manifest(manifest, LEFT_OUT), **manifest}
    return {**whole, CHECKS: {key: _check(value) for key, value in whole.items()}}


def read(content: bytes, place: str) -> dict[str, Any]:
    """Return the manifest that a file holds.

    Parameters
    ----------
    place : the file, for messages.

    Raises
    ------
    StoreError
        With what is wrong with it, if it is not as it was written.
    """
    try:
        found = _parsed(content)
        if isinstance(found, dict) and found.get("format", FORMAT) != FORMAT:
            got = _short(found["format"])
            raise StoreError(
                f"{place}: not of format {FORMAT} but {got}; another version of tradesim wrote it"
            )
        Manifest.model_validate(found)
        read_design(found["design"])
    except ValidationError as error:
        raise _refused(place, list(_faults(error))) from None
    except InputError as error:
        raise _refused(place, [f"design: {problem}" for problem in error.problems]) from None
    except RecursionError:
        raise _refused(place, ["nested too deeply"]) from None
    except ValueError as error:
        raise _refused(place, [f"cannot be read: {error}"]) from None
    _refuse_edited(found, place)
    return dict(found)


def _parsed(content: bytes) -> Any:
    """Return what JSON holds; a key given twice, NaN and text that is not UTF-8 are errors."""
    return json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_infinite)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for k, (key, _) in enumerate(pairs) if key in dict(pairs[:k]))
        raise ValueError(f"the key {_short(twice)} is given twice")
    return found


def _infinite(name: str) -> float:
    if name == "NaN":
        raise ValueError("NaN is not a number")
    return float(name)  # an end of a distribution


def _faults(error: ValidationError) -> Iterator[str]:
    """Yield what pydantic found, each with its place and what stands there."""
    for each in error.errors(include_url=False):
        path = ": ".join(map(str, each["loc"]))
        said = re.sub(r"^Value error, ", "", each["msg"])
        said = f"{said[:1].lower()}{said[1:]}"
        got = "" if each["type"] in {"missing", "value_error"} else f", got {_short(each['input'])}"
        yield f"{path}: {said}{got}" if path else f"{said}{got}"


def _refused(place: str, faults: list[str]) -> StoreError:
    more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    fix = "put back a copy of it, or name another folder"
    return StoreError(f"{place}: not the manifest of a sweep: {'; '.join(faults[:SHOWN])}{more}; {fix}")


def _refuse_edited(found: Mapping[str, Any], place: str) -> None:
    """Refuse a manifest whose entries are not those that were written, and name them."""
    checks = found[CHECKS]
    keys = [key for key in found if key != CHECKS]
    edited = [key for key in dict.fromkeys([*keys, *checks]) if checks.get(key) != _known(found, key)]
    if not edited and found[IDENTITY] != fingerprints.of_manifest(found, LEFT_OUT):
        edited = [IDENTITY]
    if edited:
        fix = "put back what stood there, or name another folder"
        raise StoreError(f"{place}: edited since it was written: {', '.join(map(_short, edited))}; {fix}")


def _known(found: Mapping[str, Any], key: str) -> str:
    return _check(found[key]) if key in found and key != CHECKS else "not there"


def _check(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def _short(value: Any) -> str:
    """Return a value as text that fits into a message."""
    if isinstance(value, int) and abs(value) >= 10**LONGEST:
        return f"a whole number of more than {LONGEST} digits"
    text = value if isinstance(value, str) and value.isidentifier() else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
