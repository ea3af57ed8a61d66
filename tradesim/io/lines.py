"""Lines: which line of a TOML text a key or a value stands on, which the parser does not tell.

The index is built for a text that has been parsed already, so it trusts the grammar and only follows it:
headers, keys, arrays and inline tables. `limit_problems` comes before the parser and trusts nothing.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tradesim.errors import Problem

KeyPath = tuple[str | int, ...]
"""Keys and positions from the root: ``("events", 1, "outcomes", 0, "probability")``."""

LARGEST_FILE = 1_000_000
"""Bytes."""
LIMITS = {
    "lines": ("too many lines", 20_000, "lines, some 2,000 measures"),
    "tokens": ("too much in one file", 300_000, "keys, values and marks"),
    "width": ("line too long", 100_000, "characters outside of texts"),
    "word": ("key or number too long", 1_000, "characters"),
    "parts": ("key of too many parts", 32, "parts"),
    "nesting": ("nested too deeply", 64, "brackets within brackets"),
}
"""What of a text is counted: what is wrong above how much of it, and of what. The parser calls itself for
every bracket, and its time grows with the square of the parts of a key."""

TOKEN = re.compile(
    r'''
      (?P<text> """ (?: [^"\\] | \\. | "(?!"") )*+ (?: "{3,5} | \\?\Z )
              | \'\'\' (?: [^'] | '(?!\'\') )*+ (?: '{3,5} | \Z )
              | "   (?: [^"\\\n] | \\[^\n] )*+ "?
              | '   [^'\n]*+ '? )
    | (?P<comment> \#[^\n]*+ )
    | (?P<newline> \n )
    | (?P<mark>    [\[\]{}=,.] )
    | (?P<space>   [^\S\n]++ )
    | (?P<word>    [^\s\[\]{}=,."'\#]++ )
    ''',
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A text, newline, mark, word, space or comment, and the line it begins on."""

    kind: str
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """Yield every token of a TOML text, valid or not: together they are the whole text.

    Examples
    --------
    >>> [token.text for token in tokens("rate = 0.25") if token.kind != "space"]
    ['rate', '=', '0', '.', '25']
    """
    line = 1
    for match in TOKEN.finditer(text):
        yield Token(str(match.lastgroup), match.group(), line)
        line += match.group().count("\n")


def limit_problems(text: str) -> list[tuple[int, Problem]]:
    """Return the first line that the parser should not be given, with the reason; usually none.

    Examples
    --------
    >>> [(line, problem.what) for line, problem in limit_problems("a" + ".a" * 1000)]
    [(1, 'key of too many parts')]
    """
    used = dict.fromkeys(LIMITS, 0)
    for token in tokens(text):
        _count(token, used)
        for name, (what, most, unit) in LIMITS.items():
            if used[name] > most:
                return [(token.line, Problem(what, allowed=f"{most:,} {unit}"))]
    return []


def _count(token: Token, used: dict[str, int]) -> None:
    """Add a token to what has been used so far."""
    used["lines"] = token.line
    used["tokens"] += 1
    used["word"] = len(token.text) if token.kind == "word" else 0
    if token.text == ".":
        used["parts"] += 1
    elif token.kind in {"mark", "newline"}:
        used["parts"] = 1
        used["nesting"] += (token.text in "[{") - (token.text in "]}")
    used["width"] = 0 if token.kind == "newline" else used["width"] + (token.kind != "text") * len(token.text)


@dataclass(frozen=True, slots=True)
class LineIndex:
    """Lines of a TOML text by key path.

    Examples
    --------
    >>> index = LineIndex.of(chr(10).join(["[[events]]", "[[events.outcomes]]", "# likely", "odds = 1"]))
    >>> index.line(("events", 0, "outcomes", 0, "odds"))
    4
    >>> index.line(("events", 0, "date"))  # not there: the table that lacks it
    1
    """

    lines: Mapping[KeyPath, int]

    @classmethod
    def of(cls, text: str) -> "LineIndex":
        """Index a valid TOML text."""
        scanner = _Scanner([t for t in tokens(text) if t.kind not in {"space", "comment"}])
        scanner.scan()
        return cls(scanner.lines)

    def line(self, path: Sequence[str | int]) -> int:
        """Return the line of a key path, or of the innermost part of it that the text has."""
        return self.lines[self.known(path)]

    def known(self, path: Sequence[str | int]) -> KeyPath:
        """Return the innermost part of a key path that the text has."""
        longest = tuple(path)
        while longest not in self.lines:
            longest = longest[:-1]
        return longest


@dataclass(slots=True)
class _Scanner:
    """Follows the grammar over tokens, and notes the line of every path that it comes to."""

    tokens: Sequence[Token]
    at: int = 0
    lines: dict[KeyPath, int] = field(default_factory=lambda: {(): 1})
    count: dict[KeyPath, int] = field(default_factory=dict)

    def scan(self) -> None:
        table: KeyPath = ()
        while self.at < len(self.tokens):
            if self._next() == "\n":
                self.at += 1
            elif self._next() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _next(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else "\n"

    def _line(self) -> int:
        return self.tokens[min(self.at, len(self.tokens) - 1)].line

    def _note(self, path: KeyPath, line: int) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _header(self) -> KeyPath:
        """Read ``[a.b]`` or ``[[a.b]]`` and return the path of the table that it opens."""
        line = self._line()
        self.at += 1
        repeated = self._next() == "["
        self.at += repeated
        *outer, last = self._key()
        self.at += 1 + repeated
        path: KeyPath = ()
        for part in outer:
            path = self._entered((*path, part))
        path = (*path, last)
        if repeated:
            self.count[path] = self.count.get(path, 0) + 1
            self._note(path, line)
        path = self._entered(path)
        self._note(path, line)
        return path

    def _entered(self, path: KeyPath) -> KeyPath:
        """Return the path of the latest table of a list of tables; any other path as it is."""
        return (*path, self.count[path] - 1) if path in self.count else path

    def _key(self) -> list[str]:
        """Read ``a."b c".d``."""
        parts = [_plain(self.tokens[self.at])]
        self.at += 1
        while self._next() == ".":
            parts.append(_plain(self.tokens[self.at + 1]))
            self.at += 2
        return parts

    def _pair(self, table: KeyPath) -> None:
        """Read ``key = value``."""
        line = self._line()
        path = (*table, *self._key())
        self._note(path, line)
        self.at += 1
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._next() == "[":
            self._array(path)
        elif self._next() == "{":
            self._inline_table(path)
        else:
            while self._next() not in {",", "]", "}", "\n"}:
                self.at += 1

    def _array(self, path: KeyPath) -> None:
        self.at += 1
        k = 0
        while self._next() != "]":
            if self._next() in {",", "\n"}:
                self.at += 1
                continue
            self._note((*path, k), self._line())
            self._value((*path, k))
            k += 1
        self.at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self._next() != "}":
            if self._next() in {",", "\n"}:
                self.at += 1
            else:
                self._pair(path)
        self.at += 1


def _plain(token: Token) -> str:
    """Return the key that a token spells: bare, literal or with escapes."""
    if token.kind == "text":
        spelt: str = tomllib.loads(f"key = {token.text}")["key"]
        return spelt
    return token.text
