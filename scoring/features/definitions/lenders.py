"""Lenders: credit of others, as far as the records tell of it."""

from functools import partial

import numpy as np

from borrowers.behaviour.contracts import Category, Direction, Integers
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import enough_purchases_90d, spent_90d
from scoring.features.definitions.repayment import instalments_fallen_due
from scoring.features.frame import (
    PERIOD_DAYS,
    WINDOW_DAYS,
    Frame,
    Numbers,
    added,
    counted,
    distinct,
    ratio,
    rows_of,
    shared,
)

FAR_DAYS = 1_000
ROLLOVER_DAYS = 3
DRAWN = frozenset({Category.CREDIT_DRAWDOWN})
CREDIT = frozenset({Category.CREDIT_REPAYMENT, Category.CREDIT_DRAWDOWN})

GROUPS = (Group("LENDERS", 70, Bilingual("Credit elsewhere", "其他信贷")),)

_feature = partial(Feature, version=1, group="LENDERS", purpose=CONSUMPTION_RECORDS, missing="ZERO")


def credit_share(frame: Frame) -> Numbers:
    """Credit of others. A wallet tells of our own instalments too: as much is taken off again."""
    told_fen = added(np.stack([frame.moved_fen(way, CREDIT, days=90) for way in Direction], axis=1))
    own_fen = frame.total(instalments_fallen_due(frame), days=90)
    credit_fen = np.maximum(told_fen - own_fen, 0)
    whole = credit_fen + spent_90d(frame)
    return ratio(credit_fen, whole, where=enough_purchases_90d(frame))


@shared
def credit_rows(frame: Frame) -> Integers:
    """Money drawn from lenders and paid back to them, in half a year."""
    known_party = frame.recorded & (frame.party != 0) & frame.among(CREDIT)
    return rows_of(known_party & (frame.age_days < WINDOW_DAYS))


@shared
def lenders(frame: Frame) -> Numbers:
    """How many different lenders are seen."""
    return distinct(frame, credit_rows(frame), frame.party)


def new_lenders(frame: Frame) -> Numbers:
    """Those of the last 90 days that were not seen in the 90 before."""
    rows = credit_rows(frame)
    return lenders(frame) - distinct(frame, rows[frame.age_days[rows] >= 90], frame.party)


@shared
def drawdowns(frame: Frame) -> Numbers:
    """How often money was drawn."""
    return frame.moved_count(Direction.IN, DRAWN, days=90)


def drawn_monthly(frame: Frame) -> Numbers:
    """How much was drawn, a month."""
    return frame.moved_fen(Direction.IN, DRAWN, days=90) / frame.months


def overlapping(frame: Frame) -> Numbers:
    """To how many lenders money went back within one of the last three months, at most."""
    rows = credit_rows(frame)
    rows = rows[frame.category[rows] == Category.CREDIT_REPAYMENT]
    period = frame.age_days[rows] // PERIOD_DAYS
    most = np.zeros(frame.segments)
    for each in range(3):
        most = np.maximum(most, distinct(frame, rows[period == each], frame.party))
    return most


def rollovers(frame: Frame) -> Numbers:
    """Money drawn within three days of a repayment: one debt paid with the next."""
    rows = credit_rows(frame)
    # One number for a person's day, rising with the rows.
    at = frame.segment[rows] * FAR_DAYS + WINDOW_DAYS - frame.age_days[rows]
    is_drawn = frame.category[rows] == Category.CREDIT_DRAWDOWN
    paid, drawn = at[~is_drawn], at[is_drawn]
    first = np.searchsorted(paid, drawn - ROLLOVER_DAYS, side="left")
    end = np.searchsorted(paid, drawn + ROLLOVER_DAYS, side="right")
    return counted(frame, rows[is_drawn][end > first])


FEATURES = (
    Feature(
        name="credit_share_90d",
        version=1,
        unit=Unit.SHARE,
        group="LENDERS",
        risk=1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Share of other credit in payments", "其他信贷占比"),
        justification=Bilingual(
            "What goes to other lenders is not there for us.",
            "付给其他机构的钱无法用于偿还本借款。",
        ),
        worse=Bilingual("Much of the money goes through other credit.", "资金中其他信贷占比较高。"),
        better=Bilingual(
            "Little of the money goes through other credit.", "资金中其他信贷占比较低。"
        ),
        missing="OWN_BIN",
        compute=credit_share,
        days=90,
    ),
    _feature(
        name="lenders_180d",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("Different lenders", "不同贷款机构数"),
        justification=Bilingual(
            "Each lender counts on the same income.", "每家机构都指望同一份收入。"
        ),
        worse=Bilingual("Several lenders are seen.", "可见多家贷款机构。"),
        better=Bilingual("No or few other lenders are seen.", "没有或很少其他贷款机构。"),
        compute=lenders,
        days=180,
    ),
    _feature(
        name="new_lenders_90d",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("New lenders", "新增贷款机构数"),
        justification=Bilingual(
            "New debts in a short time come before arrears.", "短期新增负债往往先于逾期。"
        ),
        worse=Bilingual("New lenders came in the last months.", "近期新增了贷款机构。"),
        better=Bilingual("No new lender came in the last months.", "近期没有新增贷款机构。"),
        compute=new_lenders,
        days=180,
    ),
    _feature(
        name="drawdowns_90d",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("Loans drawn elsewhere", "其他借款次数"),
        justification=Bilingual(
            "Borrowing often means that money does not last.", "频繁借款说明资金不够用。"
        ),
        worse=Bilingual("Money was drawn from lenders several times.", "多次向其他机构借款。"),
        better=Bilingual("Hardly any money was drawn from lenders.", "很少向其他机构借款。"),
        compute=drawdowns,
        days=90,
    ),
    _feature(
        name="drawn_monthly_90d",
        unit=Unit.YUAN,
        risk=1,
        title=Bilingual("Drawn from lenders a month", "每月借入金额"),
        justification=Bilingual(
            "What is borrowed each month must be paid back from the next ones.",
            "每月借入的钱要由以后的收入偿还。",
        ),
        worse=Bilingual("Much is borrowed each month.", "每月借入较多。"),
        better=Bilingual("Little is borrowed each month.", "每月借入较少。"),
        compute=drawn_monthly,
        days=90,
    ),
    _feature(
        name="overlapping_lenders_90d",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("Lenders repaid in the same month", "同月偿还的机构数"),
        justification=Bilingual(
            "Repayments that overlap are how debts pile up.", "同时偿还多家是债务累积的表现。"
        ),
        worse=Bilingual("Several lenders are repaid at the same time.", "同时偿还多家机构。"),
        better=Bilingual("At most one lender is repaid at a time.", "同时最多偿还一家机构。"),
        compute=overlapping,
        days=90,
    ),
    _feature(
        name="rollovers_180d",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("Debts paid with new ones", "借新还旧次数"),
        justification=Bilingual(
            "A debt that is paid with the next one only grows.", "借新还旧只会使债务增加。"
        ),
        worse=Bilingual("Money was borrowed around repayments.", "还款前后有新的借款。"),
        better=Bilingual("Repayments came out of own money.", "还款来自自有资金。"),
        compute=rollovers,
        days=180,
    ),
)
