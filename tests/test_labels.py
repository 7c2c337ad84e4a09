"""Labels as printed to the keys of the form, with spellings that real reports use."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from drawing import MANY, printed_form
from hypothesis import given
from hypothesis import strategies as st

from tableparse.formdata import editions, read_data
from tableparse.labels import (
    Labels,
    applicant_columns,
    applicant_rows,
    fold,
    proactive_columns,
    proactive_rows,
    repair_glyphs,
    review_blocks,
    review_columns,
    split_ordinal,
    squeeze,
)

FORM = printed_form()

ROWS: list[tuple[str, str | None]] = [
    # lost or wrong characters
    ("2.其他法律行政止公开", "denied.prohibited_by_law"),
    ("3.危及三安全一稳定", "denied.security_and_stability"),
    ("3.危及“三安全—稳定”", "denied.security_and_stability"),
    ("3.危及「三安全一稳定」", "denied.security_and_stability"),
    ("1.信访举报投诉类申諳", "declined.petition"),
    ("4.无正当理由大量反复申清", "declined.excessive"),
    ("4.保护第三方台法权益", "denied.third_party_rights"),
    ("1.本机关不掌捱相关政府信息", "unavailable.not_held"),
    # ordinals: dot, ideographic comma, full stop, wide, spaced, none
    ("2.重复申请", "declined.repeat"),
    ("2、重复申请", "declined.repeat"),
    ("2．重复申请", "declined.repeat"),
    ("2. 重复申请", "declined.repeat"),
    ("2 重复申请", "declined.repeat"),
    ("２．重复申请", "declined.repeat"),
    ("（2）重复申请", "declined.repeat"),
    ("重复申请", "declined.repeat"),
    # brackets
    ("（三）不予公开", "#group.denied"),
    ("(三)不予公开", "#group.denied"),
    ("（三） 不予公开", "#group.denied"),
    ("( 三 ) 不予公开", "#group.denied"),
    ("（五）\n不予\n处理", "#group.declined"),
    ("（二）部分公开", "granted_in_part"),
    ("（二）部分公开（区分处理的，只计这一情形，不计其他情形", "granted_in_part"),
    ("（二）部分公开(区分处理的,只计这一情形,不计其他情形)", "granted_in_part"),
    # 、 or , or ， inside （六）
    ("1.申请人无正当理由逾期不补正，行政机关不再处理其政府信息公开申请", "other.not_corrected"),
    ("1.申请人无正当理由逾期不补正,行政机关不再处理其政府信息公开申请", "other.not_corrected"),
    ("2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理", "other.fee_unpaid"),
    # white space of every kind, glyphs of print-to-PDF
    ("一、本年新收政府信息\n公开申请数量", "received"),
    ("二、上年结转\u3000政府信息公开\u00a0申请数量", "carried_in"),
    ("⼀、本年新收政府信息公开申请数量", "received"),
    ("7.属于⾏政执法案卷", "denied.enforcement_file"),
    ("（⼀）予以公开", "granted"),
    ("5.要求⾏政机关确认或重新出具已获取信息", "declined.confirm_or_reissue"),
    # subtotals, the group over all results, and what stands alone
    ("小计", "#subtotal"),
    ("合计", "#subtotal"),
    ("三、本年度办理结果", "#group.results"),
    ("三\n、\n本\n年\n度\n办\n理\n结\n果", "#group.results"),
    ("（七）总计", "processed_total"),
    ("总 计", "processed_total"),
    ("四、结转下年度继续办理", "carried_out"),
    # pieces and other words are no row
    ("（四）无", None),
    ("上年结转", None),
    ("一、本年新收", None),
    ("申请", None),
    ("信息公开", None),
    ("公开", None),
    ("属于信息", None),
    ("予公开", None),  # 不予公开 or 予以公开: not to be told
    ("2024年", None),
    ("", None),
]

COLUMNS: list[tuple[Callable[[], Labels], str, str | None]] = [
    (applicant_columns, "自 然 人", "natural_person"),
    (applicant_columns, "⾃然⼈", "natural_person"),
    (applicant_columns, "商业\n企业", "business"),
    (applicant_columns, "科硏机构", "research"),
    (applicant_columns, "社会公益", "nonprofit"),
    (applicant_columns, "社会公益组织", "nonprofit"),
    (applicant_columns, "法律服务机沟", "legal_service"),
    (applicant_columns, "法律服务", "legal_service"),
    (applicant_columns, "法人或其他组织", "#head"),
    (applicant_columns, "申请人情况", "#head"),
    (applicant_columns, "企业", None),
    (proactive_rows, "规  章", "rules"),
    (proactive_rows, "规范性文件", "normative_documents"),
    (proactive_rows, "⾏政规范性⽂件", "normative_documents"),
    (proactive_rows, "行政事业型收费", "fees"),
    (proactive_rows, "行政", None),
    (proactive_rows, "第二十条第（八）项", "#section"),
    (proactive_rows, "第二十条第 八 项", "#section"),
    (proactive_rows, "信息内容", "#head"),
    (proactive_columns, "现行有效件", "2021:in_force"),
    (proactive_columns, "本年制发\n件数", "2021:issued"),
    (proactive_columns, "处理决定数量", "decisions"),
    (proactive_columns, "本年处理决定数量", "decisions"),
    (proactive_columns, "本年增/", "2019:change"),
    (proactive_columns, "本年增减", "2019:change"),
    (proactive_columns, "本年收费金额(单位:万元)", "2021:amount_10k_yuan"),
    (proactive_columns, "采购总金额", "2019:amount"),
    (review_blocks, "未经复议直接起诉", "litigation_direct"),
    (review_blocks, "未经复议直接起诉的", "litigation_direct"),
    (review_blocks, "复议后起诉", "litigation_after_reconsideration"),
    (review_blocks, "行政诉讼", "#head"),
    (review_blocks, "复议", None),
    (review_columns, "结果\n维持", "upheld"),
    (review_columns, "尚未审结的", "pending"),
    (review_columns, "结果", None),
]


@pytest.mark.parametrize(("text", "key"), ROWS)
def test_rows_of_the_matrix(text: str, key: str | None) -> None:
    """A label of the applicant matrix as real reports print it names its row, or none."""
    found = applicant_rows().match(text)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(("labels", "text", "key"), COLUMNS)
def test_other_labels(labels: Callable[[], Labels], text: str, key: str | None) -> None:
    """Heads and the rows of the small tables as real reports print them."""
    found = labels().match(text)
    assert (found.key if found else None) == key


def _printed_labels() -> Iterator[tuple[Callable[[], Labels], str, str]]:
    """Every label that the fixtures' own description of the form prints, with its key."""
    for key, label, _ in (*FORM["rows_2021"], FORM["other_2019"]):
        yield applicant_rows, label, key
    for key, label in zip(FORM["columns"], FORM["column_labels"], strict=True):
        yield applicant_columns, label, key
    for name in ("2021", "2019"):
        for section in FORM[f"proactive_{name}"]:
            for key, label in section["rows"]:
                yield proactive_rows, label, key
            for key, label in zip(section["columns"], section["labels"], strict=True):
                yield proactive_columns, label, key if key == "decisions" else f"{name}:{key}"
    for key, label in zip(FORM["review_columns"], FORM["review_column_labels"], strict=True):
        yield review_columns, label, key


