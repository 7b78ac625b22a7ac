"""Every layout of a statement by name, and the one call that writes any of them."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from simulation.bills.banks import abc, boc, bocom, ccb, cgb, citic, cmb, icbc, plain, printed, spdb
from simulation.bills.banks.entries import Account, Entry
from simulation.bills.interchange import camt, mt940, ofx, qif


class StatementLayout(StrEnum):
    """What banks hand out, in their own tables, as pages, and in the formats between banks."""

    ICBC_DEBIT = "ICBC_DEBIT"
    ICBC_DEBIT_DETAILED = "ICBC_DEBIT_DETAILED"
    ICBC_CREDIT = "ICBC_CREDIT"
    CCB_DEBIT = "CCB_DEBIT"
    ABC_DEBIT = "ABC_DEBIT"
    BOC_DEBIT = "BOC_DEBIT"
    BOC_CREDIT = "BOC_CREDIT"
    BOCOM_DEBIT = "BOCOM_DEBIT"
    BOCOM_CREDIT = "BOCOM_CREDIT"
    CMB_DEBIT = "CMB_DEBIT"
    CMB_CREDIT = "CMB_CREDIT"
    CITIC_CREDIT = "CITIC_CREDIT"
    SPDB_DEBIT = "SPDB_DEBIT"
    CGB_DEBIT = "CGB_DEBIT"
    CGB_CREDIT = "CGB_CREDIT"
    PLAIN_CHINESE = "PLAIN_CHINESE"
    PLAIN_ENGLISH = "PLAIN_ENGLISH"
    CMB_PDF = "CMB_PDF"
    BOC_PDF = "BOC_PDF"
    ABC_PDF = "ABC_PDF"
    BOCOM_PDF = "BOCOM_PDF"
    OFX = "OFX"
    MT940 = "MT940"
    CAMT = "CAMT"
    QIF = "QIF"

    @property
    def is_credit(self) -> bool:
        return self.endswith("_CREDIT")

    @property
    def is_table_of_a_bank(self) -> bool:
        """A debit card's own table or pages, and not what banks exchange."""
        return not self.is_credit and "_" in self and not self.startswith("PLAIN")

    @property
    def has_seconds(self) -> bool:
        """Does it tell the time of day?"""
        return self in TIMED

    @property
    def has_balances(self) -> bool:
        """Does every row say what the account held after it?"""
        return self not in UNBALANCED

    @property
    def has_years(self) -> bool:
        """Does every row say its year? Where none does, a file holds a year at most."""
        return self != StatementLayout.CMB_CREDIT

    @property
    def is_newest_first(self) -> bool:
        """Does the latest row stand on top?"""
        return self in NEWEST_FIRST

    @property
    def file_name(self) -> str:
        """A name as banks give it; readers must not look at it."""
        bank = self.partition("_")[0]
        return f"{NAMES.get(bank, bank.lower())}.{suffix(self)}"


Writer = Callable[[Sequence[Entry], Account], bytes]
L = StatementLayout
WRITERS: dict[StatementLayout, Writer] = {
    L.ICBC_DEBIT: icbc.debit,
    L.ICBC_DEBIT_DETAILED: icbc.debit_detailed,
    L.ICBC_CREDIT: icbc.credit,
    L.CCB_DEBIT: ccb.debit,
    L.ABC_DEBIT: abc.debit,
    L.BOC_DEBIT: boc.debit,
    L.BOC_CREDIT: boc.credit,
    L.BOCOM_DEBIT: bocom.debit,
    L.BOCOM_CREDIT: bocom.credit,
    L.CMB_DEBIT: cmb.debit,
    L.CMB_CREDIT: cmb.credit,
    L.CITIC_CREDIT: citic.credit,
    L.SPDB_DEBIT: spdb.debit,
    L.CGB_DEBIT: cgb.debit,
    L.CGB_CREDIT: cgb.credit,
    L.PLAIN_CHINESE: plain.chinese,
    L.PLAIN_ENGLISH: plain.english,
    L.CMB_PDF: printed.cmb_debit,
    L.BOC_PDF: printed.boc_debit,
    L.ABC_PDF: printed.abc_debit,
    L.BOCOM_PDF: printed.bocom_debit,
    L.OFX: ofx.statement,
    L.MT940: mt940.statement,
    L.CAMT: camt.statement,
    L.QIF: qif.statement,
}
TIMED = {
    L.CCB_DEBIT, L.ABC_DEBIT, L.BOC_DEBIT, L.BOCOM_DEBIT, L.SPDB_DEBIT, L.CGB_DEBIT,
    L.PLAIN_CHINESE, L.BOC_PDF, L.ABC_PDF, L.BOCOM_PDF, L.OFX, L.CAMT,
}  # fmt: skip
NEWEST_FIRST = {
    L.ICBC_DEBIT, L.ICBC_DEBIT_DETAILED, L.ICBC_CREDIT, L.BOC_DEBIT, L.BOC_CREDIT, L.BOC_PDF,
    L.CITIC_CREDIT, L.SPDB_DEBIT, L.CGB_DEBIT, L.CGB_CREDIT,
}  # fmt: skip
UNBALANCED = {
    L.BOC_CREDIT, L.BOCOM_CREDIT, L.CMB_CREDIT, L.CITIC_CREDIT, L.CGB_CREDIT, L.OFX, L.MT940,
    L.CAMT, L.QIF,
}  # fmt: skip
NAMES = {
    "ICBC": "工商银行",
    "CCB": "交易明细",
    "ABC": "农业银行",
    "BOC": "中国银行",
    "BOCOM": "交通银行",
    "CMB": "招商银行",
    "CITIC": "中信银行",
    "SPDB": "浦发银行",
    "CGB": "广发银行",
    "PLAIN": "statement",
}
SUFFIXES = {
    L.CCB_DEBIT: "xls", L.CITIC_CREDIT: "xls", L.SPDB_DEBIT: "xls", L.OFX: "ofx", L.MT940: "sta",
    L.CAMT: "xml", L.QIF: "qif",
}  # fmt: skip


def suffix(layout: StatementLayout) -> str:
    return "pdf" if layout.endswith("_PDF") else SUFFIXES.get(layout, "csv")


def write_statement(
    entries: Sequence[Entry], *, layout: StatementLayout, account: Account | None = None
) -> bytes:
    """The statement that the bank would have mailed. There must be an entry."""
    assert entries
    return WRITERS[layout](entries, account or Account(is_credit=layout.is_credit))
