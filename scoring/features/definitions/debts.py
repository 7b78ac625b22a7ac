"""Debts: what is owed elsewhere and what it takes each month, as far as payments tell of it.

Buying now and paying later (花呗, 白条, 月付) and credit cards show as ways of paying; loans show
as money drawn and money paid back.
"""

from functools import partial

import numpy as np

from borrowers.behaviour.contracts import CHANNELS, Category, Direction
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import income_monthly
from scoring.features.definitions.repayment import instalments_fallen_due
from scoring.features.definitions.subscriptions import series_of
from scoring.features.frame import PERIOD_SEEN_DAYS, Frame, Mask, Numbers, known, ratio, shared

REPAID = frozenset({Category.CREDIT_REPAYMENT})
DRAWN = frozenset({Category.CREDIT_DRAWDOWN})
FIXED = frozenset(
    {Category.HOUSING, Category.UTILITIES_TELECOM, Category.INSURANCE_FINANCE, Category.EDUCATION}
)

GROUPS = (Group("DEBTS", 20, Bilingual("Fixed costs and debts", "固定支出与负债")),)

_feature = partial(
    Feature, version=1, group="DEBTS", purpose=CONSUMPTION_RECORDS, missing="OWN_BIN"
)


@shared
def is_known(frame: Frame) -> Mask:
    """Records of a month are enough to see what falls due in a month."""
    return np.greater_equal(frame.history_days, PERIOD_SEEN_DAYS)


@shared
def fixed_costs(frame: Frame) -> Numbers:
    """Housing, supply, insurance and schooling, a month."""
    return known(frame.moved_fen(Direction.OUT, FIXED, days=90) / frame.months, is_known(frame))


@shared
def debt_service(frame: Frame) -> Numbers:
    """Paid to other lenders, a month. A wallet tells of our own instalments too: taken off."""
    told_fen = frame.moved_fen(Direction.OUT, REPAID, days=90)
    own = instalments_fallen_due(frame) & (frame.direction == Direction.OUT)
    owed_fen = np.maximum(told_fen - frame.total(own, days=90), 0.0)
    return known(owed_fen / frame.months, is_known(frame))


def disposable(frame: Frame) -> Numbers:
    """Income less fixed costs and what other lenders take."""
    return income_monthly(frame) - fixed_costs(frame) - debt_service(frame)


def debt_service_share(frame: Frame) -> Numbers:
    """Of the income."""
    return ratio(debt_service(frame), income_monthly(frame))


def _paid_by(frame: Frame, channel: str, *, days: int) -> Numbers:
    return frame.total(frame.spending & (frame.channel == CHANNELS[channel]), days=days)


def pay_later(frame: Frame) -> Numbers:
    """Bought now to be paid later, a month."""
    return known(_paid_by(frame, "BNPL", days=90) / frame.months, is_known(frame))


def by_card(frame: Frame) -> Numbers:
    """Bought by credit card, a month."""
    return known(_paid_by(frame, "CREDIT", days=90) / frame.months, is_known(frame))


@shared
def debts_seen(frame: Frame) -> Numbers:
    """Bought on credit or drawn in half a year, less what was paid back; never below nothing."""
    bought = _paid_by(frame, "BNPL", days=180) + _paid_by(frame, "CREDIT", days=180)
    drawn = frame.moved_fen(Direction.IN, DRAWN, days=180)
    back = frame.moved_fen(Direction.OUT, REPAID, days=180)
    return known(np.maximum(bought + drawn - back, 0.0), is_known(frame))


def debts_to_income(frame: Frame) -> Numbers:
    """In monthly incomes."""
    return ratio(debts_seen(frame), income_monthly(frame))


def instalments_elsewhere(frame: Frame) -> Numbers:
    """Equal amounts paid back every month that still run: instalments of cards and loans."""
    paid = frame.recorded & frame.moved(Direction.OUT) & frame.among(REPAID)
    return series_of(frame, paid).running