@pytest.mark.parametrize(("labels", "label", "key"), list(_printed_labels()))
def test_the_forms_own_wording_is_exact(labels: Callable[[], Labels], label: str, key: str) -> None:
    """Both editions' labels are known without any likeness, as the other description of the
    form prints them."""
    found = labels().match(label)
    assert found is not None
    assert (found.key, found.likeness) == (key, 1.0)


@pytest.mark.parametrize(("labels", "label", "key"), list(_printed_labels()))
def test_one_damaged_character_never_names_another_row(
    labels: Callable[[], Labels], label: str, key: str
) -> None:
    """With any one character lost, doubled or misread, a label names its own row or none."""
    bare = split_ordinal(label)[1]
    start = len(label) - len(bare)
    for at in range(start, len(label)):
        for damage in ("", label[at] * 2, "口", "的", "\ufffd"):
            found = labels().match(label[:at] + damage + label[at + 1 :])
            assert found is None or found.key == key, (label[:at], damage, label[at + 1 :])


@MANY
@given(st.data())
def test_two_damaged_characters_never_name_another_row(data: st.DataObject) -> None:
    """The same with any two characters of any row lost or misread."""
    key, label, _ = data.draw(st.sampled_from(FORM["rows_2021"]))
    bare = split_ordinal(label)[1]
    at = data.draw(st.lists(st.integers(0, len(bare) - 1), min_size=2, max_size=2, unique=True))
    damage = data.draw(st.sampled_from(["", "口", "的", "信", "申"]))
    found = applicant_rows().match("".join(damage if i in at else c for i, c in enumerate(bare)))
    if "其他" in bare and len(bare) < 5:
        return  # 其他 and 其他处理 are told apart by ordinal and group
    assert found is None or found.key == key


def test_radicals_stand_for_their_characters() -> None:
    """Every Kangxi radical and compatibility ideograph becomes an ordinary character, as do
    the supplement's radicals in the data; all else stays as printed."""
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFA0E)):
        (plain,) = repair_glyphs(chr(code))
        assert "\u3400" <= plain <= "\u9fff", hex(code)
    assert repair_glyphs("⺠⻅⻓⻔⻋") == "民见长门车"
    assert repair_glyphs("（１）ｱ　é①") == "（１）ｱ　é①"
    for part in read_data("glyphs").values():
        assert all(len(glyph) == 1 for glyph in part)


@MANY
@given(st.text(max_size=30))
def test_folding_is_done_once(text: str) -> None:
    """Folding what is folded changes nothing; there is no white space and no punctuation."""
    once = fold(text)
    assert fold(once) == once
    assert all(c.isalnum() for c in once)


@pytest.mark.parametrize(
    ("text", "ordinal", "rest"),
    [
        ("（三）不予公开", "三", "不予公开"),
        ("( 十二 )其他", "十二", "其他"),
        ("1.属于", "1", "属于"),
        ("10、其他", "10", "其他"),
        ("3 其他", "3", "其他"),
        ("一、本年", "一", "本年"),
        ("⼀、本年", "一", "本年"),
        ("三安全一稳定", "", "三安全一稳定"),
        ("一般公开", "", "一般公开"),
        ("2024年", "", "2024年"),
        ("", "", ""),
    ],
)
def test_ordinal_is_split_off(text: str, ordinal: str, rest: str) -> None:
    """An ordinal is what stands in front with a bracket, a dot or a gap; a numeral that is
    part of the words is none."""
    assert split_ordinal(text) == (ordinal, rest)


def test_squeeze_keeps_what_is_printed() -> None:
    """White space of every kind goes, radicals are mended, widths and marks stay."""
    printed = " 淮安\u3000市\u200b⼈⺠\n政府，２０２４ 年\ufeff"
    assert squeeze(printed) == "淮安市人民政府，２０２４年"


def test_labels_of_an_edition_are_told_apart() -> None:
    """No two rows of one edition share a folded label, but for 其他 and 总计 whose place tells."""
    for form in editions():
        folded = [fold(row.label) for row in form.rows]
        assert len(set(folded)) == len(folded)
