"""Colours: one per economy on every chart, one per authority within a chart, and text that can be read.

The economies' colours stay apart (CIE76 distance of 14 or more, every two of the thirteen) to the normal
eye, without red cones and without green cones; they are taken from Okabe and Ito (2008) and from Tol
(2021, SRON/EPS/TN/09-002).
"""

import zlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.typing import ColorType

ECONOMIES = {
    "USA": "#0072B2",
    "CHN": "#D55E00",
    "EU27": "#332288",
    "CAN": "#882255",
    "MEX": "#117733",
    "JPN": "#CC79A7",
    "GBR": "#663333",
    "KOR": "#33BBEE",
    "IND": "#CCBB44",
    "BRA": "#4EB265",
    "ASEAN": "#7B3F00",
    "AUS": "#994F88",
    "ROW": "#777777",
}
ON_DARK = {"EU27": "#B8B2D5", "CAN": "#DBBDCC", "GBR": "#BAA3A3", "ASEAN": "#CAB299"}
"""Those that a dark ground would swallow, lighter: at least 12 from every other."""
CLEAR = 3.0
"""Contrast of a line with its background."""
OTHERS = ("#6699CC", "#999933", "#AA4466", "#225555", "#6F4C9B", "#B8860B", "#44AA99", "#E8601C", "#555555")

# Acts and the answers to them share a hue, so that both sides' charts read alike. The first match counts.
FAMILIES = (
    (("mfn", "base", "column 1", "wto"), ("#9A9A9A", "#6E6E6E", "#C4C4C4")),
    (("301",), ("#2B6CA3", "#7FB0D8", "#174569", "#A9CBE6")),
    (("232",), ("#1B7A5A", "#6FBF9B", "#0B4A36", "#A8D9C3")),
    (("fentanyl",), ("#F0A63C", "#C47A12", "#F8CF92")),
    (("ieepa", "reciprocal"), ("#C8482B", "#E58A6F", "#8A2A14", "#F2B8A6")),
    (("122", "201", "338", "safeguard"), ("#7A4FA3", "#B497D1", "#4C2C6B", "#D3C3E4")),
    (("retaliation", "counter", "response"), ("#A63A6A", "#D68BAE", "#6E1F43", "#E9BFD2")),
)
UNGROUPED = ("#8A8A3C", "#4F9DA6", "#B5793F", "#5F6FA8", "#C2B84F", "#7F5A66")


def economy_colour(code: str, background: ColorType | None = None) -> str:
    """Return the colour of an economy, ``#rrggbb``, the same on every chart and in every session.

    Parameters
    ----------
    code : ISO 3166 alpha-3, or the name of a group. A code without a colour of its own gets one from a
        reserve by its spelling.
    background : what it is drawn on; a colour that would not stand out from it (3 to 1, WCAG 2.2) is moved
        towards black or white as far as it has to be.

    Examples
    --------
    >>> economy_colour("CHN"), economy_colour("CHE") == economy_colour("CHE")
    ('#D55E00', True)
    >>> economy_colour("CHN", "white"), contrast(economy_colour("EU27", "black"), "black") >= 3
    ('#D55E00', True)
    """
    own = ECONOMIES.get(code) or OTHERS[zlib.crc32(code.encode()) % len(OTHERS)]
    if background is None:
        return own
    return legible(ON_DARK.get(code, own) if ink_on(background) == "white" else own, background, CLEAR)


def authority_colours(names: Iterable[str]) -> dict[str, str]:
    """Return a colour for each authority of a chart: one hue per legal family, one shade per act in it.

    Parameters
    ----------
    names : authorities, in the order of the chart; repeats are ignored.

    Returns
    -------
    ``{name: "#rrggbb"}`` in the order given; the same names in the same order give the same colours.

    Examples
    --------
    >>> authority_colours(["MFN", "Section 301", "retaliation to Section 301"])
    {'MFN': '#9A9A9A', 'Section 301': '#2B6CA3', 'retaliation to Section 301': '#7FB0D8'}
    """
    used: dict[tuple[str, ...], int] = {}
    colours: dict[str, str] = {}
    for name in dict.fromkeys(names):
        shades = _family(name)
        count = used[shades] = used.get(shades, -1) + 1
        colours[name] = _shade(shades, count)
    return colours


def _family(name: str) -> tuple[str, ...]:
    words = name.lower()
    found = (shades for keys, shades in FAMILIES if any(key in words for key in keys))
    return next(found, UNGROUPED)


def _shade(shades: tuple[str, ...], count: int) -> str:
    """Return the shade at a place; past the end, ever paler turns of the same shades."""
    turn, place = divmod(count, len(shades))
    return shades[place] if turn == 0 else mixed(shades[place], "white", 1 - 0.7**turn)


def mixed(colour: ColorType, other: ColorType, share: float) -> str:
    """Return ``colour`` with a share (0 to 1) of ``other`` mixed in, ``#rrggbb``."""
    pairs = zip(to_rgb(colour), to_rgb(other), strict=True)
    red, green, blue = ((1 - share) * one + share * two for one, two in pairs)
    return to_hex((red, green, blue))


def luminance(colour: ColorType) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    return _luminance(to_rgb(colour))


@lru_cache(maxsize=4096)
def _luminance(rgb: tuple[float, float, float]) -> float:
    channels = np.array(rgb)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: ColorType, other: ColorType) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it.

    Examples
    --------
    >>> contrast("black", "white")
    21.0
    """
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(background: ColorType) -> str:
    """Return black or white, whichever is easier to read; the contrast is never below 4.58."""
    return max("black", "white", key=lambda ink: contrast(ink, background))


def legible(colour: ColorType, background: ColorType, ratio: float = 4.5) -> str:
    """Return ``colour``, moved towards black or white only as far as text on ``background`` needs.

    Examples
    --------
    >>> contrast("#CCBB44", "white") < 4.5 <= contrast(legible("#CCBB44", "white"), "white")
    True
    """
    if contrast(colour, background) >= ratio:
        return to_hex(to_rgb(colour)) if not isinstance(colour, str) else colour
    ink = ink_on(background)
    steps = (mixed(colour, ink, share) for share in np.linspace(0, 1, 41))
    return next((step for step in steps if contrast(step, background) >= ratio), ink)
