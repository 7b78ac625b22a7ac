"""The report on enrolment, as the ministry's site prints it: one label and one value a line."""

from dataclasses import dataclass
from datetime import date

from simulation.bills.containers.pages import Placed, pdf

TITLE = "教育部学籍在线验证报告"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Where somebody who does not exist studies. The people mentioned are not asked for."""

    name: str
    id_number: str
    born_on: date
    school: str
    level: str
    subject: str
    since: date
    until: date
    on: date
    status: str = "在籍（注册学籍）"
    years: int = 4
    code: str = "SPECIMEN0000"


def report(enrolment: Enrolment) -> bytes:
    """Ethnicity stands in it, as in the real one: a reader has to leave it out."""
    lines = {
        "更新日期": f"{enrolment.on:%Y年%m月%d日}",
        "姓名": enrolment.name,
        "性别": "（虚构）",
        "证件号码": enrolment.id_number,
        "民族": "（虚构）",
        "出生日期": f"{enrolment.born_on:%Y年%m月%d日}",
        "院校": enrolment.school,
        "层次": enrolment.level,
        "院系": "信息学院",
        "班级": "一班",
        "专业": enrolment.subject,
        "学号": "SPECIMEN01",
        "学习形式": "普通全日制",
        "入学日期": f"{enrolment.since:%Y年%m月%d日}",
        "学制": f"{enrolment.years}",
        "学历类别": "普通高等教育",
        "学籍状态": enrolment.status,
        "预计毕业日期": f"{enrolment.until:%Y年%m月%d日}",
        "在线验证码": enrolment.code,
    }
    words = [
        Placed(left, 140 + 24 * index, text, 11)
        for index, (label, value) in enumerate(lines.items())
        for left, text in ((90, label), (220, value))
    ]
    return pdf([[Placed(200, 90, TITLE, 17), *words]], title=TITLE)