FEATURES = (
    _feature(
        name="fixed_costs_monthly_90d",
        unit=Unit.YUAN,
        risk=1,
        title=Bilingual("Fixed costs a month", "每月固定支出"),
        justification=Bilingual(
            "Rent, supply and schooling come before an instalment.",
            "房租、水电和学费要先于还款支付。",
        ),
        worse=Bilingual("Fixed costs take much.", "固定支出较多。"),
        better=Bilingual("Fixed costs are moderate.", "固定支出适中。"),
        compute=fixed_costs,
        days=90,
    ),
    _feature(
        name="debt_service_monthly_90d",
        unit=Unit.YUAN,
        risk=1,
        title=Bilingual("Paid to other lenders a month", "每月偿还其他借款"),
        justification=Bilingual(
            "Other instalments fall due beside ours.", "其他借款也要按期偿还。"
        ),
        worse=Bilingual("Other lenders take much each month.", "每月偿还其他借款较多。"),
        better=Bilingual("Other lenders take little each month.", "每月偿还其他借款较少。"),
        compute=debt_service,
        days=90,
    ),
    _feature(
        name="disposable_monthly_90d",
        unit=Unit.YUAN,
        risk=-1,
        title=Bilingual("Free after fixed costs and debts", "扣除固定支出和还款后可用"),
        justification=Bilingual(
            "What is free after what must be paid can carry an instalment.",
            "扣除必须支付的部分，剩余才可用于还款。",
        ),
        worse=Bilingual(
            "Little is free after fixed costs and debts.", "扣除固定支出和还款后所剩不多。"
        ),
        better=Bilingual(
            "Enough is free after fixed costs and debts.", "扣除固定支出和还款后仍有余力。"
        ),
        compute=disposable,
        days=90,
    ),
    _feature(
        name="debt_service_share_90d",
        unit=Unit.SHARE,
        risk=1,
        title=Bilingual("Share of the income for other lenders", "收入中偿还其他借款的占比"),
        justification=Bilingual(
            "The more of the income is promised, the less is left to promise.",
            "收入已用于还款的部分越多，余下的越少。",
        ),
        worse=Bilingual(
            "Much of the income goes to other lenders.", "收入中较大部分用于偿还其他借款。"
        ),
        better=Bilingual(
            "Little of the income goes to other lenders.", "收入中用于偿还其他借款的部分较少。"
        ),
        compute=debt_service_share,
        days=90,
    ),
    _feature(
        name="pay_later_monthly_90d",
        unit=Unit.YUAN,
        risk=1,
        title=Bilingual(
            "Bought to pay later, a month (Huabei, Baitiao, monthly pay)",
            "每月先买后付（花呗、白条、月付）",
        ),
        justification=Bilingual(
            "What was bought to be paid later is owed already.", "先买后付的消费已经构成欠款。"
        ),
        worse=Bilingual("Much is bought to be paid later.", "先买后付的消费较多。"),
        better=Bilingual("Little is bought to be paid later.", "先买后付的消费较少。"),
        compute=pay_later,
        days=90,
    ),
    _feature(
        name="card_monthly_90d",
        unit=Unit.YUAN,
        risk=1,
        title=Bilingual("Paid by credit card a month", "每月信用卡消费"),
        justification=Bilingual(
            "A card bill falls due beside our instalment.", "信用卡账单也要按期偿还。"
        ),
        worse=Bilingual("Much is paid by credit card.", "信用卡消费较多。"),
        better=Bilingual("Little is paid by credit card.", "信用卡消费较少。"),
        compute=by_card,
        days=90,
    ),
    _feature(
        name="debts_seen_180d",
        unit=Unit.YUAN,
        risk=1,
        title=Bilingual("Debts seen in half a year", "近半年可见负债"),
        justification=Bilingual(
            "All debts count, whatever their name.", "各种名义的欠款都应计入。"
        ),
        worse=Bilingual(
            "The records show debts that are not yet paid back.", "记录显示有尚未还清的欠款。"
        ),
        better=Bilingual("The records show hardly any open debt.", "记录中几乎没有未还欠款。"),
        compute=debts_seen,
        days=180,
    ),
    _feature(
        name="debts_to_income_180d",
        unit=Unit.RATIO,
        risk=1,
        title=Bilingual("Debts seen, in monthly incomes", "可见负债相当于几个月收入"),
        justification=Bilingual(
            "A debt weighs by the income that has to carry it.", "负债轻重取决于收入。"
        ),
        worse=Bilingual("The debts seen are high for the income.", "可见负债相对收入偏高。"),
        better=Bilingual("The debts seen are low for the income.", "可见负债相对收入较低。"),
        compute=debts_to_income,
        days=180,
    ),
    _feature(
        name="instalments_elsewhere",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("Instalments that run elsewhere", "其他在还分期笔数"),
        justification=Bilingual(
            "Each running instalment takes its part every month.", "每笔在还分期每月都要占用收入。"
        ),
        worse=Bilingual("Several instalments run elsewhere.", "在其他机构有多笔在还分期。"),
        better=Bilingual(
            "No or few instalments run elsewhere.", "在其他机构没有或很少有在还分期。"
        ),
        compute=instalments_elsewhere,
        days=400,
        missing="ZERO",
    ),
)
