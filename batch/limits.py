"""What a document may take: processor time, wall time, silence, memory."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Stage:
    """What holds while a stage runs, where it differs. `skip`: the document can do without it;
    `seconds` are added to the budget for every page that enters it."""

    skip: bool = False
    seconds: float = 0
    wall_stall: float = 0
    memory_mb: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """A document's budget. Seconds are processor time but for `wall_stall`, the longest time
    without a sign of life; `memory_mb` is address space."""

    seconds: float
    seconds_a_page: float
    seconds_at_most: float
    wall_factor: float
    wall_stall: float
    memory_mb: int
    stages: dict[str, Stage] = field(default_factory=dict)

    def budget(self, pages: int = 0, extra: float = 0) -> float:
        """Seconds granted to a document of so many pages, `extra` of them by its stages."""
        return min(self.seconds + self.seconds_a_page * pages + extra, self.seconds_at_most)

    def stage(self, name: str) -> Stage:
        """What holds in a stage; names that nothing is said of hold the budget."""
        return self.stages.get(name, Stage())

    def stall(self, name: str) -> float:
        """Longest silence in a stage, in seconds of wall time."""
        return max(self.stage(name).wall_stall, self.wall_stall)

    def memory(self, name: str) -> int:
        """Address space in a stage, in MB."""
        return max(self.stage(name).memory_mb, self.memory_mb)

    def times(self, factor: float) -> Limits:
        """So many times the time and the memory, for a document that is tried once more."""
        return replace(
            self,
            seconds=self.seconds * factor,
            seconds_a_page=self.seconds_a_page * factor,
            seconds_at_most=self.seconds_at_most * factor,
            memory_mb=int(self.memory_mb * factor),
        )


def dict_to_limits(value: dict[str, Any]) -> Limits:
    """Limits from `dataclasses.asdict`, as they travel."""
    stages = {name: Stage(**entry) for name, entry in value["stages"].items()}
    return Limits(**{**value, "stages": stages})


def load_limits() -> Limits:
    """The limits of `limits.toml`."""
    data = tomllib.loads((Path(__file__).parent / "limits.toml").read_text(encoding="utf-8"))
    stages = {name: Stage(**entry) for name, entry in data["stages"].items()}
    return Limits(**data["budget"], stages=stages)
