"""A store as WARC, for archives. An export and no store: a WARC that was cut short gives fewer
records and nothing says so; hence a manifest of counts and digests beside it."""

from __future__ import annotations

import hashlib
import io
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from crawl.blobs import Blobs
from crawl.status import open_ledgers
from extract.errors import DependencyError, OutputError
from tableparse.version import __version__


def store_to_warc(store: Path, path: Path) -> dict[str, Any]:
    """Writes every fetch that gave bytes as a response record, the same bytes again as a revisit,
    and PATH.manifest.json; the manifest. Raises DependencyError, InputError, OutputError."""
    try:
        from warcio.statusandheaders import StatusAndHeaders
        from warcio.warcwriter import WARCWriter
    except ImportError as error:
        hint = "install it with pip install 'gkextract[crawl]'"
        raise DependencyError("WARC needs the library warcio", hint) from error
    blobs, seen = Blobs(store), dict[str, tuple[str, str]]()
    counts = {"response": 0, "revisit": 0}
    try:
        with open(path, "wb") as file:
            writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
            about = {"software": f"gkextract/{__version__}", "format": "WARC File Format 1.1"}
            writer.write_record(writer.create_warcinfo_record(path.name, about))
            for base in open_ledgers(store):
                query = "select * from fetches where sha256 is not null order by id"
                for row in base.execute(query):
                    said = json.loads(row["headers"] or "{}")
                    said.pop("content-encoding", None)  # the bytes are kept unpacked
                    said["content-length"] = str(row["bytes"])
                    phrase = _phrase(row["status"] or 200)
                    head = StatusAndHeaders(phrase, [*said.items()], protocol="HTTP/1.1")
                    record = _record(writer, row, head, blobs, seen)
                    writer.write_record(record)
                    record.raw_stream.close()  # a revisit's is left open
                    counts[record.rec_type] += 1
    except OSError as error:
        raise OutputError(f"the WARC cannot be written ({error.strerror})") from error
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    manifest = {"file": path.name, "sha256": digest, "bytes": path.stat().st_size, **counts}
    text = json.dumps(manifest, indent=1) + "\n"
    path.with_name(path.name + ".manifest.json").write_text(text, encoding="utf-8")
    return manifest


def _record(
    writer: Any, row: Any, head: Any, blobs: Blobs, seen: dict[str, tuple[str, str]]
) -> Any:
    date = {"WARC-Date": row["at"]}
    if row["sha256"] in seen:
        url, at = seen[row["sha256"]]
        digest = f"sha256:{row['sha256']}"
        return writer.create_revisit_record(
            row["url"], digest, url, at, http_headers=head, warc_headers_dict=date
        )
    seen[row["sha256"]] = (row["url"], row["at"])
    payload = io.BytesIO(blobs.get(row["sha256"]))
    return writer.create_warc_record(
        row["url"], "response", payload=payload, http_headers=head, warc_headers_dict=date
    )


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"
