"""How figures are said in prose, from `forms/narrative.toml`, as frozen values.

Patterns stay text until they are wanted: a sentence needs few of them, and compiling them all
costs more than reading the prose of a report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from tableparse.formdata import read_data

_WORD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to say one figure, as the data file has it; "" for a pattern that it lacks."""

    code: str
    kind: str
    needs: tuple[str, ...]
    topic: str
    subject: str
    before: str
    after: str
    label: str
    none: str
    head: str
    unless: str
    elliptic: bool
    equals: tuple[tuple[str, ...], ...]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled once."""
    return re.compile(pattern)


@cache
def statement_rules() -> tuple[Rule, ...]:
    """All rules in their order: the first that fits a number has it."""
    data = read_data("narrative")
    words: dict[str, str] = {}
    for name, text in data["words"].items():
        words[name] = _WORD.sub(lambda m: words[m[1]], text)

    def pattern(rule: Mapping[str, Any], key: str, end: str = "") -> str:
        text = _WORD.sub(lambda m: words[m[1]], rule.get(key, ""))
        return f"(?:{text}){end}" if key in rule else ""

    return tuple(
        Rule(
            code=rule["code"],
            kind=rule.get("kind", "equal"),
            needs=tuple(rule["needs"]),
            topic=rule.get("topic", ""),
            subject=rule.get("subject", ""),
            before=pattern(rule, "before"),
            after=pattern(rule, "after"),
            label=pattern(rule, "label"),
            none=pattern(rule, "none", "$"),
            head=rule.get("head", ""),
            unless=rule.get("unless", ""),
            elliptic=rule.get("elliptic", False),
            equals=tuple(map(tuple, rule["equals"])),
        )
        for rule in data["rule"]
    )


@cache
def needed_words() -> frozenset[str]:
    """Words of which a sentence has to have one for any rule to fit it."""
    return frozenset(word for rule in statement_rules() for word in rule.needs)


@lru_cache(maxsize=1024)
def rules_with_words(words: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that need one of some words, in their order."""
    return tuple(rule for rule in statement_rules() if not words.isdisjoint(rule.needs))


@cache
def any_label() -> re.Pattern[str]:
    """Any label of an outcome, the longest first."""
    labels = {rule.label for rule in statement_rules() if rule.label}
    return re.compile("|".join(sorted(labels, key=lambda label: (-len(label), label))))


@cache
def scope_patterns() -> dict[str, re.Pattern[str]]:
    """What tells whose figure a number is, by name: the parts `skip` and `scope` of the data."""
    data = read_data("narrative")
    parts = {**data["skip"], **data["scope"]}
    return {name: re.compile(text) for name, text in parts.items()}
