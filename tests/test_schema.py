"""The JSON Schema and the data dictionary: what the program writes is what they say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
from conftest import REPORTS, Ran
from exporting import ERROR, documents

import gkextract
from tableparse import schema as made
from tableparse.dictionary import dictionary, dictionary_columns, dictionary_rows, systems
from tableparse.formdata import edition, editions, read_data

Cli = Callable[..., Ran]


def validator(kind: str) -> jsonschema.Draft202012Validator:
    """A validator of one kind of document."""
    return jsonschema.Draft202012Validator(gkextract.schema(kind))


@pytest.mark.parametrize("kind", made.KINDS)
def test_schema_is_sound(kind: str) -> None:
    """The schema is valid JSON Schema 2020-12, uses all its definitions, and every object in it
    is closed or by path."""
    schema = gkextract.schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    for name in schema["$defs"]:
        assert f'"#/$defs/{name}"' in text, name
    for part in objects(schema):
        closed = part["additionalProperties"]
        assert closed is False or "propertyNames" in part


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema that describes an object."""
    if isinstance(value, dict):
        if value.get("type") == "object":
            yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def test_unknown_kind() -> None:
    """Another kind is the caller's mistake."""
    with pytest.raises(ValueError, match="kind must be one of"):
        gkextract.schema("table")


@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.expected.json")), ids=lambda p: p.stem)
def test_golden_figures_are_valid(path: Any) -> None:
    """The tables of every golden are what the schema allows, for a golden is not made by the
    code that the schema is made from."""
    golden = json.loads(path.read_text(encoding="utf-8"))
    report = {**documents()[0], **{k: v for k, v in golden.items() if k != "narrative_headings"}}
    validator("report").validate(report)


def test_what_is_written_is_valid() -> None:
    """Reports of every status with and without evidence, and errors, are valid; a line is
    either."""
    for document in documents():
        kind = "error" if "error" in document else "report"
        validator(kind).validate(document)
        validator("line").validate(document)
        if kind == "report":
            del document["evidence"]
            validator(kind).validate(document)
    validator("error").validate({"source": None, "error": ERROR["error"]})


DELETED = object()
MATRIX = ("applications", "rows", "received")


@pytest.mark.parametrize(
    ("place", "value"),
    [(("extra",), 1), (("status",), "good"), (("status",), DELETED), (("year",), "2024"),
     ((*MATRIX, 0), "1"), (MATRIX, [1] * 6), (("applications", "form"), "2020"),
     (("applications", "rows", "other"), [1] * 7), (("review", "reconsideration", "won"), 1),
     (("proactive", "rules", "issued"), DELETED), (("proactive", "rules", "issued"), "1"),
     (("schema_version",), "2.0"), (("findings",), [{"code": "a.b"}]), (("region",), "320800"),
     (("source", "sha256"), "abc"), (("evidence", "nowhere"), {}), (("checks", "held"), -1)],
    ids=str,
)  # fmt: skip
def test_schema_refuses(place: tuple[Any, ...], value: Any) -> None:
    """A key too many, one too few, another kind of value: not valid."""
    document: Any = documents()[0]
    validator("report").validate(document)
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    if value is DELETED:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    assert not validator("report").is_valid(document)
    assert not validator("line").is_valid(document)


def test_command_prints_schema_and_dictionary(run_cli: Cli) -> None:
    """`gkextract schema` prints what the library gives, `--dictionary` the dictionary as CSV."""
    assert run_cli("schema").json() == gkextract.schema("line")
    for kind in made.KINDS:
        assert run_cli("schema", kind).json() == gkextract.schema(kind)
    rows = list(csv.DictReader(io.StringIO(run_cli("schema", "--dictionary").out)))
    given = [{k: v or "" for k, v in row.items()} for row in gkextract.dictionary()]
    assert rows == given


def test_dictionary_has_every_figure_once() -> None:
    """Every cell of both editions is in the dictionary under its path, once, with its editions;
    every figure of every report is."""
    found = {f.path: f for f in dictionary()}
    assert len(found) == len(dictionary())
    for form in editions():
        for row in form.rows:
            for column in form.applicants:
                assert form.name in found[f"applications.{row.key}.{column.key}"].editions
        for section in form.proactive:
            for row in section.rows:
                for column in section.columns:
                    assert form.name in found[f"proactive.{row.key}.{column.key}"].editions
        for block in form.blocks:
            for column in form.outcomes:
                assert form.name in found[f"review.{block.key}.{column.key}"].editions
    for document in documents():
        if "error" not in document:
            report = gkextract.Report.from_json(json.dumps(document))
            assert {path for path, _ in report.figures()} <= set(found)


def test_figures_of_a_row_are_numbered_in_order() -> None:
    """In the dictionary the figures of a row of the second and third table follow one another in
    the order of the form's columns: the views of the database count on it."""
    form, numbers = edition("2021"), {f.path: i for i, f in enumerate(dictionary())}
    keys = {f.row for f in dictionary() if f.table == "applications"}
    for row in keys:
        found = [numbers[f"applications.{row}.{c.key}"] for c in form.applicants]
        assert found == list(range(found[0], found[0] + 7))
    for block in form.blocks:
        found = [numbers[f"review.{block.key}.{c.key}"] for c in form.outcomes]
        assert found == list(range(found[0], found[0] + 5))


def test_short_names_fit() -> None:
    """Short names are unique, at most 32 characters, and no name of a column of `reports`."""
    from extract.exports.records import tables

    shorts = [f.short for f in dictionary()]
    assert len(set(shorts)) == len(shorts)
    assert max(map(len, shorts)) <= 32
    assert not set(shorts) & {c.name for c in tables()["reports"]}


def test_crosswalk_is_whole() -> None:
    """Every figure of the 2021 edition has a key in every other system, no key twice; what the
    2019 edition alone has, has none; no entry names a row or column that is not the form's."""
    for name in systems():
        keys = [f.crosswalk[name] for f in dictionary() if f.crosswalk]
        assert len(set(keys)) == len(keys)
    for figure in dictionary():
        assert set(figure.crosswalk) in (set(), set(systems()))
        if "2021" in figure.editions:
            assert figure.crosswalk, figure.path
    form, data = edition("2021"), read_data("crosswalk")
    known = {
        "applications": (form.rows, form.applicants),
        "review": (form.blocks, form.outcomes),
        "proactive": (
            [row for s in form.proactive for row in s.rows],
            [column for s in form.proactive for column in s.columns],
        ),
    }
    for table, (rows, columns) in known.items():
        assert set(data[table]["rows"]) == {r.key for r in rows}
        assert set(data[table]["columns"]) == {c.key for c in columns}


@pytest.mark.parametrize(
    ("path", "unit"),
    [("proactive.rules.issued", "documents"), ("proactive.permits.decisions", "decisions"),
     ("proactive.fees.amount_10k_yuan", "10000 yuan"), ("proactive.fees.change", "items"),
     ("proactive.procurement.amount", "as printed"), ("applications.other.other", "requests"),
     ("applications.granted.total", "requests"), ("review.reconsideration.other", "cases")],
)  # fmt: skip
def test_units(path: str, unit: str) -> None:
    """A figure is counted in what its row and column say."""
    (figure,) = [f for f in dictionary() if f.path == path]
    assert figure.unit == unit


def test_dictionary_rows_fit_their_columns() -> None:
    """Every row has as many fields as there are columns."""
    assert {len(row) for row in dictionary_rows()} == {len(dictionary_columns())}
