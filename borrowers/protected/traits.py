"""What an identity number tells of its holder, and in which groups people are compared. Pure.

The first six digits are the place of household registration when the number was given (GB/T 2260):
two of the province, and in the last two 01 to 20 for a district, 21 to 80 for a county and 81 to 99
for a city of county rank. It says nothing of where somebody lives today.
"""

from dataclasses import dataclass
from datetime import date

from borrowers.people import id_number
from borrowers.protected.contracts import Attribute

FEMALE, MALE = "F", "M"
DISTRICT, COUNTY, CITY = "DISTRICT", "COUNTY", "CITY"
# Upper bounds, in years: below thirty, below fifty, older.
BANDS = ((30, "UNDER_30"), (50, "30_TO_49"))
OLDEST = "50_AND_OVER"
UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is kept of one person; empty is not known."""

    sex: str = UNKNOWN
    born_on: str = UNKNOWN
    region: str = UNKNOWN
    household: str = UNKNOWN


def of_number(number: str) -> Traits:
    """What a valid identity number says."""
    return Traits(
        sex=MALE if int(number[16]) % 2 else FEMALE,
        born_on=id_number.birth_date(number).isoformat(),
        region=number[:2],
        household=_household(int(number[4:6])),
    )


def group_of(traits: Traits, attribute: Attribute, *, on: date) -> str:
    """The group of one person by one attribute; empty where it is not known."""
    match attribute:
        case Attribute.SEX:
            return traits.sex
        case Attribute.AGE_BAND:
            return _band(traits.born_on, on)
        case Attribute.REGION:
            return traits.region
        case Attribute.HOUSEHOLD:
            return traits.household


def _household(place: int) -> str:
    if place <= 20:
        return DISTRICT if place else UNKNOWN
    return COUNTY if place <= 80 else CITY


def _band(born_on: str, on: date) -> str:
    if not born_on:
        return UNKNOWN
    age = id_number.age_years(born_on=date.fromisoformat(born_on), on=on)
    return next((name for bound, name in BANDS if age < bound), OLDEST)
