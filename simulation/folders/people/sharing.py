"""What a person shares, and in which layout: some almost everything, some a single bill."""

from dataclasses import dataclass

import numpy as np

from simulation.bills.banks import StatementLayout
from simulation.bills.layouts import Layout
from simulation.world import World

S = StatementLayout
Banks = dict[str, tuple[float, tuple[StatementLayout, ...]]]
# Layout: how often people have it. Old exports are rare by now.
WECHAT = {
    Layout.WECHAT_XLSX_2026: 0.55, Layout.WECHAT_XLSX_2025: 0.25, Layout.WECHAT_CSV: 0.14,
    Layout.WECHAT_CSV_QUOTED: 0.06,
}  # fmt: skip
ALIPAY = {
    Layout.ALIPAY_APP_2023: 0.80, Layout.ALIPAY_APP_2021: 0.12, Layout.ALIPAY_WEB: 0.08,
}  # fmt: skip
JD = {Layout.JD_2025: 0.75, Layout.JD_2024: 0.25}
MEITUAN = {Layout.MEITUAN: 1.0}
# Bank: how often, and its layouts.
DEBIT: Banks = {
    "ICBC": (0.18, (S.ICBC_DEBIT, S.ICBC_DEBIT_DETAILED)),
    "CCB": (0.15, (S.CCB_DEBIT,)),
    "ABC": (0.14, (S.ABC_DEBIT, S.ABC_PDF)),
    "BOC": (0.13, (S.BOC_DEBIT, S.BOC_PDF)),
    "CMB": (0.18, (S.CMB_DEBIT, S.CMB_PDF)),
    "BOCOM": (0.09, (S.BOCOM_DEBIT, S.BOCOM_PDF)),
    "SPDB": (0.06, (S.SPDB_DEBIT,)),
    "CGB": (0.04, (S.CGB_DEBIT,)),
    "OTHER": (0.03, (S.PLAIN_CHINESE, S.PLAIN_ENGLISH)),
}
BETWEEN_BANKS = (S.OFX, S.MT940, S.CAMT, S.QIF)
BETWEEN_BANKS_SHARE = 0.30
CREDIT: Banks = {
    "ICBC": (0.25, (S.ICBC_CREDIT,)),
    "BOC": (0.17, (S.BOC_CREDIT,)),
    "BOCOM": (0.14, (S.BOCOM_CREDIT,)),
    "CMB": (0.20, (S.CMB_CREDIT,)),
    "CITIC": (0.14, (S.CITIC_CREDIT,)),
    "CGB": (0.10, (S.CGB_CREDIT,)),
}
# How often somebody who has it shares it; the thin share half as much.
GIVES = {
    "wechat": 0.90, "alipay": 0.78, "jd": 0.45, "meituan": 0.40, "debit": 0.80, "second": 0.55,
    "credit": 0.55, "insurance": 0.60, "student": 0.80, "devices": 0.25, "social": 0.15,
}  # fmt: skip
THIN, LOCKED, LONG_CARD_NAME = 0.45, 0.10, 0.5


@dataclass(frozen=True, slots=True)
class Shares:
    """Which sources a person shares, where they bank, and whether bills come locked."""

    given: frozenset[str]
    wechat: Layout
    alipay: Layout
    jd: Layout
    meituan: Layout
    bank: str
    debit: StatementLayout
    second_bank: str
    second: StatementLayout
    credit_bank: str
    credit: StatementLayout
    is_locked: bool
    has_long_names: bool


def shares_of(world: World, person: int) -> Shares:
    """The same for the same seed and person, whoever else lives."""
    chance = np.random.default_rng((world.seed, 77, person))
    has = owned(world, person)
    scale = THIN if world.people.is_thin[person] else 1.0
    given = {name for name, share in GIVES.items() if chance.random() < share * scale}
    bank, debit = account(chance, DEBIT)
    second_bank, second = account(chance, DEBIT)
    if chance.random() < BETWEEN_BANKS_SHARE:
        second = BETWEEN_BANKS[int(chance.integers(len(BETWEEN_BANKS)))]
    credit_bank, credit = account(chance, CREDIT)
    return Shares(
        given=frozenset(given & has) or frozenset({"wechat"}),
        wechat=one_of(chance, WECHAT),
        alipay=one_of(chance, ALIPAY),
        jd=one_of(chance, JD),
        meituan=one_of(chance, MEITUAN),
        bank=bank,
        debit=debit,
        second_bank=second_bank,
        second=second,
        credit_bank=credit_bank,
        credit=credit,
        is_locked=bool(chance.random() < LOCKED),
        has_long_names=bool(chance.random() < LONG_CARD_NAME),
    )


def owned(world: World, person: int) -> set[str]:
    """What there is to share at all."""
    people = world.people
    optional = {
        "second": people.has_second[person],
        "credit": people.credit_limit_fen[person] > 0,
        "insurance": world.earnings.insured_base_fen[person].any(),
        "student": people.is_student[person],
    }
    return {name for name in GIVES if optional.get(name, True)}


def one_of(chance: np.random.Generator, weights: dict[Layout, float]) -> Layout:
    names = list(weights)
    return names[int(chance.choice(len(names), p=list(weights.values())))]


def account(chance: np.random.Generator, banks: Banks) -> tuple[str, StatementLayout]:
    names = list(banks)
    bank = names[int(chance.choice(len(names), p=[share for share, _ in banks.values()]))]
    layouts = banks[bank][1]
    return bank, layouts[int(chance.integers(len(layouts)))]
