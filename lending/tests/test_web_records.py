"""What a person may take with them: everything of their own, nothing of anybody else's."""

import pytest
from django.urls import reverse

from borrowers.people.models import Borrower
from borrowers.tests import cast
from common.audit.models import AuditEntry
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
RECORDS = reverse("lending:own-records")


class TestTheFile:
    def test_holds_who_the_person_is_and_what_they_agreed_to(self, lin, web):
        copy = web.post(RECORDS).json()

        row = Borrower.objects.get(pk=lin.id)
        assert copy["person"]["name"] == row.name
        assert copy["person"]["id_number"] == row.id_number
        assert copy["person"]["phone"].endswith(cast.PHONES["Lin"][-11:])
        purposes = {each["purpose"] for each in copy["consents"]}
        assert purposes == {"CONSUMPTION_RECORDS", "AUTOMATED_DECISION"}

    def test_holds_loans_with_every_instalment_and_movement(self, lin, web):
        loan = builders.paid_out(lin)
        builders.pay_off(loan)

        copy = web.post(RECORDS).json()

        assert [each["number"] for each in copy["loans"]] == [loan.public_id]
        assert len(copy["loans"][0]["instalments"]) == 3
        assert [each["kind"] for each in copy["loans"][0]["movements"]] == [
            "PAYOFF",
            "DISBURSEMENT",
        ]
        assert [each["state"] for each in copy["applications"]] == ["SIGNED"]
        assert "LOAN_SETTLED" in {each["template"] for each in copy["messages"]}

    def test_says_a_withdrawn_consent_with_its_day(self, lin, web):
        cast.withdraw(lin)

        consents = web.post(RECORDS).json()["consents"]

        assert [bool(each["withdrawn_at"]) for each in consents] == [True, False]

    def test_is_a_file_and_never_kept_by_a_cache(self, web):
        answer = web.post(RECORDS)

        assert answer["Content-Type"] == "application/json"
        assert "attachment" in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]

    def test_leaves_a_trace_without_a_detail(self, lin, web):
        web.post(RECORDS)

        entry = AuditEntry.objects.get(action="borrowers.person.copied")
        assert entry.facts == {}
        assert entry.actor_account_id == lin.account_id

    def test_holds_nothing_of_another(self, lin, web):
        zhao = builders.person("Zhao")
        loan = builders.paid_out(zhao)

        copy = web.post(RECORDS).content.decode()

        assert loan.public_id not in copy
        assert zhao.public_id not in copy

    def test_is_not_fetched_by_a_link_and_leaves_no_trace_then(self, web):
        assert web.get(RECORDS).status_code == 405
        assert not AuditEntry.objects.filter(action="borrowers.person.copied").exists()


class TestThePrivacyPage:
    def test_leads_to_the_file_and_shows_whom_to_write_to(self, web):
        page = doors.shown(web.get(reverse("borrowers:privacy")))

        assert f'action="{RECORDS}"' in page
        assert ">privacy@mingzhang.example</a>" in page.split("<main")[1].split("</main>")[0]
        assert "12378" in page
