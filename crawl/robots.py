"""robots.txt by RFC 9309: what 4xx, 5xx and silence mean, whether an address may be asked for, and
the delay that is wished. Pure; the parser is Protego's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

NO_TLS = "no TLS"
"""Status of a robots.txt whose server's TLS is not understood: nothing is, by https."""
AGENT = "gkextract"
MAX_BYTES = 512_000
"""Bytes of a robots.txt that count; the standard asks for 500 KiB."""
KEPT_SECONDS = 86_400
"""How long one is taken as it was."""


@dataclass(frozen=True)
class Robots:
    """A robots.txt: HTTP status or what kept it from coming, and its text."""

    status: str
    text: str = ""

    @cached_property
    def _rules(self) -> Protego:
        from protego import Protego

        return Protego.parse(self.text)

    @property
    def is_reachable(self) -> bool:
        """Whether it is known what the site wishes; if not, nothing is allowed. 429 asks for
        patience and is no answer."""
        return self.status.isdigit() and int(self.status) < 500 and self.status != "429"

    @property
    def has_rules(self) -> bool:
        """Whether there is a text that counts."""
        return self.status in ("200", "203")

    def allows(self, url: str) -> bool:
        """Whether an address may be asked for."""
        if not self.is_reachable:
            return False
        return not self.has_rules or self._rules.can_fetch(url, AGENT)

    @property
    def delay(self) -> float | None:
        """The Crawl-delay in seconds, where one is wished."""
        if not self.has_rules:
            return None
        said = self._rules.crawl_delay(AGENT)
        return float(said) if said is not None else None

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of site maps that it names."""
        return tuple(self._rules.sitemaps) if self.has_rules else ()

    @property
    def outcome(self) -> str:
        """What becomes of an address where this one did not come."""
        if self.status.startswith("blocked:"):
            return self.status
        return "failed:BLOCKED" if self.status == "BLOCKED" else "robots:unreachable"

    @property
    def said(self) -> str:
        """In words for records."""
        return f"allowed (robots.txt: {self.status})"


def bytes_to_robots(status: int, body: bytes) -> Robots:
    """The robots.txt of an answer."""
    text = body[:MAX_BYTES].decode("utf-8", errors="replace") if status in (200, 203) else ""
    return Robots(str(status), text)
