"""Liquidity: what lies on the account, where a bank statement tells the balance."""

from functools import partial

import numpy as np

from borrowers.behaviour.contracts import NO_BALANCE, Integers
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import spending_monthly
from scoring.features.frame import (
    PERIOD_DAYS,
    Frame,
    Numbers,
    counted,
    distinct,
    known,
    ratio,
    rows_of,
    shared,
    summed,
)

LOW_FEN = 10_000
FEWEST_ROWS = 5
SOURCES = 128

GROUPS = (Group("LIQUIDITY", 25, Bilingual("Money at hand", "账户余额")),)

_feature = partial(
    Feature, version=1, group="LIQUIDITY", purpose=CONSUMPTION_RECORDS, missing="OWN_BIN"
)


@shared
def told(frame: Frame) -> Integers:
    """The rows of the last 90 days that tell a balance."""
    tells = frame.recorded & (frame.balance_fen != NO_BALANCE)
    return rows_of(tells & (frame.age_days < 90))


@shared
def rows_told(frame: Frame) -> Numbers:
    """How many of them; under five nothing is said."""
    return counted(frame, told(frame))


@shared
def last_balance(frame: Frame) -> Numbers:
    """The latest balance of each bank, added up."""
    rows = told(frame)
    bank = frame.segment[rows] * SOURCES + frame.source[rows]
    order = np.argsort(bank, kind="stable")
    is_last = np.append(bank[order][1:] != bank[order][:-1], True)[: len(rows)]
    latest = rows[order][is_last]
    return known(_summed_balance(frame, latest), rows_told(frame) >= FEWEST_ROWS)


def _summed_balance(frame: Frame, rows: Integers) -> Numbers:
    return summed(frame, rows, frame.balance_fen[rows].astype(np.float64))


@shared
def mean_balance(frame: Frame) -> Numbers:
    """Over the rows that tell one."""
    whole = _summed_balance(frame, told(frame))
    return ratio(whole, rows_told(frame), where=rows_told(frame) >= FEWEST_ROWS)


def lowest_balance(frame: Frame) -> Numbers:
    """The least that was on the account."""
    lowest = np.full(frame.segments, np.inf)
    np.minimum.at(lowest, frame.segment[told(frame)], frame.balance_fen[told(frame)])
    return known(lowest, rows_told(frame) >= FEWEST_ROWS)


def low_days(frame: Frame) -> Numbers:
    """Days on which the balance fell under a hundred yuan."""
    low = told(frame)[frame.balance_fen[told(frame)] < LOW_FEN]
    return known(distinct(frame, low, frame.day), rows_told(frame) >= FEWEST_ROWS)


def balance_variation(frame: Frame) -> Numbers:
    """Standard deviation over mean."""
    rows, mean = told(frame), mean_balance(frame)
    spread = frame.balance_fen[rows] - mean[frame.segment[rows]]
    deviation = np.sqrt(ratio(summed(frame, rows, spread * spread), rows_told(frame)))
    return ratio(deviation, mean)


def buffer_days(frame: Frame) -> Numbers:
    """How long the last balance would carry the usual spending."""
    return ratio(np.maximum(last_balance(frame), 0.0) * PERIOD_DAYS, spending_monthly(frame))


FEATURES = (
    _feature(
        name="balance_last",
        unit=Unit.YUAN,
        risk=-1,
        title=Bilingual("Last balance told", "最近账户余额"),
        justification=Bilingual(
            "A balance carries an instalment until the next pay.", "余额可支撑到下次发薪。"
        ),
        worse=Bilingual("The last balance is low.", "最近余额较低。"),
        better=Bilingual("The last balance is good.", "最近余额较好。"),
        compute=last_balance,
        days=90,
    ),
    _feature(
        name="balance_mean_90d",
        unit=Unit.YUAN,
        risk=-1,
        title=Bilingual("Average balance", "平均余额"),
        justification=Bilingual("A usual balance tells of what is kept.", "平时的余额反映积蓄。"),
        worse=Bilingual("Little is usually kept on the account.", "平时余额较低。"),
        better=Bilingual("Money is usually kept on the account.", "平时余额较好。"),
        compute=mean_balance,
        days=90,
    ),
    _feature(
        name="balance_low_90d",
        unit=Unit.YUAN,
        risk=-1,
        title=Bilingual("Lowest balance", "最低余额"),
        justification=Bilingual(
            "An account that runs empty cannot be debited.", "余额不足时无法扣款。"
        ),
        worse=Bilingual("The account ran nearly empty.", "账户余额曾接近用尽。"),
        better=Bilingual("The account never ran empty.", "账户余额从未用尽。"),
        compute=lowest_balance,
        days=90,
    ),
    _feature(
        name="low_balance_days_90d",
        unit=Unit.DAYS,
        risk=1,
        title=Bilingual("Days with less than ¥100", "余额不足 100 元的天数"),
        justification=Bilingual("A debit on such a day fails.", "这样的日子扣款会失败。"),
        worse=Bilingual(
            "The account was nearly empty on several days.", "有多天账户余额接近用尽。"
        ),
        better=Bilingual("The account was hardly ever empty.", "账户很少余额不足。"),
        compute=low_days,
        days=90,
    ),
    _feature(
        name="balance_variation_90d",
        unit=Unit.RATIO,
        risk=1,
        title=Bilingual("Ups and downs of the balance", "余额波动"),
        justification=Bilingual(
            "Of all figures of an account this one told most of later arrears.",
            "在账户各项指标中，它最能反映日后是否逾期。",
        ),
        worse=Bilingual("The balance moves a lot.", "余额波动较大。"),
        better=Bilingual("The balance is even.", "余额平稳。"),
        compute=balance_variation,
        days=90,
    ),
    _feature(
        name="buffer_days",
        unit=Unit.DAYS,
        risk=-1,
        title=Bilingual("Days that the balance would last", "余额可支撑的天数"),
        justification=Bilingual(
            "A buffer carries a person over a late pay.", "有缓冲才能应对晚发工资。"
        ),
        worse=Bilingual("The balance would last a few days only.", "余额只能支撑几天。"),
        better=Bilingual("The balance would last a good while.", "余额可支撑较长时间。"),
        compute=buffer_days,
        days=90,
    ),
)
