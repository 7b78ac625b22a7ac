"""Student status: the online verification report of 学信网 (CHSI), printed.

Ethnicity, photo, number, sex and date of birth are left where they are: nothing that is read here
leaves this module but school, level, status, the two days, and a fingerprint of the code.
"""

import re
from datetime import date

from borrowers.connectors.contracts import BillReading, Document, Pages, Quarantined, Source
from borrowers.connectors.header import FIRST_YEAR, LAST_YEAR, RowUnreadable
from borrowers.connectors.records import printed
from borrowers.connectors.records.facts import Fact, Paper, reading_of
from borrowers.connectors.tables.events import digest

TITLE = re.compile("学籍在线验证报告|学籍验证报告|学信网|教育部学籍")
NEEDED = {"院校": ("院校", "学校名称", "院校名称"), "学籍状态": ("学籍状态",)}
SCHOOL = ("院校", "学校名称", "院校名称")
LEVEL = ("层次", "学历层次", "培养层次")
START = ("入学日期", "入学时间")
END = ("预计毕业日期", "预计毕业时间", "离校日期")
STATUS = ("学籍状态",)
UPDATED = ("更新日期", "报告日期")
CODE_LABELS = ("在线验证码", "验证码")
# Labels whose values nobody takes: known only so that no value runs on into them.
LEFT_OUT = (
    "姓名", "性别", "证件号码", "身份证号", "民族", "出生日期", "出生年月", "院系", "分院", "系所",
    "系", "班级", "专业", "专业名称", "学号", "学习形式", "学制", "学历类别", "类型", "学历类型",
    "考生号", "照片", "报告有效期", "有效期至",
)  # fmt: skip
LABELS = (*SCHOOL, *LEVEL, *START, *END, *STATUS, *UPDATED, *CODE_LABELS, *LEFT_OUT)
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2}))?")
CODE = re.compile(r"[A-Za-z0-9]{12,18}")
LEVELS = (
    ("DOCTOR", ("博士",)),
    ("MASTER", ("硕士", "研究生")),
    ("BACHELOR", ("本科",)),
    ("COLLEGE", ("专科", "高职")),
)
STATES = (
    ("LEFT", ("毕业", "结业", "肄业", "退学", "开除", "注销", "不在籍", "未在籍")),
    ("SUSPENDED", ("休学", "保留学籍", "保留入学")),
    ("ENROLLED", ("在籍", "注册学籍", "在校")),
)
LONGEST_NAME = 60
CHARACTERS_OF_HASH = 32


class StudentStatus:
    """The connector of the report."""

    kind: str = "STUDENT_STATUS"
    version: str = "1"
    source: Source = Source.STUDENT_STATUS
    purpose: str = "STUDENT_STATUS"
    reads: type[Document] = Pages

    def recognises(self, pages: Pages) -> bool:
        """By its title and the one field that no other paper has."""
        text = printed.whole_text(pages)
        return TITLE.search(text) is not None and "学籍状态" in "".join(text.split())

    def read(self, pages: Pages) -> BillReading:
        """One report is one row. Raises UnreadableRows where what is needed is not there."""
        said = printed.fields(printed.whole_text(pages), LABELS)
        code = code_in(first(said, CODE_LABELS))
        facts: list[Fact] = []
        quarantined: list[Quarantined] = []
        try:
            facts.append(fact(said, code))
        except RowUnreadable as unreadable:
            quarantined.append(Quarantined(1, unreadable.code))
        paper = Paper(
            source=self.source,
            dialect="STUDENT_STATUS",
            encoding="pdf",
            version=self.version,
            verification_code=code,
        )
        return reading_of(facts, quarantined, paper)


def fact(said: dict[str, str], code: str) -> Fact:
    """What the report says, without who it is about. Raises RowUnreadable."""
    school = "".join(first(said, SCHOOL).split())[:LONGEST_NAME]
    status = first(said, STATUS)
    if not school:
        raise RowUnreadable("SCHOOL_MISSING")
    if not status:
        raise RowUnreadable("STATUS_MISSING")
    start = day(first(said, START))
    end = day(first(said, END))
    on = day(first(said, UPDATED)) or start
    if on is None:
        raise RowUnreadable("TIME_UNREADABLE")
    metrics = {
        "school": school,
        "level": coded(first(said, LEVEL), LEVELS),
        "status": coded(status, STATES),
        "start": start.isoformat() if start else "",
        "expected_end": end.isoformat() if end else "",
        "code_hash": digest("CHSI", code).hex()[:CHARACTERS_OF_HASH] if code else "",
    }
    return Fact(row_number=1, on=on, metrics=metrics, identity=(on, *metrics.values()))


def first(said: dict[str, str], labels: tuple[str, ...]) -> str:
    return next((said[label] for label in labels if label in said), "")


def coded(words: str, codes: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """The code of the words, `OTHER` for words that nobody told us."""
    return next((code for code, marks in codes if any(each in words for each in marks)), "OTHER")


def day(words: str) -> date | None:
    """A day, or the first of a month where only the month is told."""
    match = DAY.search(words)
    if match is None or not FIRST_YEAR <= int(match.group(1)) <= LAST_YEAR:
        return None
    try:
        return date(int(match.group(1)), int(match.group(2)), int(match.group(3) or 1))
    except ValueError:
        return None


def code_in(words: str) -> str:
    match = CODE.search("".join(words.split()))
    return match.group() if match else ""


PAGES = StudentStatus()
