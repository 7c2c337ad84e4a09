"""The systems that are compared: for each a function that loads it once and returns its run.

A run takes the path of a PDF and does the whole job. What it returns is turned to figures
outside of the clock only for gkextract, whose job ends with its report; the rivals' tables
go through the mapping while the clock runs, for without it they have no figures. Floors
give none: they read and throw away.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from bench.counting import report_to_figures
from bench.mapping import Figures, tables_to_figures

Run = Callable[[str], Any]


def load_gkextract() -> Run:
    """The whole job: bytes to a report with proof."""
    import gkextract

    return gkextract.extract


def load_floor() -> Run:
    """PyMuPDF reads every character and every drawing as dictionaries."""
    pymupdf = _quiet_pymupdf()

    def run(path: str) -> None:
        with pymupdf.open(path) as document:
            for page in document:
                page.get_text("rawdict")
                page.get_drawings()

    return run


def load_quick_floor() -> Run:
    """PyMuPDF's cheapest calls that still give characters and drawings."""
    pymupdf = _quiet_pymupdf()

    def run(path: str) -> None:
        with pymupdf.open(path) as document:
            for page in document:
                page.get_texttrace()
                page.get_cdrawings()

    return run


def load_pdfplumber() -> Run:
    """`extract_tables` with its own settings."""
    pdfplumber: Any = import_module("pdfplumber")

    def run(path: str) -> Figures:
        with pdfplumber.open(path) as document:
            return tables_to_figures(t for page in document.pages for t in page.extract_tables())

    return run


def load_camelot_vector() -> Run:
    """`read_pdf`, lattice by the drawn lines."""
    return _camelot(engine="vector")


def load_camelot_raster() -> Run:
    """`read_pdf`, lattice by pictures, with the settings that did best on these documents: at
    its own ones the short rulings of small tables are lost."""
    return _camelot(engine="raster", line_scale=60, iterations=1, erode_iterations=1)


def _camelot(**settings: Any) -> Run:
    from camelot.io import read_pdf

    def run(path: str) -> Figures:
        tables = read_pdf(path, pages="all", flavor="lattice", suppress_stdout=True, **settings)
        return tables_to_figures(table.data for table in tables)

    return run


def load_find_tables() -> Run:
    """PyMuPDF's `find_tables` as it comes."""
    return _find_tables()


def load_find_tables_refined() -> Run:
    """PyMuPDF's `find_tables` with its newer refinement."""
    return _find_tables(refine=True)


def _find_tables(**settings: Any) -> Run:
    pymupdf = _quiet_pymupdf()

    def run(path: str) -> Figures:
        with pymupdf.open(path) as document:
            found = (page.find_tables(**settings).tables for page in document)
            return tables_to_figures(table.extract() for tables in found for table in tables)

    return run


def load_tablers() -> Run:
    """tablers' `find_tables`."""
    tablers: Any = import_module("tablers")

    def run(path: str) -> Figures:
        document = tablers.Document(path)
        try:
            found = (tablers.find_tables(page, extract_text=True) for page in document.pages())
            return tables_to_figures(
                [[cell and cell.text for cell in row.cells] for row in table.rows]
                for tables in found
                for table in tables
            )
        finally:
            document.close()

    return run


def _quiet_pymupdf() -> Any:
    """PyMuPDF without its messages and its advertisement on stdout."""
    pymupdf: Any = import_module("pymupdf")
    pymupdf.TOOLS.mupdf_display_errors(False)
    return pymupdf


def result_to_figures(result: Any) -> Figures | None:
    """Figures of what a run returned; None of a floor."""
    return report_to_figures(result.to_dict()) if hasattr(result, "to_dict") else result


SYSTEMS: dict[str, tuple[Callable[[], Run], str]] = {
    "gkextract": (load_gkextract, "gkextract"),
    "floor": (load_floor, "pymupdf"),
    "quick floor": (load_quick_floor, "pymupdf"),
    "pdfplumber": (load_pdfplumber, "pdfplumber"),
    "camelot vector": (load_camelot_vector, "camelot-py"),
    "camelot raster": (load_camelot_raster, "camelot-py"),
    "find_tables": (load_find_tables, "pymupdf"),
    "find_tables refine": (load_find_tables_refined, "pymupdf"),
    "tablers": (load_tablers, "tablers"),
}
"""Name -> how to load it, and the distribution whose version is told."""
