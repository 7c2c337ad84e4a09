"""Archives: the report among the members, or a typed error, within limits."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import py7zr
import pytest
import rars
from conftest import REPORTS, ROOT

sys.path.insert(0, str(ROOT))

import gkextract
from extract import members
from extract.errors import (
    CorruptError,
    DependencyError,
    EncryptedError,
    FormatError,
    GkextractError,
    LimitError,
    NoContentError,
)
from extract.readers import archive as archive_module
from extract.readers.archive import archive_to_members, name_to_text
from extract.sniff import OFD, RAR, SEVEN_ZIP, ZIP, bytes_to_media_type
from fixtures.make.archives import archive_path, load_archives

FIXTURES = ROOT / "fixtures" / "archives"
HOSTILE = ROOT.parent / "shared" / "hostile"
FILES = sorted(p for p in FIXTURES.iterdir() if p.suffix in (".zip", ".rar", ".7z"))
KEYS = ("title", "agency", "year", "proactive", "applications", "review", "status")
FIRST = (ROOT / "fixtures" / "ofd" / "ofd-a01-ruled-30.ofd").read_bytes()
SAME = (REPORTS / "word-a01-three-line.pdf").read_bytes()
OTHER = (ROOT / "fixtures" / "ofd" / "ofd-a21-none.ofd").read_bytes()
COVER = "云溪市人民政府2024年政府信息公开工作年度报告\n编制说明\n".encode()


def zipped(*parts: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method, compresslevel=1) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return buffer.getvalue()


def seven(*parts: tuple[str, bytes], **options: Any) -> bytes:
    """A 7z of these members."""
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", **options) as archive:
        for name, data in parts:
            archive.writestr(data, name)
    return buffer.getvalue()


def rarred(*parts: tuple[str, bytes], kind: str = "rar50", **options: Any) -> bytes:
    """A RAR of these members."""
    builder = rars.RarBuilder(format=kind, **options)
    for name, data in parts:
        builder.add_bytes(data, name)
    return bytes(builder.to_bytes())


PACKERS: dict[str, Callable[..., bytes]] = {
    "zip": zipped,
    "7z": seven,
    "rar5": rarred,
    "rar4": lambda *parts: rarred(*parts, kind="rar29"),
    "solid": lambda *parts: rarred(*parts, solid=True),
}


def codes(report: gkextract.Report) -> list[str]:
    """The codes of the findings that speak of the archive."""
    return [f.code for f in report.findings if f.code.startswith("archive.")]


def test_fixtures_are_those_of_the_data_file() -> None:
    """fixtures/archives holds a file and a golden for each entry of archives.toml; six ZIP
    and six saved pages at least, RAR of both kinds, 7z."""
    items = [item for items in load_archives().values() for item in items]
    wanted = {archive_path(item).name for item in items}
    wanted |= {f"{item['name']}.expected.json" for item in items}
    assert {path.name for path in FIXTURES.iterdir()} == wanted
    kinds = [item.get("kind", "mht") for item in items]
    assert kinds.count("zip") >= 6 and kinds.count("mht") >= 6
    assert {"rar29", "rar50", "7z"} <= set(kinds)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_fixture_is_exact(path: Path) -> None:
    """The report in the archive is read exactly and its member named, the hash the file's."""
    report = gkextract.extract(path)
    found = report.to_dict()
    wanted = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    assert {key: found[key] for key in KEYS} == {key: wanted[key] for key in KEYS}
    item = next(i for i in load_archives()["archive"] if archive_path(i) == path)
    several = ["archive.several"] if item.get("several") else []
    assert codes(report) == ["archive.members", *several]
    uri = found["source"]["uri"]
    assert uri.startswith(f"{path}!") and uri.split("!")[1] in [m[0] for m in item["members"]]
    assert found["source"]["bytes"] == path.stat().st_size


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_report_is_told_by_content(pack: Callable[..., bytes]) -> None:
    """The member that is the report is found under any name, among members that are none."""
    data = pack(("a/年报.txt", FIRST), ("b.pdf", b"\x89PNG\r\n\x1a\n"), ("c.docx", b"plain words"))
    report = gkextract.extract(data)
    assert report.status == "verified"
    assert report.source["uri"].endswith("!a/年报.txt")
    assert report.source["media_type"] == OFD
    assert codes(report) == ["archive.members"]


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_two_reports_are_never_silent(pack: Callable[..., bytes]) -> None:
    """The same report twice is one; another one beside it casts a doubt; a cover does not."""
    same = gkextract.extract(pack(("a.ofd", FIRST), ("b.pdf", SAME)))
    assert (same.status, codes(same)) == ("verified", ["archive.members"])
    cover = gkextract.extract(pack(("a.ofd", FIRST), ("b.txt", COVER)))
    assert (cover.status, codes(cover)) == ("verified", ["archive.members"])
    other = gkextract.extract(pack(("a.ofd", FIRST), ("b.ofd", OTHER)))
    assert (other.status, codes(other)) == ("doubtful", ["archive.members", "archive.several"])


