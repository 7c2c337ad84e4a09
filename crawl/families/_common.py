"""What several families need: rows in fragments of pages, named values in scripts, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawl.model import Answer, Entry
from crawl.page import text_to_page
from extract.errors import GkextractError
from extract.readers.html_decode import bytes_to_html_text

MAX_NUMBER = 100_000
"""More pages or rows than any list has: what says so is no count."""
_CALL = re.compile(r"^\s*[\w.$]{1,80}\s*\((.*)\)\s*;?\s*$", re.DOTALL)


def answer_to_text(answer: Answer) -> str:
    """The decoded text; "" where no encoding explains it."""
    try:
        return bytes_to_html_text(answer.data, answer.charset).text
    except GkextractError:
        return ""


def answer_to_json(answer: Answer) -> Any:
    """The JSON of an answer, out of its JSONP call where it has one; None where there is none."""
    text = answer_to_text(answer).strip()
    call = _CALL.match(text)
    try:
        return json.loads(call[1] if call else text, strict=False)
    except (ValueError, RecursionError):
        return None


def fragment_to_entries(fragment: str, url: str) -> Iterator[Entry]:
    """The links of a piece of a page, as rows."""
    page = text_to_page(fragment, url) if "<" in fragment else None
    for anchor in page.anchors if page else ():
        yield Entry(anchor.url, anchor.words)


def value(text: str, name: str) -> str:
    """What a script or attribute gives a name: `name: 'x'`, `name=x`, `"name":"x"`; "" else."""
    found = re.search(rf"""\b{name}["']?\s*[:=]\s*["']?([\w.%/+:-]+)""", text)
    return found[1] if found else ""


def number(text: str | None) -> int | None:
    """A count within reason; None for all else."""
    if not text or not text.isascii() or not text.isdigit():
        return None
    count = int(text[:9])
    return count if count <= MAX_NUMBER else None


def with_query(url: str, **values: str | int) -> str:
    """The address with these values in its query, in place of those of the same name."""
    parts = urlsplit(url)
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in values]
    query = urlencode([*kept, *((k, str(v)) for k, v in values.items())])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def query_value(url: str, name: str) -> str:
    """A value of the address's query, "" where it has none."""
    return dict(parse_qsl(urlsplit(url).query)).get(name, "")
