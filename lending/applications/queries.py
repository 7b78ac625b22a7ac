"""Where applications stand, and what an accepted one hands to the contract."""

from datetime import date, datetime

from django.db import connection
from django.db.models import Case, QuerySet, When

from borrowers.people import queries as people
from common import rows
from common.errors import NotFound
from lending.applications import cost
from lending.applications.contracts import Signable
from lending.applications.cost import Price, Quoted, quoted
from lending.applications.models import ApplicationState, CostDisclosure, LoanApplication, Offer
from lending.applications.states import NotPossibleNow
from lending.calc.cost import Discount
from lending.calc.methods.manner import kept
from lending.products import law as laws
from lending.products.models import LoanProduct

# In plain SQL, because every decision asks, and every look at one.
_OWN = """
SELECT {columns}
  FROM lending_loanapplication
  JOIN lending_loanproduct ON lending_loanproduct.id = product_id
  LEFT JOIN lending_offer ON application_id = lending_loanapplication.id
 WHERE borrower_id = %s AND lending_loanapplication.public_id = %s
"""
_OWN_ID = "SELECT id FROM lending_loanapplication WHERE borrower_id = %s AND public_id = %s"
_STATE = "SELECT state FROM lending_loanapplication WHERE id = %s"

BEING_DECIDED = {ApplicationState.SUBMITTED, ApplicationState.DECIDING}
# Where an offer may be accepted: a person who is asked leaves it standing until they decide.
STANDING = {ApplicationState.OFFERED, ApplicationState.REFERRED}
UNDER_WAY = BEING_DECIDED | {
    ApplicationState.OFFERED,
    ApplicationState.REFERRED,
    ApplicationState.ACCEPTED,
}


_WITH_ITS_PARTS = LoanApplication.objects.select_related(
    "product", "merchant", "offer", "entitlement"
)


def id_of(public_id: str) -> int | None:
    """The number of anybody's application, for staff and commands."""
    found = LoanApplication.objects.filter(public_id=public_id)
    return found.values_list("pk", flat=True).first()


def of_borrower(borrower_id: int) -> QuerySet[LoanApplication]:
    """A borrower's own applications, newest first; borrowers' doors ask this, never by id."""
    return _WITH_ITS_PARTS.filter(borrower_id=borrower_id).order_by("-pk")


def own(borrower_id: int, public_id: str) -> LoanApplication:
    """One of a borrower's own applications. Raises NotFound for anybody else's.

    Merchant and discount are read when somebody asks: most applications have neither.
    """
    with connection.cursor() as cursor:
        columns = rows.columns(LoanApplication, LoanProduct, Offer)
        cursor.execute(_OWN.format(columns=columns), [borrower_id, public_id])
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    values = iter(found)
    application = rows.read(LoanApplication, values)
    application.product = rows.read(LoanProduct, values)
    if (offer := rows.read_joined(Offer, values)) is not None:
        application.offer = offer
    else:
        # So that nobody asks for it again.
        application._state.fields_cache["offer"] = None  # noqa: SLF001 (as select_related does)
    return application


def by_id(application_id: int) -> LoanApplication:
    """An application by its number, for rooms above."""
    return _WITH_ITS_PARTS.get(pk=application_id)


def own_id(borrower_id: int, public_id: str) -> int:
    """The number of one of a borrower's own applications. Raises NotFound for anybody else's."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN_ID, [borrower_id, public_id])
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    return int(found[0])


def under_way(borrower_id: int) -> LoanApplication | None:
    """The one application that was sent and has not ended; there is at most one."""
    return of_borrower(borrower_id).filter(state__in=UNDER_WAY).first()


def open_or_drafted(borrower_id: int) -> LoanApplication | None:
    """What the person may go on with: the open application, or else a draft begun last."""
    open_first = Case(When(state__in=UNDER_WAY, then=0), default=1)
    newest = of_borrower(borrower_id).order_by(open_first, "-pk").first()
    is_open = newest is not None and newest.state in UNDER_WAY | {ApplicationState.DRAFT}
    return newest if is_open else None


def state_of(application_id: int) -> str:
    """Where it stands, by the narrowest read: doors that wait ask this many times a second."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [application_id])
        return str(cursor.fetchone()[0])


def is_decided(application_id: int) -> bool:
    """Whether there is an answer to show."""
    return state_of(application_id) not in BEING_DECIDED


def confirmed_cost(offer: Offer) -> CostDisclosure | None:
    """The cost table that was read and confirmed last, of the offer as it is now."""
    found = offer.disclosures.filter(step="CONFIRMED").order_by("-pk")
    return next((each for each in found if is_of(offer, each)), None)


def is_of(offer: Offer, shown: CostDisclosure) -> bool:
    """Whether a cost table states the offer's terms: who changes them reads another one."""
    return cost.states(shown.content, price_of(offer, cap_ppm=shown.content["cap_ppm"]))


