"""What a borrower has earned and may use, and the programme that says so."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from common.audit.queries import trail_of
from lending.ledger import queries as ledger
from lending.rewards import rules
from lending.rewards.models import (
    Benefit,
    Entitlement,
    EntitlementState,
    Fulfilment,
    InstalmentOutcome,
    PointsAccount,
    PointsEntry,
    PointsLot,
    ProgrammeState,
    RewardProgramme,
    TierMembership,
)

NOT_GIVEN = "lending.points.not_given"
# In plain SQL, because every offer asks. A programme's terms never change once it is no draft.
_IN_FORCE = """
SELECT terms::text FROM lending_rewardprogramme WHERE state IN ('ACTIVE', 'ENDED')
 ORDER BY state, from_date DESC, id DESC LIMIT 1
"""
_IN_FORCE_AND_TIER = """
SELECT (SELECT terms::text FROM lending_rewardprogramme WHERE state IN ('ACTIVE', 'ENDED')
         ORDER BY state, from_date DESC, id DESC LIMIT 1),
       (SELECT tier FROM lending_tiermembership WHERE borrower_id = %s AND to_date IS NULL)
"""


@dataclass(frozen=True, slots=True)
class LotView:
    """Points that have one last day, or wait for one first day."""

    points: int
    on: date


@dataclass(frozen=True, slots=True)
class DatedEntry:
    """One movement and the business date on which it happened."""

    entry: PointsEntry
    on: date | None


@dataclass(frozen=True, slots=True)
class TierView:
    """Where a borrower stands, and what leads to the next tier."""

    code: str
    discount_ppm: int
    count: int
    on_time: int
    next: rules.TierRule | None
    # What keeps the tier that is held, and until when it is held whatever comes, but for arrears.
    rule: rules.TierRule | None = None
    least_until: date | None = None


@dataclass(frozen=True, slots=True)
class PointsView:
    """A borrower's points: figures, history newest first, and what they buy."""

    balance: int
    pending: int
    owed: int
    entries: tuple[PointsEntry, ...]
    benefits: tuple[Benefit, ...]
    waiting: tuple[LotView, ...]
    ending: tuple[LotView, ...]
    not_given_on: date | None = None

    @property
    def available(self) -> int:
        """What can be used now."""
        return self.balance - self.pending


@dataclass(frozen=True, slots=True)
class Bought:
    """Something bought, and how its handing over stands."""

    entitlement: Entitlement
    name: str
    partner: str
    fulfilment: Fulfilment | None
    can_be_returned: bool


@dataclass(frozen=True, slots=True)
class NextDiscount:
    """What comes off the next loan's rate, part by part; before the product's floor."""

    tier: str
    tier_ppm: int
    points_ppm: int
    total_ppm: int


def programme(on: date) -> RewardProgramme | None:
    """The version in force on a day; nothing where rewards rest."""
    rows = RewardProgramme.objects.filter(state=ProgrammeState.ACTIVE, from_date__lte=on)
    return rows.first()


