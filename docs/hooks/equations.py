"""Equations become MathML while the site is built: no script draws them, nothing is fetched.

Pages write TeX between dollar signs, as code hosts show it; `pymdownx.arithmatex` finds it, latex2mathml
turns it into what browsers draw by themselves.
"""

import html
import re
from typing import Any

from latex2mathml.converter import convert

INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
BLOCK = re.compile(r'<div class="arithmatex">\\\[(.*?)\\\]</div>', re.DOTALL)


def on_page_content(content: str, **_: Any) -> str:
    r"""Replace every equation of a page by its MathML.

    Examples
    --------
    >>> on_page_content(r'<span class="arithmatex">\(x_1\)</span>')
    '<math ...><mrow><msub><mi>x</mi><mn>1</mn></msub></mrow></math>'
    """
    content = INLINE.sub(lambda found: convert(html.unescape(found[1])), content)
    return BLOCK.sub(
        lambda found: f'<div class="equation">{convert(html.unescape(found[1]), display="block")}</div>',
        content,
    )
