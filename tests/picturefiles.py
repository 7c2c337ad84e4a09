"""The report of fixtures/pictures: its golden, and its pages as pictures."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fixtures.make.pictures import PICTURES, images_to_pngs, report_to_images

KEYS = ("title", "agency", "year", "proactive", "applications", "review", "status")
"""What is the same whatever holds the pictures."""


@cache
def golden() -> dict[str, Any]:
    """The report's figures."""
    return dict(json.loads((PICTURES / "pictures.expected.json").read_text("utf-8")))


@cache
def pngs() -> tuple[bytes, ...]:
    """The report's pages."""
    return tuple(images_to_pngs(report_to_images()))
