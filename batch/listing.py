"""The words of the command line to the documents that they mean, one after the other."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from extract.errors import GkextractError, InputError
from extract.source import URL, expand_source, is_several, source_to_uri

Listed = tuple[str, dict[str, Any], GkextractError | None]
"""A path or address, what is known of it, and why it stands for nothing."""
STDIN = "-"
FACTS = ("uri", "retrieved_at")
"""What a line of a manifest may say of its document beside where it is."""


def is_batch(words: Sequence[str]) -> bool:
    """Whether the words mean any number of documents, or one."""
    return len(words) > 1 or words[0] == STDIN or is_several(words[0])


def list_documents(words: Sequence[str], shard: tuple[int, int] | None = None) -> Iterator[Listed]:
    """The documents in order; `shard` (i, n) leaves those whose name falls to it, i from 1.
    A word that means none is listed with its error."""
    for path, facts, error in _list_all(words):
        if shard is None or word_to_shard(path, shard[1]) == shard[0]:
            yield path, facts, error


def word_to_shard(path: str, shards: int) -> int:
    """Which of so many shards (from 1) a document falls to, by the hash of its name: the same
    on every machine, without reading it."""
    digest = hashlib.sha256(os.fsencode(path)).digest()
    return int.from_bytes(digest[:8], "big") % shards + 1


def text_to_shard(text: str) -> tuple[int, int]:
    """`i/n` as two numbers, 1 <= i <= n. ValueError."""
    part, _, whole = text.partition("/")
    shard, shards = int(part), int(whole)
    if not 1 <= shard <= shards:
        raise ValueError(text)
    return shard, shards


def _list_all(words: Sequence[str]) -> Iterator[Listed]:
    for word in words:
        if word == STDIN:
            yield from _read_manifest(sys.stdin.buffer)
            continue
        try:
            for path in expand_source(word):
                yield path, {}, None
        except GkextractError as error:
            yield word, {}, with_source(error, word)


def _read_manifest(lines: Iterable[bytes]) -> Iterator[Listed]:
    """A path or address a line, or an object `{"source": ..., "uri": ..., "retrieved_at": ...}`;
    empty lines mean nothing."""
    for number, line in enumerate(lines, 1):
        text = os.fsdecode(line.rstrip(b"\r\n"))
        if not text:
            continue
        if not text.startswith("{"):
            yield text, {}, None
            continue
        try:
            value = json.loads(text)
            word = value["source"]
            facts = {name: value[name] for name in FACTS if name in value}
            if not all(isinstance(v, str) for v in (word, *facts.values())) or not word:
                raise ValueError
        except (ValueError, KeyError, TypeError):
            error = InputError(f"line {number} of the manifest is no object with a source")
            yield f"-:{number}", {}, with_source(error, f"-:{number}")
            continue
        yield word, facts, None


def with_source(error: GkextractError, word: str) -> GkextractError:
    """The error, with the source that it is about."""
    if error.source is None:
        error.source = {"uri": source_to_uri(word)}
    return error


def is_address(word: str) -> bool:
    """Whether a word is an address and no path."""
    return URL.match(word) is not None
