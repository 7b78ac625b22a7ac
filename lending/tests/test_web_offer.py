"""From the offer to the signature: what is shown, what must be read, and what one click does."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.template.loader import render_to_string
from django.urls import reverse

from lending.applications.models import CostDisclosure, LoanApplication, Offer
from lending.channels.models import Transfer
from lending.loans.models import Loan, LoanContract
from lending.tests import builders, doors, walks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
LATER = builders.NOW + timedelta(minutes=2)


@pytest.fixture
def offer(web, lin):
    """An offer of the builders' for an application that the machine has looked at."""
    application = builders.draft(lin)
    web.post(reverse("lending:submit", args=[application.public_id]))
    doors.decide(application)
    LoanApplication.objects.filter(pk=application.pk).update(state="OFFERED")
    builders.room(application.borrower_id)
    return Offer.objects.create(
        application=application,
        tier="B",
        limit_fen=400_000,
        longest_term_months=6,
        amount_fen=300_000,
        term_months=3,
        base_rate_ppm=120_000,
        annual_rate_ppm=120_000,
        penalty_rate_ppm=180_000,
        grace_days=3,
        expires_at=builders.NOW + timedelta(hours=24),
    )


def url(name: str, offer: Offer) -> str:
    return reverse(f"lending:{name}", args=[offer.application.public_id])


def page_of(web, offer):
    return web.get(url("application", offer))


def read(web, offer) -> CostDisclosure:
    """Accept the offer, open the cost table, and read it for two minutes."""
    web.post(url("accept", offer))
    page_of(web, offer)
    shown = CostDisclosure.objects.get(step="SHOWN")
    with time_machine.travel(LATER, tick=True):
        web.post(url("confirm-cost", offer), {"disclosure": shown.pk})
    return shown


def state_of(offer: Offer) -> str:
    return LoanApplication.objects.get(pk=offer.application_id).state


class TestTheOffer:
    def test_says_the_yearly_cost_before_anything_else(self, web, offer):
        words = doors.shown(page_of(web, offer))

        assert "You can borrow ¥3,000.00" in words
        cost = words.index("Yearly cost, everything included")
        assert cost < words.index("You borrow") < words.index("You pay back in all")
        assert re.search(r'cost-rate">12\.00%', words)

    def test_adds_up_to_the_fen(self, web, offer):
        page = page_of(web, offer)

        cost, plan = page.context["cost"], page.context["instalments"]
        assert sum(row.principal_fen for row in plan) == cost["principal_fen"] == 300_000
        assert sum(row.interest_fen for row in plan) == cost["interest_fen"]
        assert cost["total_fen"] == cost["principal_fen"] + cost["interest_fen"]

    def test_names_every_item_its_recipient_and_whether_it_may_change(self, web, offer):
        items = page_of(web, offer).context["items"]

        assert [each["name"] for each in items] == ["Interest", "If you pay late"]
        assert {each["recipient"] for each in items} == {"the lender"}
        assert {each["change"] for each in items} == {"No"}
        assert "12.00% a year" in items[0]["standard"]
        assert "within 3 days" in items[1]["standard"]

    def test_gives_its_reasons(self, web, offer):
        explanation = page_of(web, offer).context["explanation"]

        assert explanation["held"]
        assert any("consumption records" in each for each in explanation["used"])

    def test_says_that_a_discount_is_in_it(self, web, offer):
        Offer.objects.update(annual_rate_ppm=115_000, discount_ppm=5_000)

        page = page_of(web, offer)

        assert "Your discount for paying on time is in it: 0.50% a year" in doors.shown(page)
        names = [each["name"] for each in page.context["items"]]
        assert names[:2] == ["Interest", "Your discount for paying on time"]

    def test_has_no_ticked_box_and_one_first_button(self, web, offer):
        words = doors.shown(page_of(web, offer))

        assert "checked" not in words
        main = words[words.index("<main") : words.index("</main>")]
        buttons = re.findall(r"<button[^>]*>", main)
        first = [each for each in buttons if "class" not in each]
        assert len(first) == 1


