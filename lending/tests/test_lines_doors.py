"""The line at its doors: staff freeze it and change it by two, the borrower sees a true picture."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.tests import cast
from lending.lines.models import CreditLine, LineProposal
from lending.tests import builders, doors
from lending.tests.lining import line_of, totals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.fixture
def line(lin):
    builders.room(lin.id, limit_fen=500_000)
    return CreditLine.objects.get()


def staff(name, *permissions):
    account = people.open_staff(
        phone=cast.PHONES[name], password="a long enough password", is_administrator=False
    )
    looks = Permission.objects.filter(
        content_type__app_label="lending", codename__startswith="view_"
    )
    account.user_permissions.set(looks | Permission.objects.filter(codename__in=permissions))
    browser = doors.stranger()
    browser.force_login(account)
    return browser


def address(name, *args):
    return reverse(f"admin:lending_creditline_{name}", args=args)


def page_of(browser, line):
    return browser.get(address("change", line.pk))


def ask(browser, line, **given):
    values = {"limit": "8000", "reason": "INCOME", "request_key": "one", **given}
    return browser.post(address("ask", line.pk), values, follow=True)


class TestTheStaffPage:
    def test_shows_the_totals_and_every_step(self, lin):
        builders.paid_out(lin)
        mei = staff("Mei")

        page = doors.shown(page_of(mei, CreditLine.objects.get()))

        for words in ("Limit by a decision", "Reserved by accepting", "Paid out", "3,000.00"):
            assert words in page
        assert "Freeze" not in page
        assert "Ask for this limit" not in page

    def test_lists_the_lines(self, lin, line):
        page = doors.shown(staff("Mei").get(address("changelist")))

        assert "5,000.00" in page
        assert "In use" in page

    def test_freezes_and_lifts_with_the_right_to(self, lin, line):
        mei = staff("Mei", "freeze_creditline")

        mei.post(address("turn", line.pk, "freeze"), {"reason": "ALERT"})
        assert line_of(lin).state == "FROZEN"

        assert "Let it be used again" in doors.shown(page_of(mei, line))
        mei.post(address("turn", line.pk, "unfreeze"), {"reason": "CLEARED"})
        assert line_of(lin).state == "ACTIVE"

    @pytest.mark.parametrize("given", [{}, {"reason": "NONE"}])
    def test_does_nothing_without_a_reason(self, lin, line, given):
        mei = staff("Mei", "freeze_creditline")

        mei.post(address("turn", line.pk, "freeze"), given)

        assert line_of(lin).state == "ACTIVE"

    def test_says_what_is_not_possible(self, lin, line):
        mei = staff("Mei", "freeze_creditline")

        page = mei.post(address("turn", line.pk, "close"), {"reason": "WISH"}, follow=True)

        assert "This step is not possible for this line now." in doors.shown(page)
        assert line_of(lin).state == "ACTIVE"

    @pytest.mark.parametrize("permissions", [(), ("propose_creditline", "approve_creditline")])
    def test_does_not_freeze_without_the_right_to(self, lin, line, permissions):
        mei = staff("Mei", *permissions)

        answer = mei.post(address("turn", line.pk, "freeze"), {"reason": "ALERT"})

        assert answer.status_code == 403
        assert line_of(lin).state == "ACTIVE"

    @pytest.mark.parametrize(("name", "args"), [("turn", ("melt",)), ("ask", ())])
    def test_knows_no_other_steps_and_no_other_lines(self, line, name, args):
        mei = staff("Mei", "freeze_creditline", "propose_creditline")
        number = line.pk if args else line.pk + 1

        assert mei.post(address(name, number, *args)).status_code == 404


class TestALimitByTwo:
    def test_holds_after_a_colleague_has_approved(self, lin, line):
        ask(staff("Mei", "propose_creditline"), line)
        assert line_of(lin).limit_fen == 500_000
        chen = staff("Chen", "approve_creditline")
        assert "Approve" in doors.shown(page_of(chen, line))

        chen.post(address("decide", LineProposal.objects.get().pk), {"approve": "1"})

        assert line_of(lin).limit_fen == 800_000

    def test_stays_where_the_colleague_turns_it_down(self, lin, line):
        ask(staff("Mei", "propose_creditline"), line)
        chen = staff("Chen", "approve_creditline")

        chen.post(address("decide", LineProposal.objects.get().pk), {"turn_down": "1"})

        assert line_of(lin).limit_fen == 500_000

    def test_is_not_approved_by_who_asked(self, lin, line):
        mei = staff("Mei", "propose_creditline", "approve_creditline")
        ask(mei, line)

        page = mei.post(
            address("decide", LineProposal.objects.get().pk), {"approve": "1"}, follow=True
        )

        assert "Somebody else has to decide about this limit." in doors.shown(page)
        assert line_of(lin).limit_fen == 500_000

    @pytest.mark.parametrize("given", [{"limit": "x"}, {"limit": "-1"}, {"reason": ""}])
    def test_is_not_asked_for_in_words_that_make_no_sense(self, line, given):
        ask(staff("Mei", "propose_creditline"), line, **given)

        assert not LineProposal.objects.exists()

    def test_needs_the_rights(self, line):
        mei = staff("Mei", "freeze_creditline")

        assert ask(mei, line).status_code == 403
        assert mei.post(address("decide", 1), {"approve": "1"}).status_code == 403
        assert not LineProposal.objects.exists()


class TestTheBorrower:
    def test_sees_limit_used_and_free_with_the_table_behind(self, lin):
        builders.paid_out(lin)
        builders.room(lin.id, limit_fen=500_000)

        page = doors.web_of(lin).get(reverse("lending:start"))

        rows = {each.label: each.size for each in page.context["line_rows"]}
        assert rows == {"Your limit": 500_000, "You owe": 300_000, "Free": 200_000}
        assert "¥2,000.00 of your limit of ¥5,000.00 is free." in doors.shown(page)

    def test_sees_what_is_on_its_way(self, lin):
        offer = builders.offered(lin)
        builders.confirmed(offer, lin)

        rows = doors.web_of(lin).get(reverse("lending:start")).context["line_rows"]

        assert {"Accepted, on its way to you": 300_000}.items() <= {
            each.label: each.size for each in rows
        }.items()

    def test_is_told_plainly_when_it_is_frozen(self, lin, line):
        mei = staff("Mei", "freeze_creditline")
        mei.post(address("turn", line.pk, "freeze"), {"reason": "ALERT"})

        page = doors.shown(doors.web_of(lin).get(reverse("lending:start")))

        assert "Your limit is not in use at present." in page

    def test_sees_nothing_before_there_is_a_line(self, lin):
        page = doors.web_of(lin).get(reverse("lending:start"))

        assert "line" not in page.context or not page.context["line"]
        assert doors.api_of(lin).get("/api/v1/line").status_code == 404

    def test_reads_the_same_figures_from_the_api(self, lin):
        builders.paid_out(lin)

        found = doors.api_of(lin).get("/api/v1/line").json()

        limit, drawn, reserved, held = totals(lin)
        assert (found["limit_fen"], found["drawn_fen"]) == (limit, drawn)
        assert (found["reserved_fen"], found["held_fen"]) == (reserved, held)
        assert found["free_fen"] == limit - found["used_fen"]
