"""A page of a report read back: its elements, its numbers, and the colours of its style sheet."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "img", "hr", "input"}


@dataclass
class Element:
    tag: str
    attributes: dict
    within: tuple
    text: str = ""
    inner: list = field(default_factory=list)


class Page(HTMLParser):
    """Every element of a page, in order, with the text in it; refuses tags that do not match."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self._open = [], []
        self.feed(html)
        self.close()
        assert not self._open, [each.tag for each in self._open]

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), attrs
        element = Element(tag, dict(attrs), tuple(each.tag for each in self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self._open, tag
        assert self._open[-1].tag == tag, (tag, self._open[-1].tag, self.getpos())
        self._open.pop()

    def handle_data(self, data):
        for element in self._open:
            element.text += data

    def all(self, tag, **attributes):
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        return [
            each for each in self.elements if each.tag == tag and wanted.items() <= each.attributes.items()
        ]

    @property
    def words(self):
        return "".join(each.text for each in self.all("body"))

    @property
    def numbers(self):
        """(full value, what is read) of every number, in order."""
        return [(float(each.attributes["value"]), each.text) for each in self.all("data")]


def colours(css):
    """The variables of a style sheet in its light and in its dark part."""
    light, _, dark = css.partition("prefers-color-scheme: dark")
    return [
        dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", part.partition("}")[0])) for part in (light, dark)
    ]