class TestChangingIt:
    def test_keeps_the_rate(self, web, offer):
        web.post(url("change-offer", offer), {"amount": "3,900", "term_months": "6"})

        offer.refresh_from_db()
        assert (offer.amount_fen, offer.term_months) == (390_000, 6)
        assert offer.annual_rate_ppm == 120_000

    @pytest.mark.parametrize(
        ("amount", "months"), [("4000.01", "6"), ("499", "6"), ("1000", "12"), ("", "")]
    )
    def test_goes_no_further_than_the_offer(self, web, offer, amount, months):
        page = web.post(url("change-offer", offer), {"amount": amount, "term_months": months})

        assert page.context["form"].errors
        offer.refresh_from_db()
        assert (offer.amount_fen, offer.term_months) == (300_000, 3)

    def test_after_accepting_leads_back_to_the_offer_and_to_reading_its_cost(self, web, offer):
        web.post(url("accept", offer))
        walks.read_cost(web, page_of(web, offer).context["application"])
        contract = page_of(web, offer)

        page = web.post(
            url("change-offer", offer), {"amount": "1000", "term_months": "3"}, follow=True
        )
        web.post(url("accept", offer))
        cost = page_of(web, offer)

        assert url("change-offer", offer) in doors.shown(contract)
        assert "You can borrow ¥1,000.00" in doors.shown(page)
        assert "lending/cost.html" in {each.name for each in cost.templates}
        assert cost.context["costs"].principal_fen == 100_000

    def test_is_over_once_it_was_signed(self, web, offer):
        web.post(url("accept", offer))
        walks.read_cost(web, page_of(web, offer).context["application"])
        web.post(url("sign", offer), {"agrees": "on"})

        web.post(url("change-offer", offer), {"amount": "1000", "term_months": "3"})

        offer.refresh_from_db()
        assert (offer.amount_fen, state_of(offer)) == (300_000, "SIGNED")


class TestAskingForAPersonInstead:
    def test_leaves_the_offer_standing_for_as_long_as_they_may_take(self, web, offer):
        page = web.post(url("ask-for-a-person", offer), follow=True)

        assert state_of(offer) == "REFERRED"
        assert "A person is looking at your application" in doors.shown(page)
        assert "This offer stands until they decide." in doors.shown(page)
        offer.refresh_from_db()
        assert offer.expires_at - builders.NOW > timedelta(days=2, hours=23)

    def test_ends_by_accepting_the_offer(self, web, offer):
        web.post(url("ask-for-a-person", offer))

        page = web.post(url("accept", offer), follow=True)

        assert state_of(offer) == "ACCEPTED"
        assert "lending/cost.html" in {each.name for each in page.templates}
        assert not LoanApplication.objects.get().review_wanted

    def test_keeps_waiting_when_the_offers_time_is_over_first(self, web, offer):
        web.post(url("ask-for-a-person", offer))
        Offer.objects.update(expires_at=builders.NOW)

        page = web.post(url("accept", offer), follow=True)

        assert state_of(offer) == "REFERRED"
        assert "This offer is no longer valid." in doors.shown(page)
        assert "lending/referred.html" in {each.name for each in page.templates}

    def test_is_over_once_it_was_accepted(self, web, offer):
        web.post(url("accept", offer))

        web.post(url("ask-for-a-person", offer))

        assert state_of(offer) == "ACCEPTED"
        assert Offer.objects.exists()


