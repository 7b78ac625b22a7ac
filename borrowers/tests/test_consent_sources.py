"""Taking a consent back stops every source at the next read, and no other."""

import pytest

from borrowers.behaviour import actions, queries
from borrowers.behaviour.contracts import Category, Source
from borrowers.behaviour.imports import PURPOSES_OF_SOURCES, purpose_of
from borrowers.consent import actions as consents
from borrowers.consent import queries as allowed
from borrowers.consent.purposes import CONSUMPTION_RECORDS, PURPOSES
from borrowers.tests import cast
from borrowers.tests.test_behaviour_imports import stored_rows, upload
from borrowers.uploads import actions as uploads

pytestmark = pytest.mark.django_db

UPLOADED = [each for each in Source if each not in {Source.OWN_LOANS, Source.PARTNER}]
OF_MONEY = [each for each in UPLOADED if each not in PURPOSES_OF_SOURCES]


def allow(card, purpose):
    return consents.grant(
        borrower_id=card.id,
        purpose=purpose,
        notice_version=PURPOSES[purpose].notice_version,
        language="en",
        channel="WEB",
        by=cast.self_of(card),
        switched_on={purpose},
    )


def give(card, source, number=1, content=b"a bill"):
    event = cast.event(number, source=source, event_key=bytes([source, number]) + bytes(30))
    return upload(card, [event], content, source=source)


def shown(card):
    """The sources of the lines that the person's own pages show."""
    return [each.source for each in queries.page(card.id, before=None, limit=99)]


@pytest.fixture
def lin():
    return cast.borrower("Lin")


@pytest.mark.parametrize("source", UPLOADED, ids=lambda each: each.name)
class TestEverySource:
    def test_is_read_by_the_consent_for_records_of_its_kind(self, lin, source):
        allow(lin, purpose_of(source))

        give(lin, source)

        assert shown(lin) == [source]
        assert bool(len(queries.columns_of(lin.id))) is (source in OF_MONEY)

    def test_is_silent_once_that_is_taken_back(self, lin, source):
        allow(lin, purpose_of(source))
        give(lin, source)

        cast.withdraw(lin, purpose_of(source))

        assert shown(lin) == []
        assert len(queries.columns_of(lin.id)) == len(queries.match_columns_of(lin.id)) == 0
        assert queries.overview(lin.id).events == 0
        assert not queries.batches(lin.id)[0].is_used
        assert not queries.has_contradicted(lin.id)

    def test_takes_no_file_without_it_and_writes_nothing(self, lin, source):
        others = {CONSUMPTION_RECORDS, *PURPOSES_OF_SOURCES.values()} - {purpose_of(source)}
        for purpose in others:
            allow(lin, purpose)

        with pytest.raises(actions.ConsentNeeded):
            give(lin, source)

        assert stored_rows() == 0
        assert queries.batches(lin.id) == ()


class TestOneOfMany:
    def test_taken_back_leaves_the_others(self, lin):
        for source in (Source.WECHAT, Source.CMB, Source.SOCIAL_INSURANCE, Source.DEVICE):
            allow(lin, purpose_of(source))
            give(lin, source, content=source.name.encode())

        cast.withdraw(lin, purpose_of(Source.DEVICE))

        assert sorted(shown(lin)) == [Source.WECHAT, Source.SOCIAL_INSURANCE, Source.CMB]

    def test_for_bills_taken_back_leaves_no_bill_and_no_payment_to_decide_on(self, lin):
        for source in (Source.WECHAT, Source.CMB, Source.SOCIAL_INSURANCE):
            allow(lin, purpose_of(source))
            give(lin, source, content=source.name.encode())

        cast.withdraw(lin, CONSUMPTION_RECORDS)

        assert shown(lin) == [Source.SOCIAL_INSURANCE]
        assert len(queries.columns_of(lin.id)) == 0

    def test_leaves_our_own_loans_which_stand_on_a_contract(self, lin):
        cast.allow(lin)
        give(lin, Source.WECHAT)
        actions.record_own(
            borrower_id=lin.id, contract_id=1, occurred_at=cast.FIRST_DAY, amount_fen=5,
            category=Category.CREDIT_REPAYMENT, ext_text="loan:1:1",
        )  # fmt: skip

        cast.withdraw(lin)

        assert shown(lin) == [Source.OWN_LOANS]
        assert queries.columns_of(lin.id).source.tolist() == [Source.OWN_LOANS]
        assert queries.overview(lin.id).events == 0

    def test_of_one_person_is_not_of_another(self, lin):
        wei = cast.borrower("Wei")
        for card in (lin, wei):
            cast.allow(card)
            give(card, Source.WECHAT)

        cast.withdraw(lin)

        assert (shown(lin), shown(wei)) == ([], [Source.WECHAT])
        assert allowed.active_ids([lin.id, wei.id], CONSUMPTION_RECORDS).keys() == {wei.id}


class TestGivenAgain:
    def test_opens_nothing_of_before_until_the_file_is_given_again(self, lin):
        cast.allow(lin)
        give(lin, Source.CMB)
        cast.withdraw(lin)

        cast.allow(lin)
        assert shown(lin) == []

        again = give(lin, Source.CMB)
        assert (again.imported, again.already_imported) == (1, False)
        assert shown(lin) == [Source.CMB]
        assert stored_rows() == 1

    def test_many_times_keeps_every_consent_and_its_end(self, lin):
        for _ in range(3):
            cast.allow(lin)
            cast.withdraw(lin)

        assert [bool(each.withdrawn_at) for each in allowed.history(lin.id)] == [True] * 3
        assert allowed.active(lin.id) == {}


def test_a_file_is_not_even_sealed_where_no_kind_of_record_is_allowed(lin):
    allow(lin, "AUTOMATED_DECISION")

    with pytest.raises(actions.ConsentNeeded):
        uploads.receive(
            borrower_id=lin.id, content=b"a bill", password="", by=cast.self_of(lin)
        )  # fmt: skip
