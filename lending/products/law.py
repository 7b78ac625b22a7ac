"""The numbers of law that lending needs, read from the dated rulebook for one day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.errors import Refused
from common.money import yuan
from common.rates import PPM
from common.rulebook import queries as rulebook
from common.texts import gettext_noop
from lending.products.caps.worst import Ranges, Worst, insist_on_cap, worst_of
from lending.products.models import LoanProduct
from lending.products.scenes.judging import SCENES


@dataclass(frozen=True, slots=True)
class Law:
    """What holds on a day for one licence and product."""

    cap_ppm: int
    minimum_age_years: int
    exposure_cap_fen: int
    reading_seconds: int


def on(day: date, *, licence: str = "CONSUMER_FINANCE", product: str = "*") -> Law:
    """The law of that day. Raises the rulebook's error where no rule stands."""

    def number(code: str) -> Decimal:
        return rulebook.number(code, on=day, licence=licence, product=product)

    return Law(
        cap_ppm=int(number("ANNUAL_COST_CAP_PPM")),
        minimum_age_years=int(number("MINIMUM_AGE_YEARS")),
        exposure_cap_fen=int(number("CONSUMPTION_CREDIT_LIMIT_FEN")),
        reading_seconds=int(number("DISCLOSURE_READING_SECONDS")),
    )


class ProductTooLong(Refused):
    """A term above the licence's."""

    code = "PRODUCT_TOO_LONG"
    message = gettext_noop("This licence lends for at most %(most)s months.")
    advice = gettext_noop("Leave out the longer terms in a new version.")
    status = 422


class ProductTooLarge(Refused):
    """An amount above the licence's."""

    code = "PRODUCT_TOO_LARGE"
    message = gettext_noop("This licence lends at most ¥%(most)s to one person.")
    advice = gettext_noop("Lower the largest amount in a new version.")
    status = 422


class PenaltyTooHigh(Refused):
    """A penalty above the usual multiple of the rate."""

    code = "PENALTY_TOO_HIGH"
    message = gettext_noop("Late payment may cost at most %(most)s times the rate.")
    advice = gettext_noop("Lower the penalty in a new version.")
    status = 422


class PayeeMustBePaid(Refused):
    """So much is not paid to the borrower."""

    code = "PAYEE_MUST_BE_PAID"
    message = gettext_noop("Above ¥%(most)s the money goes to the payee, not to the borrower.")
    advice = gettext_noop("Pay the shop directly, or lower the largest amount.")
    status = 422


class PurposeNeedsItsOrder(Refused):
    """The scene's evidence is not asked for."""

    code = "PURPOSE_NEEDS_ITS_ORDER"
    message = gettext_noop("A product of this purpose asks for its order or contract.")
    advice = gettext_noop("Ask for it in a new version.")
    status = 422


class PurposeHasAnotherPayee(Refused):
    """The scene says who is paid."""

    code = "PURPOSE_HAS_ANOTHER_PAYEE"
    message = gettext_noop("A product of this purpose pays somebody else.")
    advice = gettext_noop("Rent and daily life are paid to the borrower, all else to the seller.")
    status = 422


class PurposeNeedsInstalments(Refused):
    """Rent is repaid as rent is paid, never at the end."""

    code = "PURPOSE_NEEDS_INSTALMENTS"
    message = gettext_noop("A loan for rent is repaid in instalments at the rent's own rhythm.")
    advice = gettext_noop("Choose equal instalments, or equal parts of principal.")
    status = 422


def insist_on_law(product: LoanProduct, *, on: date) -> None:
    """Raises the first limit of the licence that is broken, or ProductAboveTheCap."""
    for broken in limits_broken(product, on=on):
        raise broken
    insist_on_cap(worst_path(product, on=on))


def worst_path(product: LoanProduct, *, on: date) -> Worst:
    """The dearest lawful path of the product's ranges, at the law of a day."""
    horizon_days = int(rulebook.number("LATENESS_HORIZON_DAYS", on=on))
    return worst_of(
        Ranges(
            minimum_fen=product.minimum_fen,
            maximum_fen=product.maximum_fen,
            terms_months=tuple(product.terms_months),
            highest_rate_ppm=product.highest_rate_ppm,
            penalty_multiple_ppm=product.penalty_multiple_ppm,
            grace_days=product.grace_days,
            manner=product.manner,
        ),
        cap_ppm=on_day(product, on).cap_ppm,
        on=on,
        horizon_days=horizon_days,
    )


def on_day(product: LoanProduct, day: date) -> Law:
    """The law of a day for a product."""
    return on(day, licence=product.licence, product=product.code)


def longest_months(product: LoanProduct, *, on: date) -> int:
    """How long loans of the licence may run at most."""
    code, licence = "LOAN_TERM_LIMIT_MONTHS", product.licence
    return int(rulebook.number(code, on=on, licence=licence, product=product.code))


def limits_broken(product: LoanProduct, *, on: date) -> Iterator[Refused]:
    """Every limit of the licence and the scene that the product's ranges pass."""

    def number(code: str) -> Decimal:
        return rulebook.number(code, on=on, licence=product.licence, product=product.code)

    if max(product.terms_months) > (longest := longest_months(product, on=on)):
        yield ProductTooLong(most=longest)
    if product.maximum_fen > (largest := int(number("CONSUMPTION_CREDIT_LIMIT_FEN"))):
        yield ProductTooLarge(most=yuan(largest))
    if product.penalty_multiple_ppm > (multiple := number("LATE_RATE_MULTIPLE")) * PPM:
        yield PenaltyTooHigh(most=multiple)
    own_fen = int(number("OWN_PAYMENT_LIMIT_FEN"))
    if product.maximum_fen > own_fen and not product.pays_merchant:
        yield PayeeMustBePaid(most=yuan(own_fen))
    yield from _scene_broken(product)


def _scene_broken(product: LoanProduct) -> Iterator[Refused]:
    scene = SCENES[product.scene]
    if scene.needs_order and not product.needs_order:
        yield PurposeNeedsItsOrder()
    if scene.pays_merchant not in {None, product.pays_merchant}:
        yield PurposeHasAnotherPayee()
    if scene.methods and product.method not in scene.methods:
        yield PurposeNeedsInstalments()


def numbers_of(product: LoanProduct, *, on: date) -> dict[str, int]:
    """The numbers that the rules of the product's scene read."""
    licence, code = product.licence, product.code
    return {
        name: int(rulebook.number(name, on=on, licence=licence, product=code))
        for name in SCENES[product.scene].numbers
    }