class TestTheCostTable:
    def test_names_what_is_never_paid_and_how_the_rate_is_worked_out(self, web, offer):
        web.post(url("accept", offer))

        page = page_of(web, offer)

        words = doors.shown(page)
        assert "No other charge belongs to this loan" in words
        assert "rate times twelve (IRR)" in words
        assert page.context["costs"].cap_ppm == 240_000
        assert [each["name"] for each in page.context["contingent_items"]] == ["If you pay late"]

    def test_starts_its_reading_time_once(self, web, offer):
        web.post(url("accept", offer))

        page_of(web, offer)
        shown = CostDisclosure.objects.get(step="SHOWN")
        with time_machine.travel(shown.recorded_at + timedelta(seconds=4.5), tick=False):
            second = page_of(web, offer)

        assert CostDisclosure.objects.get().pk == shown.pk
        assert second.context["seconds_left"] == shown.minimum_seconds - 4

    def test_confirmed_too_early_is_refused_kindly_and_not_kept(self, web, offer):
        web.post(url("accept", offer))
        page_of(web, offer)
        shown = CostDisclosure.objects.get()

        page = web.post(url("confirm-cost", offer), {"disclosure": shown.pk}, follow=True)

        assert "Please take the time to read the cost table." in doors.shown(page)
        assert "The whole cost of this loan" in doors.shown(page)
        assert CostDisclosure.objects.count() == 1

    @pytest.mark.parametrize("given", ["", "x", "0", "999999", "-1"])
    def test_is_confirmed_by_its_own_number_only(self, web, offer, given):
        web.post(url("accept", offer))
        page_of(web, offer)

        with time_machine.travel(LATER, tick=True):
            web.post(url("confirm-cost", offer), {"disclosure": given})

        assert not CostDisclosure.objects.filter(step="CONFIRMED").exists()

    def test_is_confirmed_once_and_leads_to_the_contract(self, web, offer):
        shown = read(web, offer)
        read(web, offer)

        confirmed = CostDisclosure.objects.get(step="CONFIRMED")
        assert confirmed.content_sha256 == shown.content_sha256
        assert (confirmed.language, confirmed.channel) == ("en", "WEB")
        assert "Your contract" in doors.shown(page_of(web, offer))


class TestTheContract:
    def test_keeps_days_and_amounts_in_one_piece(self):
        rows = (("Due on", "Amount", "Paid to"), ("2026-12-23", "¥3,000.00", "the lender"))

        shown = render_to_string("lending/grid.html", {"rows": rows, "label": "Plan"})

        assert '<td class="whole">2026-12-23</td><td class="whole">¥3,000.00</td>' in shown
        assert "<td>the lender</td>" in shown

    def test_is_shown_word_for_word_before_it_is_signed(self, web, offer):
        read(web, offer)

        page = page_of(web, offer)

        headings = [each.heading for each in page.context["parts"]]
        assert headings[0] == "Parties"
        assert "If you pay late" in headings
        assert "Principal: ¥3,000.00, for 3 months" in doors.shown(page)

    def test_can_be_kept_as_a_file(self, web, offer):
        read(web, offer)

        file = web.get(url("unsigned-contract", offer))

        assert file["Content-Type"] == "application/pdf"
        assert file.content.startswith(b"%PDF-")
        assert file["Cache-Control"] == "no-store"

    def test_is_not_shown_before_the_cost_was_read(self, web, offer):
        web.post(url("accept", offer))

        assert web.get(url("unsigned-contract", offer)).status_code == 409

    def test_is_not_signed_without_the_tick(self, web, offer):
        read(web, offer)

        page = web.post(url("sign", offer))

        assert "Tick the box if you want to sign." in doors.shown(page)
        assert state_of(offer) == "ACCEPTED"
        assert not LoanContract.objects.exists()

    def test_is_not_signed_before_the_cost_was_read(self, web, offer):
        web.post(url("accept", offer))

        page = web.post(url("sign", offer), {"agrees": "on"}, follow=True)

        assert "This step is not possible" in doors.shown(page)
        assert not LoanContract.objects.exists()
        assert not Transfer.objects.exists()

    def test_is_signed_once_by_a_double_click(self, web, offer):
        read(web, offer)

        for _ in range(2):
            signed = web.post(url("sign", offer), {"agrees": "on"}, follow=True)

        loan = Loan.objects.get()
        assert signed.redirect_chain[-1][0] == reverse("lending:loan", args=[loan.public_id])
        assert "¥3,000.00 is on its way" in doors.shown(signed)
        assert Transfer.objects.count() == 1
        assert state_of(offer) == "SIGNED"

    def test_can_be_left_until_it_is_signed(self, web, offer):
        read(web, offer)

        page = web.post(url("withdraw", offer), follow=True)

        assert "You have withdrawn this application" in doors.shown(page)
        assert not LoanContract.objects.exists()
