"""Rent: a registered lease, at most its sum and its term, at the rent's rhythm. Pure.

The money goes to the borrower and never to the landlord or an agency.
"""

from borrowers.consent.purposes import SCENE_PURCHASE
from common.texts import gettext_noop
from lending.products.scenes.common_rules import WITH_ITS_DOCUMENT, number
from lending.products.scenes.contracts import (
    Facts,
    Kind,
    PurposeRefused,
    Question,
    Rule,
    Scene,
    Words,
)

RENT = gettext_noop("Six ministries, opinions on rented homes, 2019, and rules of cities after it")


class LeaseNotRegistered(PurposeRefused):
    """Only a registered lease counts."""

    code = "LEASE_NOT_REGISTERED"
    message = gettext_noop("The lease is not registered.")
    advice = gettext_noop("Ask the landlord to register it, then apply again.")
    article = RENT


class LoanInsideTheLease(PurposeRefused):
    """A lease must not contain the loan."""

    code = "LOAN_INSIDE_THE_LEASE"
    message = gettext_noop("A lease may not make you take a loan.")
    advice = gettext_noop("Ask for a lease without it; you may complain to the housing office.")
    article = RENT


class AboveTheRent(PurposeRefused):
    """More than the rent that is left."""

    code = "ABOVE_THE_RENT"
    message = gettext_noop("You ask for more than the rent until the lease ends.")
    advice = gettext_noop("Ask for at most the rent of the months that are left.")
    article = RENT


class LongerThanTheLease(PurposeRefused):
    """Longer than the lease."""

    code = "LONGER_THAN_THE_LEASE"
    message = gettext_noop("The loan would run longer than the lease.")
    advice = gettext_noop("Choose a shorter term.")
    article = RENT


class RentRhythmDiffers(PurposeRefused):
    """Repaid at another rhythm than the rent is paid."""

    code = "RENT_RHYTHM_DIFFERS"
    message = gettext_noop("This loan is repaid at another rhythm than your rent is paid.")
    advice = gettext_noop("Choose the rent loan that goes at the rent's own rhythm.")
    article = RENT


class RentGoesToTheBorrower(PurposeRefused):
    """Never to a landlord or an agency."""

    code = "RENT_GOES_TO_THE_BORROWER"
    message = gettext_noop("A loan for rent is paid to nobody but you.")
    advice = gettext_noop("Please tell us about this; the product has to be put right.")
    article = RENT


def total_fen(facts: Facts) -> int:
    """The rent until the lease ends."""
    return int(facts["monthly_rent_fen"]) * int(facts["months_left"])


SCENE = Scene(
    code="RENTAL",
    evidence=(gettext_noop("The registered lease, with its number, rent and months left"),),
    consent=SCENE_PURCHASE,
    questions=(
        number(gettext_noop("Number under which the lease is registered")),
        Question("is_registered", Kind.YES_NO, gettext_noop("The lease is registered")),
        Question("is_inside", Kind.YES_NO, gettext_noop("The lease says that I take a loan")),
        Question("monthly_rent_fen", Kind.FEN, gettext_noop("Rent of a month")),
        Question("months_left", Kind.WHOLE, gettext_noop("How many months are left?")),
        Question(
            "rhythm",
            Kind.CHOICE,
            gettext_noop("How often is the rent paid?"),
            choices=(
                ("MONTHLY", gettext_noop("Every month")),
                ("QUARTERLY", gettext_noop("Every three months")),
                ("YEARLY", gettext_noop("Once a year")),
            ),
        ),
    ),
    rules=(
        Rule(
            LeaseNotRegistered,
            lambda wish, _: bool(wish.facts["is_registered"]),
            of="is_registered",
        ),
        Rule(LoanInsideTheLease, lambda wish, _: not wish.facts["is_inside"], of="is_inside"),
        Rule(RentGoesToTheBorrower, lambda wish, _: not wish.pays_merchant),
        Rule(RentRhythmDiffers, lambda wish, _: wish.facts["rhythm"] == wish.rhythm, of="rhythm"),
        Rule(
            LongerThanTheLease,
            lambda wish, _: wish.term_months <= int(wish.facts["months_left"]),
            of="months_left",
        ),
        Rule(
            AboveTheRent,
            lambda wish, _: wish.amount_fen <= total_fen(wish.facts),
            of="monthly_rent_fen",
        ),
        WITH_ITS_DOCUMENT,
    ),
    pays_merchant=False,
    total_fen=total_fen,
    methods=("EQUAL_INSTALMENT", "EQUAL_PRINCIPAL"),
    words=Words(proof=gettext_noop("lease"), to_borrower=gettext_noop("you, never the landlord")),
)
