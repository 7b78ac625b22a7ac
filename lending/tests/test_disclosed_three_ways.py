"""The table of all costs and the notice of risks: page, PDF and API agree field by field."""

import io
import json
import re
from dataclasses import fields
from datetime import date
from html import unescape

import pdfplumber
import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from borrowers.people.models import Account
from common.audit.models import AuditEntry
from common.money import yuan
from lending.applications.disclosed import risk
from lending.applications.disclosed.table import CostTable, rate_words, table
from lending.applications.models import CostDisclosure
from lending.applications.queries import is_of
from lending.calc.fold import fold
from lending.loans import queries
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
TONGUES = ("zh-hans", "en")
# Between the head and the foot of every page, in points of A4.
BODY = (0, 50, 595, 794)


@pytest.fixture
def offer(lin):
    found = builders.offered(lin)
    builders.confirmed(found, lin)
    return found


def said(costs: CostTable) -> dict[str, list[str]]:
    """What a reader must find of every field, whatever the paper; a new field has to be added."""
    assert costs.risk is not None
    return {
        "principal_fen": [yuan(costs.principal_fen)],
        "term_months": [str(costs.term_months)],
        "instalment_fen": [yuan(costs.instalment_fen)],
        "total_interest_fen": [yuan(costs.total_interest_fen)],
        "total_fees_fen": [yuan(costs.total_fees_fen)],
        "total_fen": [yuan(costs.total_fen)],
        "irr_nominal_ppm": [rate_words(costs.irr_nominal_ppm)],
        "irr_effective_ppm": [rate_words(costs.irr_effective_ppm)],
        "cap_ppm": [rate_words(costs.cap_ppm)],
        "items": [
            words
            for each in costs.items
            for words in (
                each.name,
                each.charged,
                each.recipient_name,
                yuan(each.amount_fen),
                rate_words(each.annual_rate_ppm),
            )
        ],
        "contingent": [
            words
            for each in costs.contingent
            for words in (
                each.name,
                each.charged,
                each.recipient_name,
                rate_words(each.annual_rate_ppm),
            )
        ],
        "instalment_name": [costs.instalment_name],
        "no_other_charge": [costs.no_other_charge],
        "schedule": [
            figure
            for row in costs.schedule
            for figure in (yuan(row.principal_fen), yuan(row.interest_fen), yuan(row.total_fen))
        ],
        "risk": [*costs.risk.sentences],
    }


def flat(text: str) -> str:
    """Without what a printer or a browser puts between the signs."""
    return re.sub(r"\s+", "", text)


def without_head(text: str) -> str:
    """Later pages begin with what they belong to."""
    return re.sub(r"^[^\n]*(Loan contract, application|借款合同)[^\n]*\n", "", text)


def on_paper(offer, language) -> str:
    content = queries.unsigned_file(offer.application_id, on=builders.TODAY, language=language)
    with pdfplumber.open(io.BytesIO(content)) as opened:
        text = "\n".join(without_head(page.crop(BODY).extract_text()) for page in opened.pages)
        cells = [
            cell or ""
            for page in opened.pages
            for grid in page.extract_tables()
            for row in grid
            for cell in row
        ]
    return flat(text) + "|" + "|".join(flat(cell) for cell in cells)


def on_page(lin, offer, language) -> str:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.force_login(Account.objects.get(pk=lin.account_id))
    body = client.get(f"/applications/{offer.application.public_id}/").content.decode()
    words = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", body, flags=re.DOTALL)
    return flat(unescape(re.sub(r"<[^>]+>", "", words)))


@pytest.mark.parametrize("language", TONGUES)
class TestPageAndPaperAndAnswer:
    def expected(self, offer, language):
        content = CostDisclosure.objects.filter(offer=offer, step="SHOWN").get().content
        with translation.override(language):
            return table(content)

    def test_have_no_field_that_is_not_compared(self, offer, language):
        costs = self.expected(offer, language)

        assert set(said(costs)) == {each.name for each in fields(CostTable)}

    def test_the_paper_says_every_field(self, offer, language):
        text = on_paper(offer, language)

        missing = {
            name: words
            for name, values in said(self.expected(offer, language)).items()
            for words in values
            if flat(words) not in text
        }
        assert missing == {}

    def test_the_page_says_every_field(self, lin, language):
        found = builders.offered(lin)
        client = doors.web_of(lin)
        client.post(f"/applications/{found.application.public_id}/accept/")
        text = on_page(lin, found, language)

        missing = {
            name: words
            for name, values in said(self.expected(found, language)).items()
            for words in values
            if flat(words) not in text
        }
        assert missing == {}

    def test_the_answer_is_the_value_itself(self, lin, offer, language):
        api = APIClient(headers={"accept-language": language})
        api.force_authenticate(Account.objects.get(pk=lin.account_id))
        address = f"/api/v1/applications/{offer.application.public_id}/cost"
        given = json.loads(api.get(address).content)["cost"]
        costs = self.expected(offer, language)

        assert set(given) == {each.name for each in fields(CostTable)}
        for name in given:
            assert given[name] == plain(getattr(costs, name)), name


def plain(value):
    """A value as JSON gives it back."""
    if hasattr(value, "__dataclass_fields__"):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


class TestTheNotice:
    def test_computes_its_example_as_the_penalty_is_computed(self, lin):
        loan = builders.paid_out(lin)
        kept = CostDisclosure.objects.filter(step="CONFIRMED").get().content["risk"]
        state = queries.log_of(loan)
        late = fold(queries.terms_of(loan), state, date(2027, 1, 9))

        # 20 December is the first due date; 20 days later nothing has been paid.
        assert kept["days_late"] == 20
        assert kept["penalty_fen"] == late.penalty_accrued_fen > 0
        assert kept["due_fen"] == loan.instalments.get(number=1).principal_fen + (
            loan.instalments.get(number=1).interest_fen
        )

    def test_is_accepted_with_the_cost_at_a_time_and_under_a_hash(self, offer):
        confirmed = CostDisclosure.objects.get(offer=offer, step="CONFIRMED")
        noted = AuditEntry.objects.get(action="lending.application.cost_confirmed")

        assert confirmed.content["risk"]["version"] == risk.VERSION
        assert noted.facts == {
            "sha256": confirmed.content_sha256,
            "risk_notice": risk.VERSION,
        }
        assert confirmed.recorded_at > builders.NOW

    def test_that_was_never_shown_leaves_the_offer_unsignable(self, lin):
        found = builders.offered(lin)
        builders.confirmed(found, lin)
        shown = CostDisclosure.objects.get(offer=found, step="CONFIRMED")
        shown.content.pop("risk")

        assert not is_of(found, shown)
