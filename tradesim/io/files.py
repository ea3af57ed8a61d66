"""Files: written whole or not at all."""

import secrets
from pathlib import Path

from tradesim.errors import InputError, Problem


def write_text(path: str | Path, text: str) -> Path:
    """Write UTF-8 text so that a reader finds the old file or the new one, never a part; return the path.

    Raises
    ------
    InputError
        If the folder is not there or may not be written to, or the text is not Unicode.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(Path(folder) / "a.toml", "name = 'a'").read_text()
    "name = 'a'"
    """
    file = Path(path)
    target = file.resolve()
    beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        beside.write_bytes(text.encode())
        beside.replace(target)
    except (OSError, UnicodeEncodeError) as error:
        got = getattr(error, "strerror", None) or str(error)
        raise InputError([Problem("cannot be written", str(file), got, fix="check the path")]) from None
    finally:
        beside.unlink(missing_ok=True)
    return file
