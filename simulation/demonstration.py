"""Filling an empty platform: products, schools, staff, and people with records. Twice is once."""

from collections.abc import Callable
from datetime import date

from django.contrib.auth.models import Group, Permission

from borrowers.behaviour import actions as behaviour
from borrowers.connectors.registry import read_bill
from borrowers.consent import actions as consents
from borrowers.consent.purposes import AUTOMATED_DECISION, CONSUMPTION_RECORDS, PURPOSES
from borrowers.people import actions as people
from borrowers.people import queries
from common.actors import SYSTEM
from common.periods import add_months
from lending.products import actions as products
from scoring.policy import actions as policies
from scoring.registry import actions as models
from simulation.bills.layouts import Layout, file_name, write
from simulation.bills.months import ordinary_months
from simulation.cast import PEOPLE, STAFF, Person, Staff, password
from simulation.neighbours import NEIGHBOURS, files_for, small_world

OFFICERS = "Credit officers"
# Money that waits for a person: officers work on it and propose, an administrator lets it go.
WAITING_MONEY = (
    "resolve_parkednotice",
    "work_statementbreak",
    "propose_returnproposal",
    "propose_payeechange",
    "open_sealedpaper",
)
LOANS_AND_REWARDS = (
    "retry_quarantinedloan",
    "propose_servicing_loan",
    "approve_servicing_loan",
    "propose_pointsgrant",
    "approve_pointsgrant",
    "propose_rewardprogramme",
    "approve_rewardprogramme",
    "stock_benefit",
    "fulfil_fulfilment",
    "prepare_partnerstatement",
    "approve_partnerstatement",
)
# What an officer may touch beside looking: decide referred cases, work on alerts, change loans and
# rewards. Of what takes four eyes, nobody approves their own.
OFFICER_CHANGES = (
    "decide_loanapplication",
    "retry_payout_loan",
    "reveal_borrower",
    "change_quarantinedrow",
    "change_eventmark",
    "change_labelproposal",
    "change_alert",
    "propose_policyversion",
    "propose_loanproduct",
    "propose_merchant",
    "decide_linkedcase",
    "freeze_creditline",
    "propose_creditline",
    "approve_creditline",
    *LOANS_AND_REWARDS,
    *WAITING_MONEY,
)
# Analysts bring models in and propose their steps; somebody else approves them.
ANALYSTS = "Credit analysts"
ANALYST_CHANGES = ("propose_modelversion", "propose_policyversion")
Told = Callable[[str], None]
OUR_APPS = ("borrowers", "scoring", "lending", "monitoring")


def load(*, on: date, secret: str, tell: Told = lambda _name: None) -> None:
    """Bring the demonstration's cast and products in, as of a day. `tell` hears of each person."""
    products.open_demonstration()
    models.load_defaults()
    policies.load_defaults()
    groups = {
        OFFICERS: _group(OFFICERS, OFFICER_CHANGES),
        ANALYSTS: _group(ANALYSTS, ANALYST_CHANGES),
    }
    for staff in STAFF:
        _employ(staff, groups[staff.group], secret)
    for person in PEOPLE:
        borrower_id = _sign_up(person, on)
        if borrower_id is not None and person.shares_records:
            _share(person, borrower_id, on)
        tell(person.name)
    _welcome_neighbours(on, tell)


def _welcome_neighbours(on: date, tell: Told) -> None:
    """Their world is simulated only when somebody of it is missing."""
    joined = {
        persona: borrower_id
        for persona, person in NEIGHBOURS.items()
        if (borrower_id := _sign_up(person, on)) is not None
    }
    world = small_world(on) if joined else None
    for persona, borrower_id in joined.items():
        assert world is not None
        for each in files_for(persona, world):
            _upload(borrower_id, each.content, each.name)
        tell(NEIGHBOURS[persona].name)


def _group(name: str, changes: tuple[str, ...]) -> Group:
    """Staff who look at everything, and may do what is named."""
    group, _ = Group.objects.get_or_create(name=name)
    ours = Permission.objects.filter(content_type__app_label__in=OUR_APPS)
    group.permissions.set(
        ours.filter(codename__startswith="view_") | ours.filter(codename__in=changes)
    )
    return group


def _employ(staff: Staff, group: Group, secret: str) -> None:
    if queries.account_by_phone(staff.phone) is not None:
        return
    account = people.open_staff(
        phone=staff.phone,
        password=password(staff, secret=secret),
        is_administrator=staff.is_administrator,
    )
    account.groups.add(group)


def _sign_up(person: Person, on: date) -> int | None:
    """The borrower's id; nothing where they are here already."""
    if queries.account_by_phone(person.phone) is not None:
        return None
    account = people.open_account(phone=person.phone, language="zh-hans")
    people.set_phone(account_id=account.pk, phone=person.phone, verified=True)
    card = queries.borrower_of(account.pk)
    assert card is not None
    people.identify(
        borrower_id=card.id,
        name=person.name,
        id_number=person.id_number,
        on=on,
        minimum_age=18,
        by=SYSTEM,
    )
    _allow(card.id, AUTOMATED_DECISION)
    if person.shares_records:
        _allow(card.id, CONSUMPTION_RECORDS)
    return card.id


def _allow(borrower_id: int, purpose: str) -> None:
    consents.grant(
        borrower_id=borrower_id,
        purpose=purpose,
        notice_version=PURPOSES[purpose].notice_version,
        language="zh-hans",
        channel="DEMO",
        by=SYSTEM,
    )


def _share(person: Person, borrower_id: int, on: date) -> None:
    """A bill of the person's invented months, through the real reader."""
    records = ordinary_months(
        seed=person.seed,
        first_day=add_months(on, -person.months),
        months=person.months,
        monthly_income_fen=person.monthly_income_fen,
    )
    layout = Layout.WECHAT_XLSX_2026
    _upload(borrower_id, write(records, layout=layout), file_name(layout))


def _upload(borrower_id: int, content: bytes, name: str) -> None:
    """Through the real reader."""
    behaviour.upload_bill(
        borrower_id=borrower_id,
        content=content,
        media_type="application/octet-stream",
        reading=read_bill(content, name),
        by=SYSTEM,
    )
