"""The people of the demonstration. All are invented, and their names say so (虚构).

Identity numbers name region 990101, which does not exist; phones are 139 0000 00xx.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

from borrowers.people.id_number import check_character

PASSWORD_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who signs in with phone, password and code."""

    name: str
    phone: str
    is_administrator: bool
    group: str = "Credit officers"


@dataclass(frozen=True, slots=True)
class Person:
    """A borrower with months of records behind them."""

    name: str
    phone: str
    born_on: date
    monthly_income_fen: int
    months: int
    seed: int
    shares_records: bool = True

    @property
    def id_number(self) -> str:
        """A well-formed number of nobody."""
        digits = f"990101{self.born_on:%Y%m%d}{self.seed:03d}"
        return digits + check_character(digits)


STAFF = (
    Staff("Mei 梅（虚构）, credit officer", "13900000091", is_administrator=False),
    Staff("Administrator（虚构）", "13900000092", is_administrator=True),
    Staff(
        "Zhou 周（虚构）, credit analyst",
        "13900000093",
        is_administrator=False,
        group="Credit analysts",
    ),
)
LIN = Person("林一诺（虚构）", "13900000081", date(1996, 4, 8), 1_150_000, 9, seed=81)
WEI = Person("韦小舟（虚构）", "13900000082", date(1990, 9, 21), 520_000, 4, seed=82)
CHEN = Person("陈安（虚构）", "13900000083", date(2001, 1, 30), 0, 0, seed=83, shares_records=False)
PEOPLE = (LIN, WEI, CHEN)


def password(staff: Staff, *, secret: str) -> str:
    """This installation's password of a member of staff: no two demonstrations share one."""
    digest = hmac.new(secret.encode(), staff.phone.encode(), hashlib.sha256).hexdigest()
    return digest[:PASSWORD_LENGTH]