def standing_offer(application: LoanApplication, *, at: datetime) -> Offer | None:
    """The offer that could be accepted now."""
    offer = getattr(application, "offer", None)
    is_open = application.state in STANDING and offer is not None and at < offer.expires_at
    return offer if is_open else None


def referred() -> QuerySet[LoanApplication]:
    """What waits for a person, oldest first."""
    rows = LoanApplication.objects.filter(state=ApplicationState.REFERRED)
    return rows.select_related("product", "borrower").order_by("submitted_at", "pk")


def is_proof_awaited(application: LoanApplication) -> bool:
    """Whether a person has yet to look at the proof that the product asks for."""
    return application.product.needs_evidence and application.evidence_checked_at is None


def proofs_to_check() -> QuerySet[LoanApplication]:
    """Offers that cannot be signed before a person has looked at the proof, oldest first."""
    rows = LoanApplication.objects.filter(
        state__in=[ApplicationState.OFFERED, ApplicationState.ACCEPTED],
        product__needs_evidence=True,
        evidence_checked_at=None,
    )
    return rows.select_related("product", "borrower").order_by("submitted_at", "pk")


def overdue_offers(at: datetime, *, limit: int = 500) -> list[int]:
    """Applications whose offer's time is over, by id."""
    rows = LoanApplication.objects.filter(
        state__in=[ApplicationState.OFFERED, ApplicationState.ACCEPTED], offer__expires_at__lte=at
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def price_of(offer: Offer, *, cap_ppm: int) -> Price:
    """The offer's price as the arithmetic takes it."""
    points_ppm, floor_ppm = _points_and_floor(offer) if offer.discount_ppm else (0, 0)
    return Price(
        amount_fen=offer.amount_fen,
        term_months=offer.term_months,
        annual_rate_ppm=offer.annual_rate_ppm,
        discount_ppm=offer.discount_ppm,
        penalty_rate_ppm=offer.penalty_rate_ppm,
        grace_days=offer.grace_days,
        cap_ppm=cap_ppm,
        manner=offer.application.product.manner,
        points_discount_ppm=points_ppm,
        floor_rate_ppm=floor_ppm,
    )


def discounts_of(offer: Offer) -> tuple[Discount, ...]:
    """What takes an offer's rate down, one by one."""
    return price_of(offer, cap_ppm=0).discounts


def _points_and_floor(offer: Offer) -> tuple[int, int]:
    """How much of an offer's discount was bought, as it comes before the tier's; the floor."""
    application = offer.application
    bought = application.entitlement
    points_ppm = min(bought.discount_ppm, offer.discount_ppm) if bought else 0
    return points_ppm, application.product.floor_rate_ppm


def quote_today(application: LoanApplication, *, on: date) -> Quoted:
    """Schedule and cost of the application's offer if it were paid out on a day."""
    product = application.product
    law = laws.on(on, licence=product.licence, product=product.code)
    return quote_of(application.offer, cap_ppm=law.cap_ppm, on=on)


def quote_of(offer: Offer, *, cap_ppm: int, on: date) -> Quoted:
    """Schedule and cost of an offer if it were paid out on a day."""
    return quoted(price_of(offer, cap_ppm=cap_ppm), starts_on=on)


def signable(application_id: int) -> Signable:
    """Everything that will be signed. Raises NotPossibleNow unless the cost was confirmed."""
    application = LoanApplication.objects.select_related("product", "merchant", "borrower").get(
        pk=application_id
    )
    offer = Offer.objects.filter(application=application).first()
    confirmed = confirmed_cost(offer) if offer is not None else None
    if application.state != ApplicationState.ACCEPTED or offer is None or confirmed is None:
        raise NotPossibleNow
    person = f"person:{people.card(application.borrower_id).public_id}"
    merchant = application.merchant
    return Signable(
        application_id=application.pk,
        application_public_id=application.public_id,
        borrower_id=application.borrower_id,
        product_id=application.product_id,
        scene=application.product.scene,
        payee_account=merchant.account if merchant else person,
        payer_account=person,
        payee_name=merchant.name_zh if merchant else "",
        payee_name_en=merchant.name_en if merchant else "",
        principal_fen=offer.amount_fen,
        term_months=offer.term_months,
        base_rate_ppm=offer.base_rate_ppm,
        discount_ppm=offer.discount_ppm,
        annual_rate_ppm=offer.annual_rate_ppm,
        penalty_rate_ppm=offer.penalty_rate_ppm,
        grace_days=offer.grace_days,
        disclosure_id=confirmed.pk,
        disclosure_sha256=confirmed.content_sha256,
        cost=confirmed.content,
        cooling_off_days=confirmed.content["risk"]["cooling_off_days"],
        manner=kept(application.product.manner),
    )