def terms_in_force() -> rules.Terms | None:
    """The rules for what was earned: those in force, or the last that were."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE)
        found = cursor.fetchone()
    return _read(found[0]) if found else None


@lru_cache(maxsize=16)
def _read(document: str) -> rules.Terms:
    """Read and checked once in a process."""
    return rules.read(json.loads(document))


def catalogue() -> QuerySet[Benefit]:
    """What can be bought now, the cheapest first."""
    rows = Benefit.objects.filter(Q(stock=None) | Q(stock__gt=0), is_open=True)
    rows = rows.filter(Q(partner=None) | Q(partner__is_open=True))
    return rows.select_related("partner").order_by("cost_points", "pk")


def points_of(borrower_id: int, *, entries: int = 50) -> PointsView:
    """The points page of one borrower."""
    account = PointsAccount.objects.filter(borrower_id=borrower_id).first()
    history = account.entries.select_related("lot").order_by("-pk")[:entries] if account else ()
    lots = PointsLot.objects.filter(account=account, remaining__gt=0)
    return PointsView(
        balance=account.balance if account else 0,
        pending=account.pending if account else 0,
        owed=account.owed if account else 0,
        entries=tuple(history),
        benefits=tuple(catalogue()),
        waiting=_by_day(lots.filter(released_on=None), "available_on"),
        ending=_by_day(lots.filter(released_on__isnull=False), "expires_on"),
        not_given_on=_not_given_on(account) if account else None,
    )


def dated(entries: Iterable[PointsEntry]) -> list[DatedEntry]:
    """Movements with their business date, where the books or the lot tell it."""
    rows = tuple(entries)
    booked = ledger.days_of([_booked_as(each) for each in rows])
    return [DatedEntry(each, booked.get(_booked_as(each)) or _day_of_lot(each)) for each in rows]


def _booked_as(entry: PointsEntry) -> str:
    """The key of what a movement did to the books; a purchase is booked as a whole."""
    is_whole = entry.kind in {"SPEND", "REFUND"}
    key = f"{entry.kind.lower()}:{entry.entitlement_id}" if is_whole else entry.entry_key
    return f"points:{key}"


def _day_of_lot(entry: PointsEntry) -> date | None:
    match entry.kind:
        case "EARN":
            return entry.lot.earned_on
        case "RELEASE":
            return entry.lot.released_on
        case "REVERSE":
            return entry.lot.reversed_on
        case "EXPIRE":
            return entry.lot.expires_on
        case _:
            return None


def _not_given_on(account: PointsAccount) -> date | None:
    """The last day on which a payment's points were not given, as the budget was used up.

    Nothing once a later payment brought points again.
    """
    told = trail_of(f"points:{account.pk}").filter(action=NOT_GIVEN).last()
    if told is None:
        return None
    on = date.fromisoformat(told.facts["on"])
    later = account.lots.filter(earned_on__gt=on, source_kind__in=rules.BY_PAYING)
    return None if later.exists() else on


def _by_day(lots: QuerySet[PointsLot], field: str) -> tuple[LotView, ...]:
    rows = lots.values_list(field).annotate(points=Sum("remaining")).order_by(field)
    return tuple(LotView(points=points, on=on) for on, points in rows)


def tier_of(borrower_id: int, *, on: date) -> TierView | None:
    """The tier and the record behind it; nothing where there are no rules."""
    terms = terms_in_force()
    if terms is None:
        return None
    member = TierMembership.objects.filter(borrower_id=borrower_id, to_date=None).first()
    code = member.tier if member else ""
    since = rules.months_before(on, terms.tier_months)
    count, on_time = records(after=since, until=on, borrower_id=borrower_id).get(
        borrower_id, (0, 0)
    )
    codes = ["", *(each.code for each in terms.tiers)]
    place = codes.index(code) if code in codes else 0
    return TierView(
        code=code,
        discount_ppm=rules.tier_discount_ppm(terms, code),
        count=count,
        on_time=on_time,
        next=terms.tiers[place] if place < len(terms.tiers) else None,
        rule=terms.tiers[place - 1] if place else None,
        least_until=rules.last_day(member.from_date, terms.tier_least_days) if member else None,
    )


def records(
    *, after: date, until: date, borrower_id: int | None = None
) -> dict[int, tuple[int, int]]:
    """Instalments due in a span and how many of them came in time, by borrower."""
    rows = standing_outcomes().filter(due_on__gt=after, paid_on__lte=until)
    if borrower_id is not None:
        rows = rows.filter(borrower_id=borrower_id)
    counted = rows.values("borrower_id").annotate(
        count=Count("pk"), on_time=Count("pk", filter=Q(is_on_time=True))
    )
    return {each["borrower_id"]: (each["count"], each["on_time"]) for each in counted}


def standing_outcomes() -> QuerySet[InstalmentOutcome]:
    """What says something about repaying: without months that were skipped by paying ahead.

    Of what came ahead of its day together with something of the same loan that was due before it,
    only that counts: a pay-off is one instalment on time, however many months it closes.
    """
    rows = InstalmentOutcome.objects.filter(reversed_on=None)
    before = rows.filter(
        loan_id=OuterRef("loan_id"), paid_on=OuterRef("paid_on"), due_on__lt=OuterRef("due_on")
    )
    return rows.exclude(Exists(before), paid_on__lt=F("due_on"))


def next_loan_discount(borrower_id: int, *, bought_ppm: int) -> NextDiscount:
    """What tier and points take off the next loan's rate together, within the programme's most.

    The product's floor and the cap of law are kept by whoever makes the offer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE_AND_TIER, [borrower_id])
        document, tier = cursor.fetchone()
    if document is None:
        return NextDiscount(tier="", tier_ppm=0, points_ppm=bought_ppm, total_ppm=bought_ppm)
    terms, tier = _read(document), tier or ""
    # What was paid for with points comes first; the tier fills what is left.
    room_ppm = max(terms.most_discount_ppm - bought_ppm, 0)
    tier_ppm = min(rules.tier_discount_ppm(terms, tier), room_ppm)
    return NextDiscount(
        tier=tier, tier_ppm=tier_ppm, points_ppm=bought_ppm, total_ppm=tier_ppm + bought_ppm
    )