def test_best_reading_is_taken() -> None:
    """A verified report goes before one that is not, whatever the order of their names."""
    slip = (ROOT / "fixtures" / "ofd" / "ofd-a12-template-70.ofd").read_bytes()
    for names in (("a", "b"), ("b", "a")):
        report = gkextract.extract(zipped((names[0], slip), (names[1], FIRST)))
        assert report.source["uri"].endswith(f"!{names[1]}")


def test_kind_of_a_zip_is_told_by_its_own_names() -> None:
    """A ZIP is an OFD by the names at its root, not by those of a package stored in it."""
    inside = zipped(("a.ofd", FIRST), method=zipfile.ZIP_STORED)
    assert b"OFD.xml" in inside
    assert bytes_to_media_type(inside) == ZIP
    assert bytes_to_media_type(zipped(("sub/OFD.xml", b"x"))) == ZIP
    assert bytes_to_media_type(FIRST) == OFD
    assert bytes_to_media_type(FIRST[:-30]) == OFD


def test_names_are_for_people() -> None:
    """Names in GB 18030 or UTF-8, declared or not, are shown as written."""
    for name in ("年报.pdf", "a.pdf", "政府信息公开/2024年年度报告（定稿）.doc"):
        for encoding in ("gb18030", "utf-8"):
            assert name_to_text(name.encode(encoding).decode("cp437")) == name
        assert name_to_text(name) == name


def test_nested_archives() -> None:
    """An archive in an archive is read, one deeper is LIMIT, as is one that holds itself."""
    once = zipped(("x.zip", zipped(("a.ofd", FIRST))))
    report = gkextract.extract(once)
    assert report.source["uri"].endswith("!x.zip!a.ofd")
    assert (report.status, codes(report)) == ("verified", ["archive.members"])
    mixed = seven(("x.rar", rarred(("a.ofd", FIRST))))
    assert gkextract.extract(mixed).status == "verified"
    with pytest.raises(LimitError):
        gkextract.extract(zipped(("y.zip", once)))


def test_no_report_says_why() -> None:
    """No member is a report: NO_CONTENT; a member that could not be read is the reason."""
    with pytest.raises(NoContentError):
        gkextract.extract(zipped())
    with pytest.raises(NoContentError):
        gkextract.extract(zipped(("a.txt", b"plain words"), ("b.json", b'{"a": 1}')))
    with pytest.raises(CorruptError):
        gkextract.extract(zipped(("a.txt", b"plain words"), ("b.png", b"\x89PNG\r\n\x1a\n")))
    with pytest.raises(CorruptError):
        gkextract.extract(zipped(("a.txt", b"plain words"), ("b.pdf", b"%PDF-1.4 nothing")))
    report = gkextract.extract(zipped(("a.ofd", FIRST), ("b.pdf", b"%PDF-1.4 nothing")))
    (finding,) = [f for f in report.findings if f.code == "archive.members"]
    assert "1 CORRUPT" in finding.message


def test_encrypted_archives() -> None:
    """A password before members or before their list is ENCRYPTED, in every kind."""
    locked = bytearray(zipped(("a.ofd", FIRST)))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    for data in (
        bytes(locked),
        seven(("a.ofd", FIRST), password="x"),
        seven(("a.ofd", FIRST), password="x", header_encryption=True),
        rarred(("a.ofd", FIRST), password="x"),
        rarred(("a.ofd", FIRST), password="x", encrypt_headers=True),
        rarred(("a.ofd", FIRST), kind="rar29", password="x"),
    ):
        with pytest.raises(EncryptedError):
            gkextract.extract(data)


def test_only_some_members_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members beyond the limit are not read, which casts a doubt."""
    monkeypatch.setattr(members, "MAX_TRIED", 2)
    report = gkextract.extract(zipped(*((f"{n}.ofd", FIRST) for n in range(5))))
    assert (report.status, codes(report)) == ("doubtful", ["archive.members", "archive.several"])
    assert "not looked at: 3" in report.findings[-1].message


def test_libraries_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, RAR and 7z are DEPENDENCY with the command that installs it."""
    for library, data in (("rars", rarred(("a", b"x"))), ("py7zr", seven(("a", b"x")))):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(DependencyError, match=rf"{library}.*gkextract\[archives\]"):
            gkextract.extract(data)


def test_parts_of_split_archives_are_told() -> None:
    """One volume of a RAR is FORMAT and says to join them."""
    volume = bytearray(rarred(("a.bin", Random(1).randbytes(4000)), kind="rar29"))
    at = volume.index(b"\x74", 20)  # the header of the file
    volume[at + 1] |= 2  # goes on in the next volume
    size = struct.unpack_from("<H", volume, at + 3)[0]
    struct.pack_into("<H", volume, at - 2, zlib.crc32(volume[at : at + size - 2]) & 0xFFFF)
    with pytest.raises(FormatError, match="split"):
        gkextract.extract(bytes(volume))


