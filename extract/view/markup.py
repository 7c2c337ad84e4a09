"""HTML and SVG elements from values, safe by construction: all text is escaped, none is parsed.

The documents are strangers' work, and the page is opened in a browser: only what `tag` made is
taken for markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

VOID = frozenset({"br", "input", "meta"})
"""Elements of HTML without an end tag."""
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that no page may hold, and that UTF-8 has no bytes for."""


class Markup(str):
    """Text that is markup already."""


Child = str | Markup | None
Attributes = Mapping[str, str | int | float | bool | None]


def fit_text(text: str) -> str:
    """The text with U+FFFD for what no page may hold."""
    return _UNFIT.sub("\ufffd", text)


def tag(name: str, attributes: Attributes | None = None, *children: Child) -> Markup:
    """An element. Attributes that are None or False are left out, True ones stand bare; of the
    children, Markup is taken as it is and any other text escaped."""
    head = name + "".join(_attribute(key, value) for key, value in (attributes or {}).items())
    if name in VOID:
        return Markup(f"<{head}>")
    return Markup(f"<{head}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Markup:
    """The children one after the other; None is nothing."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else escape(fit_text(child))
            for child in children
            if child is not None
        )
    )


def _attribute(key: str, value: str | int | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return f" {key}"
    text = length(value) if isinstance(value, float) else str(value)
    return f' {key}="{escape(fit_text(text))}"'


def length(value: float) -> str:
    """Points or slots with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def value_to_script(value: Any) -> Markup:
    """Plain values as JSON for a data block: nothing in it can end the block or begin a
    comment, and lone surrogates are escapes."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Markup(re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", text))
