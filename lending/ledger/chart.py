"""The chart of accounts: few accounts, each with one meaning. The loan is a dimension, not a level.

Codes follow the usual Chinese enterprise chart where it has the thing (1002 bank deposits, 1303
loans, 1132 interest receivable, 1901 differences to be cleared, 6011 interest income, 6601
selling expenses, 6603 fees of banks).
"""

from typing import Literal, NamedTuple

from common.texts import gettext_noop

Kind = Literal["ASSET", "LIABILITY", "INCOME", "EXPENSE"]


class ChartRow(NamedTuple):
    """One account as it is created."""

    code: str
    name: str
    kind: Kind


BANK = "1002"
INTEREST_RECEIVABLE = "1132"
PENALTY_RECEIVABLE = "1133"
FEE_RECEIVABLE = "1134"
LOAN_PRINCIPAL = "1303"
BANK_DIFFERENCES = "1901"
UNALLOCATED = "2241"
POINTS_LIABILITY = "2242"
PARTNERS_OWED = "2243"
PARTNERS_PAYABLE = "2202"
SET_ASIDE = "2244"
INTEREST_INCOME = "6011"
PENALTY_INCOME = "6012"
FEE_INCOME = "6021"
LOAN_LOSS = "6701"
MARKETING_EXPENSE = "6601"
CHANNEL_FEES = "6603"

CHART = (
    ChartRow(BANK, gettext_noop("Bank deposits"), "ASSET"),
    ChartRow(INTEREST_RECEIVABLE, gettext_noop("Interest receivable"), "ASSET"),
    ChartRow(PENALTY_RECEIVABLE, gettext_noop("Penalty interest receivable"), "ASSET"),
    ChartRow(FEE_RECEIVABLE, gettext_noop("Fees receivable"), "ASSET"),
    ChartRow(LOAN_PRINCIPAL, gettext_noop("Loans to borrowers"), "ASSET"),
    ChartRow(BANK_DIFFERENCES, gettext_noop("Differences with the bank, to be cleared"), "ASSET"),
    ChartRow(UNALLOCATED, gettext_noop("Money held for borrowers"), "LIABILITY"),
    ChartRow(POINTS_LIABILITY, gettext_noop("Points not yet used"), "LIABILITY"),
    ChartRow(PARTNERS_OWED, gettext_noop("Coupons and gifts not yet settled"), "LIABILITY"),
    ChartRow(PARTNERS_PAYABLE, gettext_noop("Statements to pay to partners"), "LIABILITY"),
    ChartRow(SET_ASIDE, gettext_noop("Reversed payments that are still with us"), "LIABILITY"),
    ChartRow(INTEREST_INCOME, gettext_noop("Interest income"), "INCOME"),
    ChartRow(PENALTY_INCOME, gettext_noop("Penalty interest income"), "INCOME"),
    ChartRow(FEE_INCOME, gettext_noop("Fee income"), "INCOME"),
    ChartRow(LOAN_LOSS, gettext_noop("Loan losses, less recoveries"), "EXPENSE"),
    ChartRow(MARKETING_EXPENSE, gettext_noop("Repayment rewards"), "EXPENSE"),
    ChartRow(CHANNEL_FEES, gettext_noop("Fees of banks and gateways"), "EXPENSE"),
)
