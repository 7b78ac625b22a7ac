"""The codes that the simulated world shares with nobody by import: the platform has its own.

The numbers are those of the platform's behaviour events, so that answers can be compared;
a test keeps the two together. The world is a client and never imports the platform's apps.
"""

from enum import IntEnum


class Direction(IntEnum):
    """Which way the money went, seen from the person."""

    NEUTRAL = 0
    IN = 1
    OUT = 2


class Scene(IntEnum):
    """The sixteen scenes of spending, and what is not spending."""

    UNKNOWN = 0
    GROCERIES = 1
    DINING = 2
    TRANSPORT = 3
    TRAVEL = 4
    ONLINE_SHOPPING = 5
    APPAREL_BEAUTY = 6
    ELECTRONICS_HOME = 7
    EDUCATION = 8
    MEDICAL = 9
    UTILITIES_TELECOM = 10
    HOUSING = 11
    ENTERTAINMENT = 12
    INSURANCE_FINANCE = 13
    TRANSFER_SOCIAL = 14
    LOGISTICS_SERVICE = 15
    GOVERNMENT_TAX = 16
    INCOME_SALARY = 32
    INCOME_OTHER = 33
    REFUND = 34
    CREDIT_REPAYMENT = 35
    CREDIT_DRAWDOWN = 36
    INVESTMENT = 37
    CASH = 38
    GAMBLING_RISK = 39
