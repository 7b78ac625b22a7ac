"""Papers of invented people: insurance, enrolment, devices, activity. SPECIMEN, all of it."""

import json
from collections.abc import Iterable, Sequence

from simulation.bills.containers.pages import Placed, pdf

INSURANCE_HEADINGS = (
    "缴费年月", "险种", "缴费基数", "单位缴纳额", "个人缴纳额", "参保单位", "缴费状态",
)  # fmt: skip
COLUMNS_AT = (40, 110, 190, 260, 330, 400, 520)
EMPLOYER = "虚构示例科技有限公司"
INSURANCE_CODE = "SB2026SPECIMEN01"
STUDENT_CODE = "A1B2C3D4E5F6G7H8"
MONTHS = ("2026-01", "2026-02", "2026-05")


def insurance_rows(months: Iterable[str] = MONTHS, employer: str = EMPLOYER) -> list[list[str]]:
    """Pension and medical of each month."""
    return [
        [month, insurance, "8,000.00", by_employer, by_person, employer, "正常缴费"]
        for month in months
        for insurance, by_employer, by_person in (
            ("职工基本养老保险", "1,280.00", "640.00"),
            ("职工基本医疗保险", "784.00", "163.00"),
        )
    ]


def insurance_csv(rows: Sequence[Sequence[str]] | None = None) -> bytes:
    """The record as a table, under the usual lines about whose it is."""
    lines = [
        ["社会保险个人权益记录单 SPECIMEN"],
        ["姓名", "林某某", "社会保障号码", "990101199803140018"],
        [f"验证码：{INSURANCE_CODE}"],
        list(INSURANCE_HEADINGS),
        *(insurance_rows() if rows is None else rows),
    ]
    text = "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    return (text + "\r\n").encode("utf-8-sig")


def insurance_pdf(rows: Sequence[Sequence[str]] | None = None) -> bytes:
    """The same, printed on as many pages as it takes."""
    given = list(insurance_rows() if rows is None else rows)
    pages = []
    for first in range(0, len(given), 20):
        page = [
            Placed(200, 60, "社会保险个人权益记录单", 14),
            Placed(40, 90, "姓名：林某某"),
            Placed(200, 90, "社会保障号码：990101199803140018"),
            *(
                Placed(at, 120, name)
                for at, name in zip(COLUMNS_AT, INSURANCE_HEADINGS, strict=True)
            ),
        ]
        for place, row in enumerate(given[first : first + 20]):
            top = 140 + place * 16
            page += [Placed(at, top, cell, 7) for at, cell in zip(COLUMNS_AT, row, strict=True)]
        page.append(Placed(40, 700, f"验证码：{INSURANCE_CODE}"))
        pages.append(page)
    return pdf(pages, title="参保缴费证明", width=640)


STUDENT = (
    ("姓名", "林某某"),
    ("性别", "女"),
    ("证件号码", "990101200603140011"),
    ("民族", "虚构族"),
    ("出生日期", "2006年03月14日"),
    ("院校", "虚构示例大学"),
    ("层次", "本科"),
    ("院系", "示例学院"),
    ("班级", "示例一班"),
    ("专业", "示例专业"),
    ("学号", "20240001"),
    ("学习形式", "普通全日制"),
    ("入学日期", "2024年09月01日"),
    ("学制", "4 年"),
    ("学历类别", "普通高等教育"),
    ("学籍状态", "在籍（注册学籍）"),
    ("预计毕业日期", "2028年07月01日"),
)


def student_pdf(
    fields: Sequence[tuple[str, str]] = STUDENT, *, columns: int = 1, code: str = STUDENT_CODE
) -> bytes:
    """The report, with one or two fields a line."""
    page = [
        Placed(200, 60, "教育部学籍在线验证报告", 14),
        Placed(400, 90, "更新日期：2026年10月12日"),
    ]
    for place, (label, value) in enumerate(fields):
        left, top = 60 + 270 * (place % columns), 120 + 20 * (place // columns)
        page += [Placed(left, top, label), Placed(left + 80, top, value)]
    page += [Placed(60, 620, "在线验证码"), Placed(140, 620, code)]
    return pdf([page], title="教育部学籍在线验证报告")


DEVICE_DAYS = (("washing_machine", "2026-10-01", 62, 2), ("lamp", "2026-10-01", 240, 6))
WEEKS = (("2026-W40", 3, 41, 2, 6), ("2026-W41", 0, 12, 2, 4))


def device_json(days: Sequence[tuple[object, ...]] = DEVICE_DAYS, **more: object) -> bytes:
    names = ("device_type", "day", "on_minutes", "events")
    rows = [dict(zip(names, day, strict=True)) | more for day in days]
    return json.dumps({"kind": "device_usage", "rows": rows}).encode()


def device_csv(days: Sequence[tuple[object, ...]] = DEVICE_DAYS, also: str = "") -> bytes:
    head = "device_type,day,on_minutes,events" + (f",{also}" if also else "")
    lines = [",".join(map(str, day)) + (",x" if also else "") for day in days]
    return "\n".join([head, *lines, ""]).encode()


def social_json(weeks: Sequence[tuple[object, ...]] = WEEKS, **more: object) -> bytes:
    names = ("week", "own_posts", "interactions", "contacts_bucket", "active_days")
    rows = [dict(zip(names, week, strict=True)) | more for week in weeks]
    return json.dumps({"kind": "social_activity", "rows": rows}).encode()


def social_csv(weeks: Sequence[tuple[object, ...]] = WEEKS) -> bytes:
    head = "week,own_posts,interactions,contacts_bucket,active_days"
    return "\n".join([head, *(",".join(map(str, week)) for week in weeks), ""]).encode()
