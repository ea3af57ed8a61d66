"""Files spoilt at random: mutations of good TOML and CSV files, by line, by value, by character and by byte.

A mutation takes a text and hypothesis's ``draw`` and gives another text. Several follow one another, then
the text becomes bytes in some encoding, and bytes may be spoilt too.
"""

import re

from hypothesis import strategies as st

VALUES = st.sampled_from(
    [
        *(
            "",
            "nan",
            "inf",
            "-inf",
            "-1",
            "0",
            "1e400",
            "-0.0",
            "1e-400",
            "0x1f",
            "1_0",
            "+1",
            "true",
            "null",
        ),
        *('""', '"x"', "'x'", '"""x"""', "[]", "{}", "[[]]", "[{}]", "{ a = 1 }", "[1, 'a', {}]", "9" * 30),
        *("9" * 400, "9" * 2_000, "0." + "0" * 500, "1e99999", "2025-02-30", "2025-01-01", "9999-12-31"),
        *("0001-01-01", "12:00:00", "2025-01-01T00:00:00Z", "25 %", "1,5", '"CHN"', '["CHN"]', '"\\u0000"'),
        *('"\\ud800"', '"\U0001f600"', "'''", '"""', "#", "= 1", "a.b.c = 1"),
    ]
)
SCRAPS = st.sampled_from(
    [
        *(
            "",
            ",",
            '"',
            "'",
            '"""',
            "'''",
            "\n",
            "\r\n",
            "\r",
            ";",
            " ",
            "\t",
            "#",
            "=",
            ".",
            "[",
            "]",
            "{",
            "}",
        ),
        *(
            "[[",
            "]]",
            "\\",
            "\\u",
            "\ufeff",
            "\0",
            "\x07",
            "\x1b[31m",
            "é",
            "\u2028",
            "\u202e",
            "\U0010ffff",
            "0",
        ),
        *("-", "_", "nan", "%", "/", ":", "T", "Z", "<script>", "$(x)", "{{", "None"),
    ]
)
NESTS = [("[", "]"), ("{a=", "}"), ("a.", "a"), ("[{a=[", "]}]"), ('"', "")]
SIZES = st.sampled_from([2, 31, 40, 63, 70, 999, 1_001, 5_000, 50_000])
ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-32", "cp1252"])


def lines_moved(text, draw):
    """A block of lines deleted, given twice, or moved."""
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    block = lines[at : at + draw(st.integers(1, 6))]
    how = draw(st.sampled_from(["deleted", "twice", "moved"]))
    rest = lines[:at] + lines[at + len(block) :]
    if how == "deleted":
        return "\n".join(rest)
    to = at if how == "twice" else draw(st.integers(0, len(rest)))
    base = lines if how == "twice" else rest
    return "\n".join(base[:to] + block + base[to:])


def value_swapped(text, draw):
    """The value of a key, or a cell, made something else."""
    found = list(re.finditer(r"(?<== )[^\n]+|(?<=[,\n])[^,\n]*(?=[,\n])", text))
    if not found:
        return text
    chosen = draw(st.sampled_from(found))
    return text[: chosen.start()] + draw(VALUES) + text[chosen.end() :]


def key_renamed(text, draw):
    """A key, header or column made another one of the file, or long."""
    words = re.findall(r"[A-Za-z_]+", text) or ["x"]
    found = draw(st.sampled_from(list(re.finditer(r"[A-Za-z_]+", text)) or [re.search("", text)]))
    word = draw(st.one_of(st.sampled_from(words), st.text(max_size=8), SIZES.map(lambda size: "k" * size)))
    return text[: found.start()] + word + text[found.end() :]


def scrap_put_in(text, draw):
    """A few characters replaced by others."""
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(SCRAPS) + text[at + draw(st.integers(0, 12)) :]


def nested_deeply(text, draw):
    """Brackets within brackets, or a key of many parts."""
    size = draw(SIZES)
    opened, closed = draw(
        st.sampled_from([("[", "]"), ("{a=", "}"), ("a.", "a"), ("[{a=[", "]}]"), ('"', "")])
    )
    at = draw(st.sampled_from([0, len(text), *(found.end() for found in re.finditer(r"= |\n", text))]))
    return text[:at] + opened * size + draw(st.sampled_from(["", "1"])) + closed * size + "\n" + text[at:]


def cut_off(text, draw):
    """The end missing, as of a file that was not written whole."""
    return text[: draw(st.integers(0, len(text)))]


MUTATIONS = (lines_moved, value_swapped, value_swapped, key_renamed, scrap_put_in, nested_deeply, cut_off)


@st.composite
def spoilt(draw, texts):
    """Bytes of one of the texts, spoilt."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        text = draw(st.sampled_from(MUTATIONS))(text, draw)
    raw = text.encode(draw(ENCODINGS), "replace")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(raw)))
        raw = raw[:at] + draw(st.binary(max_size=8)) + raw[at:]
    return raw
