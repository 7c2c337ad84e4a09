"""Members of ZIP, RAR and 7z archives, in memory and within limits; nothing is written to disk.

RAR is decoded by rars (Rust: damaged files cannot write where they should not, and it grants
output within limits), 7z by py7zr (Python). Both are loaded when such an archive comes, and
are an extra of the installation.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from extract.errors import (
    CorruptError,
    DependencyError,
    EncryptedError,
    FormatError,
    GkextractError,
    LimitError,
)
from extract.readers.package import MAX_ENTRIES, MAX_PART, Package
from extract.sniff import RAR, SEVEN_ZIP, ZIP

MAX_UNPACKED = 100_000_000
"""Bytes that all members of a RAR or 7z archive may have together, where reading one means
to unpack those before it."""
MAX_DICTIONARY = 128 << 20
"""Bytes of memory that a decoder may ask for to look back into."""
INSTALL = "install it with: pip install 'gkextract[archives]'"
_OUTSIDE = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)|\0")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its name, for people only, and how to get its bytes (this may
    raise what opening an archive may)."""

    name: str
    read: Callable[[], bytes]


def archive_to_members(data: bytes, media_type: str) -> list[Member]:
    """The files of an archive in the order of their names.

    Raises CorruptError, EncryptedError (even the list of members), FormatError (names outside
    of the archive, a part of a split archive), LimitError, DependencyError (RAR and 7z: the
    library is not installed)."""
    members = OPEN[media_type](data)
    if len(members) > MAX_ENTRIES:
        raise LimitError(f"too many members (requested={len(members)}, granted={MAX_ENTRIES})")
    if any(_OUTSIDE.search(member.name) for member in members):
        raise FormatError("an archive with names that point outside of it", "do not use it")
    return sorted(members, key=lambda member: member.name)


def name_to_text(name: str) -> str:
    """A ZIP member's name as people wrote it: without a mark for UTF-8, `zipfile` takes it for
    code page 437, while it is UTF-8 or GB 18030."""
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    return _decode(raw, name)


def _decode(raw: bytes, otherwise: str) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return otherwise


def _open_zip(data: bytes) -> list[Member]:
    package = Package(data)
    names = [name for name in package.names if not name.endswith("/")]
    return [Member(name_to_text(name), partial(package.read, name)) for name in names]


def _open_rar(data: bytes) -> list[Member]:
    try:
        import rars
    except ImportError as error:
        raise DependencyError("RAR archives are read by the library rars", INSTALL) from error
    options = rars.ReadOptions(
        max_member_output_bytes=MAX_PART,
        max_total_output_bytes=MAX_UNPACKED,
        rar50_dictionary_size_limit=MAX_DICTIONARY,
        max_header_count=MAX_ENTRIES,
    )
    archive = _guarded(rars, lambda: rars.RarFile.from_bytes(data, options=options))
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if any(info.is_split_before or info.is_split_after for info in infos):
        raise FormatError("one part of a split archive", "join the parts, or give the report")
    if len(infos) > MAX_ENTRIES:
        raise LimitError(f"too many members (requested={len(infos)}, granted={MAX_ENTRIES})")
    times = Counter(info.filename for info in infos)
    if any(info.is_solid for info in infos):
        # one after the other from one stream: unpacked once for all
        return _solid_rar(rars, archive, infos, options)

    def read(info: Any) -> bytes:
        if times[info.filename] > 1:
            raise CorruptError("an archive that lists members of one name")
        return bytes(_guarded(rars, lambda: archive.read(info, options=options)))

    return [Member(_rar_name(info), partial(read, info)) for info in infos]


def _solid_rar(rars: Any, archive: Any, infos: list[Any], options: Any) -> list[Member]:
    read = _guarded(rars, lambda: archive.read_many(infos, options=options))
    return [
        Member(_rar_name(info), partial(bytes, part))
        for info, part in zip(infos, read, strict=True)
    ]


def _rar_name(info: Any) -> str:
    raw = bytes(info.orig_filename_bytes)
    name = info.filename if "\ufffd" not in info.filename else _decode(raw, info.filename)
    return str(name).replace("\\", "/")


def _guarded(rars: Any, act: Callable[[], Any]) -> Any:
    """What the act gives, its exceptions ours."""
    try:
        return act()
    except (rars.PasswordRequired, rars.BadPassword) as error:
        raise EncryptedError("the archive is encrypted") from error
    except rars.UnsupportedRarFeature as error:
        raise FormatError("a RAR archive of an unusual kind", "pack it as ZIP") from error
    except rars.UnsafeArchivePath as error:
        raise FormatError(
            "an archive with names that point outside of it", "do not use it"
        ) from error
    except MemoryError as error:
        raise LimitError(
            f"an archive that unpacks too large (granted={MAX_PART} a member, {MAX_UNPACKED} all)"
        ) from error
    except (rars.Error, KeyError, ValueError, OverflowError) as error:
        raise CorruptError("a damaged RAR archive") from error


def _open_7z(data: bytes) -> list[Member]:
    try:
        import py7zr
    except ImportError as error:
        raise DependencyError("7z archives are read by the library py7zr", INSTALL) from error
    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            if archive.needs_password():
                raise EncryptedError("the archive is encrypted")
            files = [info for info in archive.list() if not info.is_directory]
            _check_7z(files)
            found = py7zr.io.BytesIOFactory(MAX_UNPACKED)
            archive.extractall(factory=found)
            for part in found.products.values():
                part.seek(0)
    except GkextractError:
        raise
    except py7zr.PasswordRequired as error:
        raise EncryptedError("the archive is encrypted") from error
    except py7zr.UnsupportedCompressionMethodError as error:
        raise FormatError("a 7z archive packed in an unusual way", "pack it as ZIP") from error
    except MemoryError as error:
        raise LimitError("an archive that asks for more memory than there is") from error
    except Exception as error:  # a damaged list makes py7zr fail in any way that Python can
        raise CorruptError("a damaged 7z archive") from error
    return [Member(name.replace("\\", "/"), part.read) for name, part in found.products.items()]


def _check_7z(files: list[Any]) -> None:
    if len(files) > MAX_ENTRIES:
        raise LimitError(f"too many members (requested={len(files)}, granted={MAX_ENTRIES})")
    if len({info.filename for info in files}) < len(files):
        raise CorruptError("an archive that lists members of one name")
    total = sum(info.uncompressed or 0 for info in files)
    if total > MAX_UNPACKED:
        raise LimitError(f"an archive too large (requested={total}, granted={MAX_UNPACKED})")


OPEN: dict[str, Callable[[bytes], list[Member]]] = {
    ZIP: _open_zip,
    RAR: _open_rar,
    SEVEN_ZIP: _open_7z,
}
"""How each kind of archive is opened."""
