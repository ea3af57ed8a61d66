"""Saved results: what was measured, with the facts of the machine it depends on."""

import datetime as dt
import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tradesim.processors import usable_processors


def machine() -> dict[str, Any]:
    """Return what the numbers depend on."""
    described = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    names = [
        line.split(":", 1)[1].strip() for line in described.splitlines() if line.startswith("model name")
    ]
    packages = ("tradesim", "numpy", "numba", "llvmlite")
    return {
        "cpu": names[0] if names else platform.processor(),
        "cores": usable_processors(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }


def save(file: Path | None, found: Mapping[str, Any]) -> None:
    """Write what was found as JSON, with the day, the machine and how busy it was; nothing without a file."""
    if file is None:
        return
    busy = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    made = {"date": dt.datetime.now(dt.UTC).date().isoformat(), "load": busy, "machine": machine()}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**made, **found}, indent=1) + "\n", encoding="utf-8")