def usable_entitlements(borrower_id: int, *, on: date) -> list[Entitlement]:
    """Lower rates that can be put on an application today."""
    return _usable(borrower_id, "RATE_DISCOUNT", on)


def usable_waivers(borrower_id: int, *, on: date) -> list[Entitlement]:
    """What late fees of a loan can be waived with today."""
    return _usable(borrower_id, "FEE_WAIVER", on)


def _usable(borrower_id: int, kind: str, on: date) -> list[Entitlement]:
    rows = Entitlement.objects.filter(
        borrower_id=borrower_id, state=EntitlementState.ISSUED, kind=kind, expires_on__gte=on
    )
    return list(rows.order_by("expires_on", "pk"))


def entitlement_of(borrower_id: int, public_id: str) -> Entitlement | None:
    """One of a borrower's own advantages."""
    return Entitlement.objects.filter(borrower_id=borrower_id, public_id=public_id).first()


def bought(borrower_id: int, *, on: date, language: str) -> list[Bought]:
    """Everything that was bought, newest first, with what became of it."""
    terms = terms_in_force()
    rows = list(Entitlement.objects.filter(borrower_id=borrower_id).order_by("-pk")[:50])
    parts = Fulfilment.objects.select_related("partner").filter(entitlement__in=rows)
    handed = {each.entitlement_id: each for each in parts}
    things = Benefit.objects.in_bulk([each.benefit for each in rows], field_name="code")
    return [
        Bought(
            entitlement=row,
            name=things[row.benefit].name_in(language) if row.benefit in things else row.benefit,
            partner=handed[row.pk].partner.name_in(language) if row.pk in handed else "",
            fulfilment=handed.get(row.pk),
            can_be_returned=terms is not None
            and row.state == EntitlementState.ISSUED
            and row.issued_on is not None
            and on <= rules.last_day(row.issued_on, terms.refund_days),
        )
        for row in rows
    ]


def spent_on(entitlement_id: int) -> QuerySet[PointsEntry]:
    """The movements that paid for something."""
    rows = PointsEntry.objects.filter(entitlement_id=entitlement_id, kind="SPEND")
    return rows.select_related("lot").order_by("pk")


def earned_on_loan(loan_id: int, *, since: date, until: date) -> int:
    """Points that a loan's payments brought on some days and that were not taken back."""
    rows = PointsLot.objects.filter(
        loan_id=loan_id, earned_on__range=(since, until), reversed_on=None
    )
    return int(rows.aggregate(points=Sum("points", default=0))["points"])