def test_names_that_point_outside() -> None:
    """Members called ../x, /x or C:\\x are FORMAT: nothing of the archive is used."""
    for name in ("../a.ofd", "/etc/a.ofd", "a/../../b.ofd", "C:\\a.ofd"):
        with pytest.raises(FormatError):
            gkextract.extract(zipped((name, FIRST)))


def overlapping() -> bytes:
    """A ZIP whose second entry is the first again."""
    data = bytearray(zipped(("a", bytes(2_000_000)), ("b", b"x")))
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)
    return bytes(data)


def lying() -> bytes:
    """A ZIP that says its 200 MB are 10 bytes."""
    data = bytearray(zipped(("a.pdf", bytes(200_000_000))))
    struct.pack_into("<I", data, 22, 10)
    struct.pack_into("<I", data, data.rindex(b"PK\x01\x02") + 24, 10)
    return bytes(data)


QUICK = [{"id": py7zr.FILTER_LZMA2, "preset": 0}]
BOMBS: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "zeros": (lambda: zipped(("a.pdf", bytes(300_000_000))), {"LIMIT"}),
    "zeros in ofd": (lambda: zipped(("OFD.xml", bytes(300_000_000))), {"LIMIT"}),
    "nested": (lambda: zipped(("a.zip", zipped(("b.zip", zipped(("c", b"x")))))), {"LIMIT"}),
    "zip in zip": (lambda: zipped(("a.zip", zipped(("b", bytes(90_000_000))))), {"LIMIT"}),
    "overlap": (overlapping, {"CORRUPT"}),
    "lying": (lying, {"CORRUPT", "LIMIT"}),
    "many": (lambda: zipped(*((f"{n}", b"") for n in range(6000))), {"LIMIT"}),
    "7z": (lambda: seven(("a.pdf", bytes(101_000_000)), filters=QUICK), {"LIMIT"}),
    "rar5": (lambda: rarred(("a.pdf", bytes(65_000_000)), compression=1), {"LIMIT"}),
    "rar5 solid": (lambda: rarred(*((f"{n}.pdf", bytes(51_000_000)) for n in range(2)),
                                  compression=1, solid=True), {"LIMIT"}),
}  # fmt: skip
MEMORY = """
import sys, gkextract
data = sys.stdin.buffer.read()
try:
    gkextract.extract(data)
    code = "none"
except gkextract.GkextractError as error:
    code = error.code
with open("/proc/self/status") as status:
    peak = next(line for line in status if line.startswith("VmHWM"))
print(code, int(peak.split()[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is told by /proc")
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_typed_and_small(name: str) -> None:
    """Archive bombs are typed errors, within seconds and under 512 MB of memory."""
    make, wanted = BOMBS[name]
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], input=make(), cwd=ROOT, capture_output=True,
        timeout=20, check=True,
    )  # fmt: skip
    code, megabytes = done.stdout.split()
    assert code.decode() in wanted
    assert int(megabytes) < 512


@pytest.mark.parametrize("media_type", [ZIP, RAR, SEVEN_ZIP])
def test_damaged_archives_are_typed(media_type: str) -> None:
    """Any byte changed, or the end lost: members as they were, or a typed error."""
    parts = [("a.txt", b"12 " * 400), ("b.txt", Random(3).randbytes(300))]
    pack = {ZIP: zipped, RAR: rarred, SEVEN_ZIP: seven}[media_type]
    good = pack(*parts)
    wanted = dict(parts)
    for seed in range(150):
        rng = Random(seed)
        data = bytearray(good)
        for _ in range(rng.choice((1, 1, 3))):
            data[rng.randrange(8, len(data))] = rng.randrange(256)
        cut = rng.random() < 0.2
        try:
            found = archive_to_members(
                bytes(data[: rng.randrange(8, len(data))] if cut else data), media_type
            )
            texts = [member.read() for member in found]
        except GkextractError as error:
            assert error.code in ("CORRUPT", "FORMAT", "LIMIT", "ENCRYPTED"), seed
        else:
            assert all(text in wanted.values() for text in texts if text), seed


def test_every_kind_has_an_opener() -> None:
    """What is called an archive can be opened."""
    from extract.sniff import ARCHIVES

    assert archive_module.OPEN.keys() == ARCHIVES


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not beside the checkout")
def test_hostile_archives() -> None:
    """Real hostile archives end typed: one that holds itself, one with overlapping names."""
    paths = sorted(HOSTILE.glob("*.zip"))
    assert len(paths) >= 2
    for path in paths:
        with pytest.raises(GkextractError) as caught:
            gkextract.extract(path)
        assert caught.value.code in ("LIMIT", "CORRUPT", "NO_CONTENT", "FORMAT")
