"""A small XLSX writer: the parts that WeChat's workbooks have, byte for byte the same each time."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape

Cell = str | Decimal | datetime | None

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook holds wall-clock time
STAMP = (2026, 1, 1, 0, 0, 0)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TIME_STYLE, PLAIN_STYLE, AMOUNT_STYLE = 1, 2, 3

CONTENT_TYPES = f"""<Types xmlns="{PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPE}.sharedStrings+xml"/>
</Types>"""
PACKAGE_RELATIONS = f"""<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>"""
WORKBOOK = f"""<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">
<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"""
WORKBOOK_RELATIONS = f"""<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{RELATIONS}/styles" Target="styles.xml"/>
<Relationship Id="rId3" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>
</Relationships>"""
STYLES = f"""<styleSheet xmlns="{MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh\\:mm\\:ss"/>
<numFmt numFmtId="165" formatCode="¥#,##0.00"/></numFmts>
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="1"><fill><patternFill patternType="none"/></fill></fills>
<borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/>
<xf numFmtId="0"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""


def workbook(
    rows: Sequence[Sequence[Cell]], *, has_shared_strings: bool = True, has_styles: bool = True
) -> bytes:
    """Rows as a workbook. Empty cells and empty rows are absent, as in WeChat's own files.

    Without shared strings the words stand in the cells; without styles times are bare serials.
    """
    strings: dict[str, int] | None = {} if has_shared_strings else None
    sheet = sheet_xml(rows, strings, has_styles=has_styles)
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": PACKAGE_RELATIONS,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": WORKBOOK_RELATIONS,
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": strings_xml(strings or {}),
        "xl/worksheets/sheet1.xml": sheet,
    }
    return packed(parts)


def packed(parts: dict[str, str]) -> bytes:
    """The parts as an archive whose bytes depend on nothing else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in parts.items():
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, HEAD + words)
    return buffer.getvalue()


def sheet_xml(
    rows: Sequence[Sequence[Cell]], strings: dict[str, int] | None, *, has_styles: bool
) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = [
            cell_xml(f"{chr(65 + column)}{number}", cell, strings, has_styles=has_styles)
            for column, cell in enumerate(row)
            if cell not in {None, ""}
        ]
        if cells:
            lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def cell_xml(place: str, cell: Cell, strings: dict[str, int] | None, *, has_styles: bool) -> str:
    if isinstance(cell, datetime):
        style = TIME_STYLE if has_styles else PLAIN_STYLE
        return f'<c r="{place}" s="{style}"><v>{serial(cell)!r}</v></c>'
    if isinstance(cell, Decimal):
        style = AMOUNT_STYLE if has_styles else PLAIN_STYLE
        return f'<c r="{place}" s="{style}"><v>{float(cell)!r}</v></c>'
    if strings is None:
        words = f'<is><t xml:space="preserve">{escape(cell or "")}</t></is>'
        return f'<c r="{place}" t="inlineStr">{words}</c>'
    index = strings.setdefault(cell or "", len(strings))
    return f'<c r="{place}" s="{PLAIN_STYLE}" t="s"><v>{index}</v></c>'


def serial(wall: datetime) -> float:
    """Days since the workbook's epoch: 46289.48678240741 is a time to the second."""
    past = wall.replace(tzinfo=None) - EPOCH
    return past.days + past.seconds / 86_400


def strings_xml(strings: dict[str, int]) -> str:
    words = "".join(f'<si><t xml:space="preserve">{escape(each)}</t></si>' for each in strings)
    return f'<sst xmlns="{MAIN}" uniqueCount="{len(strings)}">{words}</sst>'
