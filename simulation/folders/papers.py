"""Records that are no money, for those who share them: insurance, enrolment, devices, weeks."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from simulation.bills.papers import devices, insurance, student
from simulation.folders.people import faces
from simulation.folders.people.sharing import Shares
from simulation.world import World

DEVICES = (
    ("LAMP", 190, 9),
    ("TELEVISION", 120, 4),
    ("WASHING_MACHINE", 35, 2),
    ("CAMERA", 600, 14),
)
SCHOOLS = ("望川理工大学（虚构）", "云溪师范学院（虚构）", "青榆职业技术学院（虚构）")
BUCKETS = (5, 15, 30, 60)

File = tuple[str, str, bytes]


def of(world: World, person: int, shares: Shares) -> Iterator[File]:
    """Name, source and bytes of each."""
    chance = np.random.default_rng((world.seed, 79, person))
    if "insurance" in shares.given:
        months = insured_months(world, person)
        account = faces.card(world, person, 9)
        yield "社保权益记录单.pdf", "insurance", insurance.statement(months, account)
    if "student" in shares.given:
        yield "学籍在线验证报告.pdf", "student", student.report(enrolment(world, person))
    if "devices" in shares.given:
        rows = device_days(world, person, chance)
        yield "devices.json", "devices", devices.as_json(rows)
    if "social" in shares.given:
        yield "social.csv", "social", devices.as_csv(social_weeks(world, person, chance))


def insured_months(world: World, person: int) -> list[insurance.Month]:
    bases = world.earnings.insured_base_fen[person].tolist()
    return [
        insurance.Month(first, base, faces.employer(person))
        for first, base in zip(world.days.first_of_month, bases, strict=True)
        if base
    ]


def enrolment(world: World, person: int) -> student.Enrolment:
    """Enrolled in the September in which they were eighteen."""
    on = world.days.dates[-1]
    since = on.year - min(3, int(world.people.age[person]) - 18) - (1 if on.month < 9 else 0)
    return student.Enrolment(
        name=faces.name(person),
        id_number="990101********0000",
        born_on=faces.born_on(world, person),
        school=SCHOOLS[person % len(SCHOOLS)],
        level="本科" if person % len(SCHOOLS) < 2 else "专科",
        subject="信息管理",
        since=date(since, 9, 1),
        until=date(since + 4, 7, 1),
        on=on,
    )


def device_days(world: World, person: int, chance: np.random.Generator) -> list[devices.DeviceDay]:
    """Whoever has lost work is more at home; a broken device is silent for days."""
    count = int(chance.integers(1, len(DEVICES) + 1))
    has_work = world.earnings.has_work[person]
    rows = []
    for number, (kind, minutes, events) in enumerate(DEVICES[:count]):
        device = faces.hash_of(world, person * 10 + number, "smart")
        home = np.where(has_work[world.days.month], 1.0, 1.5)
        home *= np.where(world.days.weekday >= 5, 1.25, 1.0)
        used = chance.poisson(minutes * home)
        seen = chance.poisson(events * home)
        is_silent = chance.random(len(world.days)) < 0.03
        rows += [
            devices.DeviceDay(device, kind, day, min(int(on), 1440), int(count_of))
            for day, on, count_of, silent in zip(
                world.days.dates, used, seen, is_silent, strict=True
            )
            if not silent
        ]
    return rows


def social_weeks(
    world: World, person: int, chance: np.random.Generator
) -> list[devices.SocialWeek]:
    """Counts only. They follow nothing that matters for a loan."""
    lively = float(chance.gamma(2.0, 2.0))
    first = world.days.dates[0]
    monday = first + timedelta(days=-first.weekday() % 7)
    weeks = []
    while monday + timedelta(days=7) <= world.days.dates[-1]:
        contacts = int(chance.poisson(8 + 4 * lively))
        bucket = sum(contacts > most for most in BUCKETS)
        posts, seen = int(chance.poisson(lively)), int(chance.poisson(6 * lively))
        active = int(chance.binomial(7, min(0.95, 0.3 + lively / 12)))
        weeks.append(devices.SocialWeek(monday, posts, seen, bucket, active))
        monday += timedelta(days=7)
    return weeks
