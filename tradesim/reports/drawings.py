"""Drawings: charts as SVG that stands within a page: no clashing names, colours that a dark page can change.

Text stays text, so that it is found, copied and read aloud; what a person wrote is never markup or
mathematics.
"""

import io
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib.pyplot as plt
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from tradesim.plots import Chart
from tradesim.plots.colours import luminance, mixed
from tradesim.plots.files import SVG_DPI, laid_out
from tradesim.plots.labels import unchanged
from tradesim.reports.values import Figure

WIDTH, HEIGHT = 9.2, 4.9
"""Inches of a figure, by default."""
LIGHT, DARK = "#ffffff", "#16191d"
"""The grounds that figures stand on."""
SETTINGS = {"svg.fonttype": "none", "text.parse_math": False, "text.usetex": False}
NAMESPACE = re.compile(r"\{.*\}")
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold: control characters, halves of surrogates."""
NAMED = re.compile(r"#([\w.:-]+)")
"""A name of another part of the picture, in ``#name`` or ``url(#name)``."""
NAMING = ("clip-path", "href")
COLOUR = re.compile(r"#[0-9a-f]{6}")
FONTS = re.compile(r"font-family: [^;]*; ?")
LONG = re.compile(r"-?\d+\.\d{3,}")
LEFT_OUT = {"metadata", "style"}


def axes(width: float = WIDTH, height: float = HEIGHT) -> Axes:
    """Return axes of a new figure that no window knows."""
    return Canvas(figsize=(width, height), layout="constrained").subplots()


def on_axes(draw: Callable[..., Chart], size: tuple[float, float], /, *what: Any, **how: Any) -> Chart:
    """Draw on axes of a new figure, ``size`` inches wide and high; a partial call of it can be pickled."""
    return draw(*what, **how, ax=axes(*size))


def svg_of(figure: Figure) -> str:
    """Return a figure, drawn, as an ``<svg>`` element that may stand beside others in a page.

    Its colours are variables, ``var(--c-0072b2)``, which `palette` defines.
    """
    with style.context(["default", SETTINGS | {"svg.hashsalt": figure.key}]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+")  # the reader's own fonts draw the text
        drawn = _written(figure.draw())
    root = ET.fromstring(NOT_XML.sub("\ufffd", drawn))  # noqa: S314 matplotlib wrote it a moment ago
    return ET.tostring(_standing_alone(root, figure), encoding="unicode")


def palette(drawings: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the colours of drawings by the name of their variable: on a light ground, and on a dark one.

    Examples
    --------
    >>> palette(['<path style="fill: var(--c-ffffff)"/>'])
    {'--c-ffffff': ('#ffffff', '#16191d')}
    """
    names = sorted({name for drawing in drawings for name in re.findall(r"--c-[0-9a-f]{6}", drawing)})
    return {name: (colour := f"#{name[-6:]}", on_dark(colour)) for name in names}


def on_dark(colour: str) -> str:
    """Return the colour that stands out on the dark ground as ``colour`` does on white, of the same hue.

    Contrast is a ratio of luminances, so every two colours stand as far apart as before; only the few that
    would need more than white has become white.

    Examples
    --------
    >>> on_dark("#000000"), on_dark("#ffffff")
    ('#ffffff', '#16191d')
    """
    wanted = (luminance(DARK) + 0.05) * 1.05 / (luminance(colour) + 0.05) - 0.05
    if colour == LIGHT:
        return DARK
    other = "white" if wanted > luminance(colour) else "black"
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        short = (luminance(mixed(colour, other, middle)) < wanted) == (other == "white")
        low, high = (middle, high) if short else (low, middle)
    return mixed(colour, other, high)


def _written(chart: Chart) -> str:
    """Return a chart as matplotlib writes it."""
    buffer = io.BytesIO()
    with laid_out(chart, SVG_DPI) as canvas, unchanged(canvas):
        canvas.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    plt.close(canvas)
    return buffer.getvalue().decode(errors="replace")


def _standing_alone(root: ET.Element, figure: Figure) -> ET.Element:
    """Return a picture fit for a page: its names its own, its colours variables, and said in words."""
    for parent in list(root.iter()):
        for child in [each for each in parent if NAMESPACE.sub("", each.tag) in LEFT_OUT]:
            parent.remove(child)
    for element in root.iter():
        element.tag = NAMESPACE.sub("", element.tag)
        element.attrib = {NAMESPACE.sub("", name): value for name, value in element.attrib.items()}
    used = {name for e in root.iter() for part in NAMING for name in NAMED.findall(e.get(part, ""))}
    for element in root.iter():
        element.attrib = dict(_attributes(element, used, f"{figure.key}-"))
    words = {"role": "img", "aria-label": figure.alt, "class": "drawing"}
    ground = f"fill: {_variable('#000000')}; stroke-linejoin: round; stroke-linecap: butt"
    root.attrib = {"viewBox": root.get("viewBox", ""), **words, "style": ground}
    return root


def _attributes(element: ET.Element, used: set[str], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the attributes of an element as a page may have them."""
    for name, value in element.attrib.items():
        if name == "id":
            if value in used:
                yield name, prefix + value
        elif name in NAMING:
            yield name, NAMED.sub(rf"#{prefix}\1", value)
        elif name == "style":
            yield name, COLOUR.sub(lambda found: _variable(found[0]), FONTS.sub("", value))
            if element.tag == "path" and "stroke" not in value and "fill: none" not in value:
                yield "shape-rendering", "crispEdges"  # no seams between boxes that touch
        else:
            yield name, LONG.sub(lambda found: f"{float(found[0]):.2f}", value)


def _variable(colour: str) -> str:
    return f"var(--c-{colour[1:]})"
