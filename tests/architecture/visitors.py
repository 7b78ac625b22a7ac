"""Everybody who may knock at a door, with an object of Lin's that others must not see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from borrowers.behaviour import actions as behaviour
from borrowers.behaviour.models import ImportBatch
from borrowers.behaviour.tables.rows import microseconds_of
from borrowers.people import actions as people
from borrowers.people.models import Account
from borrowers.tests import cast
from borrowers.uploads import actions as uploads
from config.routes import Role
from lending.repayments import actions as repayments
from lending.tests import builders

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)+\??")
_OURS = ("borrowers", "scoring", "lending", "monitoring")


@dataclass(frozen=True)
class Lins:
    """What Lin owns: an application, a loan with a repayment, a bill, an upload."""

    application: str
    loan: str
    repayment: str
    bill: str
    upload: str
    line: str

    def address(self, route: str) -> str:
        """The address of her own thing behind this route."""
        thing = self.loan
        if "applications/" in route:
            thing = self.application
        if "bills/" in route:
            thing = self.bill
        if "uploads/" in route:
            thing = self.upload
        return address(
            route,
            {
                "public_id": thing,
                "out_trade_no": self.repayment,
                "number": self.repayment,
                "key": self.line,
            },
        )


def lins() -> Lins:
    """Lin with a paid-out loan, a repayment on its way, and a bill."""
    builders.open_books()
    card = builders.person("Lin")
    loan = builders.paid_out(card)
    repayment = repayments.request(
        loan_id=loan.pk,
        amount_fen=10_000,
        request_key="first repayment",
        on=builders.TODAY,
        by=cast.self_of(card),
    )
    bill = ImportBatch.objects.get(
        pk=behaviour.upload_bill(
            borrower_id=card.id,
            content=b"an invented bill",
            media_type="text/csv",
            reading=cast.reading([cast.event(1)]),
            by=cast.self_of(card),
        ).batch_id
    )
    return Lins(
        application=loan.contract.application.public_id,
        loan=loan.public_id,
        repayment=repayment.out_trade_no,
        bill=bill.public_id,
        line=f"{microseconds_of(cast.event(1).occurred_at)}.1",
        upload=uploads.receive(
            borrower_id=card.id, content=b"another bill", password="", by=cast.self_of(card)
        ).public_id,
    )


def visitor(role: Role) -> Client:
    """A browser and a mobile client of this role at once. The borrower is Wei, not Lin."""
    accounts = {
        Role.BORROWER: lambda: account_of(builders.person("Wei").account_id),
        Role.OFFICER: officer,
        Role.ADMINISTRATOR: lambda: staff("Zhao", is_administrator=True),
    }
    return signed_in(accounts[role]()) if role in accounts else Client()


def account_of(account_id: int) -> Account:
    return Account.objects.get(pk=account_id)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    client.defaults["HTTP_X_SESSION_TOKEN"] = str(client.session.session_key)
    return client


def staff(name: str, *, is_administrator: bool) -> Account:
    return people.open_staff(
        phone=cast.PHONES[name],
        password="a long enough password",
        is_administrator=is_administrator,
    )


def officer() -> Account:
    """Mei, who may look at everything of ours and change nothing."""
    account = staff("Mei", is_administrator=False)
    group = Group.objects.create(name="Those who look")
    group.permissions.set(
        Permission.objects.filter(content_type__app_label__in=_OURS, codename__startswith="view_")
    )
    account.groups.add(group)
    return account


def address(route: str, values: Mapping[str, str] | None = None) -> str:
    """A path that this route matches, with some value where nothing better is known."""
    usual = {
        "purpose": "CONSUMPTION_RECORDS",
        "product_code": "DAILY",
        "object_id": "1",
        "content_type_id": "1",
        "app_label": "lending",
        "uidb36": "1",
        **(values or {}),
    }

    def fill(match: re.Match[str]) -> str:
        return usual.get(match[1] or match[2], "no-such-thing")

    return "/" + _PARAMETER.sub(fill, route).replace("$", "").replace("^", "")


def knock(client: Client, path: str, method: str) -> HttpResponse:
    """Ask, without ever being told to slow down: that is another test's subject."""
    cache.clear()
    answer = client.generic(method, path, b"{}", content_type="application/json")
    assert isinstance(answer, HttpResponse)
    return answer


def is_turned_away(answer: HttpResponse) -> bool:
    """Whether the door said no, or sent the visitor to the page where they belong."""
    if answer.status_code in {401, 403, 404}:
        return True
    elsewhere = answer.headers.get("Location", "")
    sign_in = {reverse("account_login"), reverse("account_request_login_code")}
    return "?next=" in elsewhere and elsewhere.split("?")[0] in sign_in
