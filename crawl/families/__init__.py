"""The content management systems of agencies, one module each: how their lists go on.

A module has `NAME` and any of

    find(page, context) -> items      what a web page of the system says
    read(answer, context) -> items    what an answer of its interface says
    key(url) -> str                   one name for all addresses of the same document, or ""

A new family is a new file here; nothing else has to be touched.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from types import ModuleType
from typing import Any

from crawl.model import Answer, Context, Item
from crawl.page import Page

Find = Callable[[Page, Context], Iterable[Item]]
Read = Callable[[Answer, Context], Iterable[Item]]


@cache
def families() -> dict[str, ModuleType]:
    """Every family by its name, in the order of the modules' names."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    loaded = [importlib.import_module(f"crawl.families.{name}") for name in names]
    return {module.NAME: module for module in loaded}


def finders() -> dict[str, Find]:
    """Families that know pages, by name."""
    return _having("find")


def readers() -> dict[str, Read]:
    """Families that read answers of interfaces, by name."""
    return _having("read")


@cache
def keys() -> tuple[Callable[[str], str], ...]:
    """Functions that know several addresses of one document."""
    return tuple(_having("key").values())


def _having(what: str) -> dict[str, Any]:
    return {n: getattr(m, what) for n, m in families().items() if hasattr(m, what)}
