"""Parts of ZIP packages (OOXML, OFD and the like), read into memory within limits.

Nothing is written to disk, declared sizes are believed only where they forbid, and a part is
unpacked piece by piece, so that a small file cannot ask for much memory before it is refused.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections import Counter

from lxml import etree

from extract.errors import CorruptError, EncryptedError, FormatError, LimitError

MAX_ENTRIES = 5_000
"""Entries that a package may list; real documents have 10 to 100."""
MAX_PART = 64_000_000
"""Bytes of one part, unpacked."""
MAX_TOTAL = 200_000_000
"""Bytes of all parts that are read, unpacked."""
MAX_RATIO = 100
"""Unpacked bytes to packed ones, from FREE bytes on."""
FREE = 1_000_000
CHUNK = 65_536
MAX_MARKUP = 1_500_000
"""Tags and attributes of one XML part: a tree takes some 200 bytes of memory for each."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENTRY = b"PK\x01\x02"
LOCAL_HEADER = 30
"""Bytes of a local header without its name."""
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\0")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, ValueError,
    OSError, RuntimeError, IndexError,
)  # fmt: skip


class Package:
    """A ZIP file whose parts are read by name."""

    def __init__(self, data: bytes) -> None:
        """Raises CorruptError (no such file, overlapping or cut entries), LimitError (too many
        entries), FormatError (names that point outside of the package)."""
        entries = data.count(ENTRY)
        if entries > MAX_ENTRIES:
            raise LimitError(f"too many parts (requested={entries}, granted={MAX_ENTRIES})")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise CorruptError("a package whose list of parts is broken") from error
        infos = self._zip.infolist()
        _refuse_overlaps(infos, len(data))
        if any(_OUTSIDE.search(info.filename) for info in infos):
            raise FormatError("a package with names that point outside of it", "do not use it")
        self._times = Counter(info.filename for info in infos)
        self._total = 0

    @property
    def names(self) -> frozenset[str]:
        """The names of all parts."""
        return frozenset(self._times)

    def read(self, name: str) -> bytes:
        """The bytes of a part.

        Raises CorruptError (missing, listed twice, damaged), EncryptedError, LimitError,
        FormatError (packed in a way that such documents never are)."""
        if self._times[name] != 1:
            raise CorruptError(f"a package that lists {self._times[name]} parts of one name")
        info = self._zip.getinfo(name)
        if info.flag_bits & 1:
            raise EncryptedError("the package is encrypted")
        if info.compress_type not in METHODS:
            raise FormatError("a package packed in an unusual way", "save it anew")
        chunks = []
        size = 0
        try:
            with self._zip.open(info) as part:
                while chunk := part.read(CHUNK):
                    size += len(chunk)
                    self._total += len(chunk)
                    _refuse_large(size, info.compress_size, self._total)
                    chunks.append(chunk)
        except _BROKEN as error:
            raise CorruptError("a package with a damaged part") from error
        return b"".join(chunks)

    def read_xml(self, name: str) -> etree._Element:
        """The root of an XML part; raises also what `bytes_to_xml` raises."""
        return bytes_to_xml(self.read(name))


def bytes_to_xml(data: bytes) -> etree._Element:
    """The root of an XML text: no entity is expanded, nothing else is loaded.

    Raises FormatError for a document type (such documents have none, bombs and spies do),
    LimitError for more markup than a document of this kind has, CorruptError where it is no
    well-formed XML."""
    plain = data.replace(b"\0", b"") if b"\0" in data[:64] else data  # UTF-16, for counting
    if b"<!DOCTYPE" in plain:
        raise FormatError("an XML part with a document type", "do not use it")
    markup = plain.count(b"<") + plain.count(b"=")
    if markup > MAX_MARKUP:
        raise LimitError(f"too much markup (requested={markup}, granted={MAX_MARKUP})")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower():
            raise LimitError("the document nests deeper than can be followed") from error
        raise CorruptError("an XML part is not well-formed") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise FormatError("an XML part with a document type", "do not use it")
    return root


def _refuse_large(size: int, packed: int, total: int) -> None:
    if size > MAX_PART:
        raise LimitError(f"a part is too large (bytes requested={size}, granted={MAX_PART})")
    if total > MAX_TOTAL:
        raise LimitError(f"the parts are too large (requested={total}, granted={MAX_TOTAL})")
    if size > FREE and size > MAX_RATIO * packed:
        raise LimitError(f"a part unpacks to over {MAX_RATIO} times its size (an archive bomb)")


def _refuse_overlaps(infos: list[zipfile.ZipInfo], size: int) -> None:
    """Entries that share bytes are how a small file unpacks to a large one many times."""
    end = 0
    for info in sorted(infos, key=lambda i: i.header_offset):
        if info.header_offset < end:
            raise CorruptError("a package whose parts overlap")
        end = info.header_offset + LOCAL_HEADER + len(info.orig_filename) + info.compress_size
    if end > size:
        raise CorruptError("a package that is cut short")
