"""What was read: pictures with their tables, bills that add up, lines only their owner can see."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from borrowers.behaviour import actions, queries
from borrowers.behaviour.contracts import Category, Direction, MarkKind, MarkState
from borrowers.behaviour.models import EventMark, ImportBatch
from borrowers.checks.models import LabelProposal
from borrowers.people.models import Account
from borrowers.tests import cast

pytestmark = pytest.mark.django_db
SUMMARY, LINES = reverse("borrowers:summary"), reverse("borrowers:lines")


@pytest.fixture
def lin():
    lin = cast.borrower("Lin")
    cast.allow(lin)
    return lin


@pytest.fixture
def phone(lin) -> Client:
    return client_of(lin)


def client_of(card) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(pk=card.account_id))
    return client


def give(card, events, **changes) -> ImportBatch:
    outcome = actions.upload_bill(
        borrower_id=card.id,
        reading=cast.reading(events, **changes),
        content=repr(events).encode(),
        media_type="text/csv",
        by=cast.self_of(card),
    )
    return ImportBatch.objects.get(pk=outcome.batch_id)


def address_of(phone: Client, memo: str) -> str:
    """Where the one line with this note is shown."""
    (found,) = [each for each in phone.get(LINES).context["lines"] if each["memo"] == memo]
    return str(found["url"])


def salaries(months: int = 6):
    return [
        cast.event(
            100 + month,
            occurred_at=datetime(2026, 5 + month, 10, 1, 0, tzinfo=UTC),
            amount_fen=800_000,
            direction=Direction.IN,
            category=Category.INCOME_SALARY,
            merchant="",
            counterparty="Bright Works",
            memo="wages",
        )
        for month in range(months)
    ]


def subscription(months: int = 6):
    return [
        cast.event(
            200 + month,
            occurred_at=datetime(2026, 5 + month, 3, 2, 0, tzinfo=UTC),
            amount_fen=2_500,
            category=Category.ENTERTAINMENT,
            merchant="Quiet Films",
            counterparty="Quiet Films",
        )
        for month in range(months)
    ]


class TestTheSummary:
    def test_draws_scenes_with_a_table_behind(self, lin, phone):
        give(lin, [cast.event(1), cast.event(2, category=Category.TRAVEL)])

        shown = phone.get(SUMMARY).content.decode()

        assert shown.count('<svg viewBox="0 0 360') == 2
        assert 'aria-label="Spending by kind"' in shown
        assert "Travel" in shown
        assert "¥10.02" in shown

    def test_tells_income_and_who_pays_it(self, lin, phone):
        give(lin, salaries())

        shown = phone.get(SUMMARY).content.decode()

        assert "Bright Works" in shown
        assert "Every month" in shown
        assert "¥48,000.00" in shown

    def test_tells_of_what_comes_again(self, lin, phone):
        give(lin, subscription())

        shown = phone.get(SUMMARY).content.decode()

        assert "Quiet Films" in shown
        assert "¥25.00" in shown
        assert "We found no income in these files." in shown

    def test_counts_refunds_and_never_as_income(self, lin, phone):
        give(
            lin,
            [
                cast.event(1),
                cast.event(
                    2, category=Category.REFUND, direction=Direction.IN, merchant="Somebody else"
                ),
            ],
        )

        shown = phone.get(SUMMARY).content.decode()

        assert "We found no income in these files." in shown
        assert "It is never income." in shown
        assert "Refunds by month" in shown
        assert "May 2026" in shown.partition("Refunds by month")[2]

    def test_draws_no_months_where_nothing_came_back(self, lin, phone):
        give(lin, [cast.event(1)])

        assert "Refunds by month" not in phone.get(SUMMARY).content.decode()

    def test_of_nothing_leads_to_the_upload(self, phone):
        shown = phone.get(SUMMARY).content.decode()

        assert "Nothing has been read" in shown
        assert reverse("borrowers:sources") in shown

    def test_after_a_withdrawal_shows_nothing(self, lin, phone):
        give(lin, salaries())
        cast.withdraw(lin)

        assert "Bright Works" not in phone.get(SUMMARY).content.decode()


class TestABill:
    def test_adds_up(self, lin, phone):
        batch = give(lin, [cast.event(1), cast.event(2)], declared_rows=4, totals_agree=True)

        shown = phone.get(reverse("borrowers:bill", args=[batch.public_id])).content.decode()

        assert "Rows that the file says it has" in shown
        assert "own count and sums fit its rows" in shown
        assert "A person of ours looks at it." in shown

    def test_says_what_it_contradicts_itself_in(self, lin, phone):
        batch = give(lin, [cast.event(1)], declared_rows=43, totals_agree=False)

        shown = phone.get(reverse("borrowers:bill", args=[batch.public_id])).content.decode()

        assert "The file says it has 43 rows" in shown

    def test_is_nowhere_for_somebody_else(self, lin):
        batch = give(lin, [cast.event(1)])
        zhao = client_of(cast.borrower("Zhao"))

        page = zhao.get(reverse("borrowers:bill", args=[batch.public_id]))

        assert page.status_code == 404


class TestLines:
    def test_are_shown_with_their_words_to_their_owner(self, lin, phone):
        give(lin, [cast.event(1)])

        shown = phone.get(LINES).content.decode()

        assert "Green Bowl Noodles" in shown
        assert "noodles 1" in shown

    def test_of_somebody_else_are_not_there(self, lin):
        give(lin, [cast.event(1)])
        zhao = cast.borrower("Zhao")
        cast.allow(zhao)

        assert "Green Bowl" not in client_of(zhao).get(LINES).content.decode()

    def test_come_a_page_at_a_time_and_each_once(self, lin, phone):
        give(lin, [cast.event(number) for number in range(60)])
        seen, url = [], LINES
        while url:
            page = phone.get(url)
            seen += [line["memo"] for line in page.context["lines"]]
            url = page.context["following_url"]

        assert len(seen) == len(set(seen)) == 60
        assert seen[0] == "noodles 59"

    @pytest.mark.parametrize(
        "before", ["x", "1", "1.99999999999999999999", "999999999999999999.1", "1.2.3", "%00"]
    )
    def test_are_nowhere_before_what_is_no_line(self, phone, before):
        assert phone.get(LINES, {"before": before}).status_code in {400, 404}

    def test_are_hidden_after_a_withdrawal(self, lin, phone):
        give(lin, [cast.event(1)])
        cast.withdraw(lin)

        assert "Green Bowl" not in phone.get(LINES).content.decode()

    def test_far_in_the_past_are_an_empty_page(self, lin, phone):
        give(lin, [cast.event(1)])
        before = cast.FIRST_DAY - timedelta(days=400)

        page = phone.get(LINES, {"before": f"{int(before.timestamp()) * 1_000_000}.0"})

        assert "There is nothing here." in page.content.decode()


class TestOneLine:
    @pytest.fixture
    def line(self, lin, phone) -> str:
        give(lin, [cast.event(1), *salaries(1)])
        return address_of(phone, "noodles 1")

    @pytest.fixture
    def wage(self, line, phone) -> str:
        return address_of(phone, "wages")

    def test_is_shown_with_its_words(self, phone, line):
        shown = phone.get(line).content.decode()

        assert "noodles 1" in shown
        assert "¥10.01" in shown

    def test_of_spending_is_left_out_only_by_a_person(self, lin, phone, line):
        before = len(queries.columns_of(lin.id))

        page = phone.post(line, {"what": "EXCLUDE"}, follow=True)

        assert "a person looks at it" in page.content.decode()
        assert EventMark.objects.get().state == MarkState.ASKED
        assert len(queries.columns_of(lin.id)) == before

    def test_of_income_is_left_out_at_once(self, lin, phone, wage):
        before = len(queries.columns_of(lin.id))

        page = phone.post(wage, {"what": "EXCLUDE"}, follow=True)

        assert "it is left out from now on" in page.content.decode()
        assert len(queries.columns_of(lin.id)) == before - 1

    @pytest.mark.parametrize(
        ("what", "kind"), [("DISPUTE", MarkKind.DISPUTED), ("DUPLICATE", MarkKind.DUPLICATE)]
    )
    def test_may_be_doubted(self, phone, line, what, kind):
        phone.post(line, {"what": what})

        assert EventMark.objects.get().kind == kind

    def test_may_belong_to_another_kind(self, phone, line):
        phone.post(line, {"what": "CATEGORY", "category": int(Category.GROCERIES)})

        label = LabelProposal.objects.get()
        assert (label.was, label.category) == (Category.DINING, Category.GROCERIES)

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"what": "FORGET"},
            {"what": "CATEGORY"},
            {"what": "CATEGORY", "category": "2000"},
            {"what": "CATEGORY", "category": int(Category.DINING)},
        ],
    )
    def test_stays_as_it_is_without_an_answer(self, phone, line, given):
        page = phone.post(line, given)

        assert page.status_code in {409, 422}
        assert page.context["form"].errors
        assert not EventMark.objects.exists()
        assert not LabelProposal.objects.exists()

    def test_of_somebody_else_is_nowhere(self, line):
        zhao = cast.borrower("Zhao")
        cast.allow(zhao)
        client = client_of(zhao)

        assert client.get(line).status_code == 404
        assert client.post(line, {"what": "EXCLUDE"}).status_code == 404
        assert not EventMark.objects.exists()

    def test_is_nowhere_after_a_withdrawal(self, lin, phone, line):
        cast.withdraw(lin)

        assert phone.post(line, {"what": "EXCLUDE"}).status_code == 404
        assert not EventMark.objects.exists()
