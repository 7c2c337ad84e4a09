"""Damaged OFD packages from a good one: what a broken producer or transfer may leave."""

from __future__ import annotations

import io
import re
import zipfile
from random import Random

ATTRIBUTE = re.compile(r' ([A-Za-z]+)="([^"]*)"')
OBJECT = re.compile(r"<(\w*:?)(TextObject|PathObject)\b.*?</\1\2>", re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
WORDS = ("", "NaN", "x", "1e9", "-1", "0", "1e-9", "g", "g 3", "g 9999999 1", "1 2 3", "--1", "９")


def package_to_parts(data: bytes) -> dict[str, str]:
    """Name to text of every part."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def parts_to_package(parts: dict[str, str | bytes]) -> bytes:
    """The parts as a package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return buffer.getvalue()


def mutate(parts: dict[str, str], rng: Random) -> dict[str, str | bytes]:
    """The parts with one to three damages in one of them; text between tags stays, for what
    is printed there would be another figure and no damage."""
    found: dict[str, str | bytes] = dict(parts)
    name = rng.choice([n for n in parts for _ in range(6 if "Content" in n else 1)])
    text = parts[name]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        text = rng.choice(MUTATIONS)(text, rng)
    found[name] = text
    if rng.random() < 0.05:
        del found[name]
    return found


def _attribute(text: str, rng: Random) -> str:
    """An attribute gone, or with another word in it."""
    spots = list(ATTRIBUTE.finditer(text))
    if not spots:
        return text
    spot = rng.choice(spots)
    word = rng.choice([None, *WORDS])
    new = "" if word is None else f' {spot[1]}="{word}"'
    return text[: spot.start()] + new + text[spot.end() :]


def _number(text: str, rng: Random) -> str:
    """A number in an attribute changed."""
    spots = list(ATTRIBUTE.finditer(text))
    if not spots:
        return text
    spot = rng.choice(spots)
    inside = list(NUMBER.finditer(spot[2]))
    if not inside:
        return text
    at = rng.choice(inside)
    value = float(at[0]) * rng.choice((0.0, -1.0, 0.5, 2.0, 10.0, 1.02)) + rng.choice((0, 0, 3, 20))
    start = spot.start(2) + at.start()
    return text[:start] + f"{value:g}" + text[spot.start(2) + at.end() :]


def _lose(text: str, rng: Random) -> str:
    """An object gone."""
    spots = list(OBJECT.finditer(text))
    if not spots:
        return text
    spot = rng.choice(spots)
    return text[: spot.start()] + text[spot.end() :]


def _twice(text: str, rng: Random) -> str:
    """An object drawn again, at once or at the end."""
    spots = list(OBJECT.finditer(text))
    if not spots:
        return text
    spot = rng.choice(spots)
    at = rng.choice((spot, spots[-1])).end()
    return text[:at] + spot[0] + text[at:]


def _swap(text: str, rng: Random) -> str:
    """Two objects in the other order of drawing."""
    spots = list(OBJECT.finditer(text))
    if len(spots) < 2:
        return text
    a, b = sorted(rng.sample(spots, 2), key=lambda m: m.start())
    return text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]


def _rename(text: str, rng: Random) -> str:
    """All elements of a name under another."""
    names = sorted(set(re.findall(r"</?(?:\w+:)?(\w+)", text)))
    old = rng.choice(names)
    new = rng.choice(("Other", "PageBlock", "Layer", "TextObject"))
    return re.sub(rf"(</?(?:\w+:)?){old}\b", rf"\1{new}", text)


def _cut(text: str, rng: Random) -> str:
    """The end lost."""
    return text[: rng.randrange(len(text))]


def _byte(text: str, rng: Random) -> str:
    """A character of the markup changed."""
    spots = [i for m in re.finditer(r"<[^>]*>", text) for i in range(m.start(), m.end())]
    at = rng.choice(spots)
    return text[:at] + rng.choice("<>\"'&0a /=") + text[at + 1 :]


MUTATIONS = (_attribute, _attribute, _number, _number, _number, _lose, _twice, _swap, _rename,
             _cut, _byte)  # fmt: skip
