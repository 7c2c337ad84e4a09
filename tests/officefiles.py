"""Office files made byte by byte for tests: what each test means stands in the test itself."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ROOT / "fixtures" / "documents"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="urn:wps" xmlns:v="urn:v" xmlns:a="urn:a" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
X = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def pack(parts: dict[str, str | bytes]) -> bytes:
    """A ZIP file of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, **parts: str) -> bytes:
    """A DOCX with this in its w:body; further parts by name below word/ (`styles`)."""
    document = f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
    more = {f"word/{name}.xml": text for name, text in parts.items()}
    return pack({"word/document.xml": document, **more})


def p(text: str = "", properties: str = "") -> str:
    """A paragraph with one run."""
    return f"<w:p>{properties}{run(text)}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{text}</w:t></w:r>'


def tc(content: str = "", properties: str = "") -> str:
    """A cell; plain text gets its paragraph."""
    inner = content if content.startswith("<") else p(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    """A row."""
    head = f"<w:trPr>{properties}</w:trPr>" if properties else ""
    return f"<w:tr>{head}{''.join(cells)}</w:tr>"


def tbl(*rows: str, widths: tuple[int, ...] = ()) -> str:
    """A table; `widths` of its columns in twentieths of a point."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def xlsx(
    *sheets: str, strings: str = "", styles: str = "", states: dict[int, str] | None = None
) -> bytes:
    """An XLSX: each sheet is what stands in its worksheet element."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listed = "".join(
        f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}" state="{(states or {}).get(n, "visible")}"/>'
        for n in range(1, len(sheets) + 1)
    )
    targets = [
        (f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)
    ]
    parts = {
        f"xl/worksheets/sheet{n}.xml": f"<worksheet {X}>{s}</worksheet>"
        for n, s in enumerate(sheets, 1)
    }
    for name, text in (("sharedStrings", strings), ("styles", styles)):
        if text:
            targets.append((name, name, f"{name}.xml"))
            parts[f"xl/{name}.xml"] = text
    relations = "".join(
        f'<Relationship Id="{i}" Type="{kind}/{k}" Target="{t}"/>' for i, k, t in targets
    )
    return pack(
        {
            "xl/workbook.xml": f"<workbook {X} {R}><sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
            **parts,
        }
    )


def fixture(name: str) -> bytes:
    """The bytes of a committed document."""
    return (DOCUMENTS / name).read_bytes()


def golden(name: str) -> dict[str, Any]:
    """The golden beside a committed document."""
    path = DOCUMENTS / f"{name.partition('.')[0]}.expected.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def figures(data: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    """Every figure of a report or golden by its place."""
    found: dict[tuple[str, ...], Any] = {}
    for table in ("proactive", "review"):
        for row, values in (data[table] or {}).items():
            if isinstance(values, dict):
                found |= {(table, row, column): value for column, value in values.items()}
    matrix = data["applications"]
    for row, values in matrix["rows"].items() if matrix else ():
        pairs = zip(matrix["columns"], values, strict=True)
        found |= {("applications", row, column): value for column, value in pairs}
    return found
