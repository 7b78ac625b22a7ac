"""Every door is asked as everybody: it lets in whom the table says, and nobody else."""

import re
from collections.abc import Iterator

import pytest
from django.urls import resolve, reverse

from borrowers.people.queries import account_by_phone
from borrowers.tests import cast
from config import routes
from config.routes import CLOSED, DECLARED, PREFIXES, Role, every_route, who_may_open
from lending.tests import builders
from tests.architecture import visitors
from tests.architecture.visitors import address, is_turned_away, knock, visitor

METHODS = ("GET", "POST")
OWN_THINGS = ("public_id", "out_trade_no", "number")
# While a sign-up waits for its code, the number may be corrected: who has none is told 409.
OPEN_HALFWAY = {"POST _allauth/app/v1/account/phone: 409"}
VISITORS = [role for role in Role if role is not Role.PARTNER]


def belongs_to_somebody(route: str) -> bool:
    return any(f":{name}>" in route for name in OWN_THINGS)


class TestTheTable:
    def test_declares_every_route(self):
        assert [route for route in every_route() if who_may_open(route) is None] == []

    def test_declares_no_route_that_is_not_there(self):
        assert set(DECLARED) - set(every_route()) == set()

    def test_has_a_use_for_every_prefix(self):
        found = list(every_route())

        assert [each for each in PREFIXES if not any(r.startswith(each) for r in found)] == []

    def test_takes_the_longest_prefix(self):
        assert who_may_open("admin/lending/loan/") == routes.STAFF
        assert who_may_open("admin/account/emailaddress/") == CLOSED
        assert who_may_open("nowhere/") is None

    def test_names_routes_as_django_does(self):
        assert resolve("/accounts/confirm-email/abc/").route in DECLARED
        assert resolve("/loans/abc/pay/").route in DECLARED
        assert resolve("/admin/lending/loan/").route.startswith("admin/")


@pytest.mark.django_db
class TestDoors:
    @pytest.fixture(autouse=True)
    def _things_exist(self):
        self.lins = visitors.lins()

    @pytest.mark.parametrize("role", VISITORS)
    def test_turn_away_whom_the_table_does_not_name(self, role):
        client = visitor(role)

        let_in = {
            f"{method} {route}: {answer.status_code}"
            for route, method in self.doors()
            if role not in self.allowed(route)
            and not is_refused(answer := knock(client, self.lins.address(route), method))
        }

        assert let_in - OPEN_HALFWAY == set()

    @pytest.mark.parametrize("role", VISITORS)
    def test_let_in_whom_the_table_names(self, role):
        client = self.lin() if role is Role.BORROWER else visitor(role)

        turned_away = [
            f"{route}: {answer.status_code}"
            for route in DECLARED
            if role in self.allowed(route)
            and is_turned_away(answer := knock(client, self.lins.address(route), "GET"))
            # The way in of mobile clients is a 401 with the steps that lead to a token.
            and b'"flows"' not in answer.content
        ]

        assert turned_away == []

    def test_say_that_other_peoples_things_are_not_there(self):
        """Wei knocks with Lin's names: he is answered as if there were no such thing."""
        wei = visitor(Role.BORROWER)
        for route, method in self.doors():
            if belongs_to_somebody(route):
                lins, nobodys = self.lins.address(route), address(route)
                others, nothing = knock(wei, lins, method), knock(wei, nobodys, method)

                # 400 and 415: the body is looked at first, and says nothing of the thing.
                assert others.status_code in {404, 405, 400, 415}, f"{method} {route}"
                assert others.status_code == nothing.status_code, f"{method} {route}"
                assert said(others, lins) == said(nothing, nobodys), f"{method} {route}"

    def test_of_borrowers_send_staff_to_their_own_site(self, client):
        client.force_login(visitors.officer())

        assert client.get(reverse("lending:start"))["Location"] == reverse("admin:index")

    def test_of_partners_ask_for_a_signature(self, client):
        answer = client.post("/webhooks/sandbox-bank", {}, content_type="application/json")

        assert answer.status_code in {400, 401, 403}

    @staticmethod
    def doors() -> Iterator[tuple[str, str]]:
        return ((route, method) for route in sorted(set(every_route())) for method in METHODS)

    @staticmethod
    def allowed(route: str) -> frozenset[Role]:
        return who_may_open(route) or CLOSED

    @staticmethod
    def lin():
        account = account_by_phone(cast.PHONES["Lin"])
        assert account is not None
        return visitors.signed_in(account)


@pytest.mark.django_db
class TestStaffPages:
    @pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
    def test_open_to_staff(self, role):
        builders.open_books()
        client = visitor(role)

        assert client.get(reverse("admin:index")).status_code == 200
        assert client.get(reverse("admin:lending_loan_changelist")).status_code == 200

    def test_say_so_while_the_books_are_not_opened(self):
        page = visitor(Role.OFFICER).get(reverse("admin:lending_loan_changelist"))

        assert page.status_code == 503

    def test_show_an_officer_nothing_that_was_not_granted(self):
        client = visitors.signed_in(visitors.staff("Mei", is_administrator=False))

        assert client.get(reverse("admin:lending_loan_changelist")).status_code == 403


@pytest.mark.django_db
class TestTheGate:
    @pytest.mark.parametrize(
        "path",
        ["/accounts/email/", "/accounts/password/reset/", "/_allauth/app/v1/account/email"],
    )
    @pytest.mark.parametrize("method", METHODS)
    def test_closes_what_a_package_brought_along(self, path, method):
        for role in VISITORS:
            assert knock(visitor(role), path, method).status_code == 404

    def test_closes_what_nobody_declared(self, client, monkeypatch):
        monkeypatch.setattr(routes, "DECLARED", {})

        assert client.get("/healthz").status_code == 404


def is_refused(answer) -> bool:
    """Turned away, sent to the staff site, or asked in a way that the door does not know."""
    return (
        is_turned_away(answer)
        or answer.status_code == 405
        or answer.headers.get("Location", "").startswith("/admin/")
    )


def said(answer, path: str) -> str:
    """What the answer says, without what differs in every answer."""
    text = answer.content.decode().replace(path, "")
    return re.sub(r'"instance": ?"[^"]*"|value="[A-Za-z0-9]{64}"', "", text)
