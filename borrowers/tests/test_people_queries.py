"""Questions about people: asked by id, answered without personal detail, or not at all."""

import dataclasses

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from borrowers.behaviour import queries as behaviour
from borrowers.consent import queries as consents
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from borrowers.people import actions, queries
from borrowers.people.contracts import REVEAL_REASONS, BorrowerCard, ContractParty, RevealedPerson
from borrowers.people.models import Account
from borrowers.tests import cast
from common.actors import Actor
from common.errors import NotFound

pytestmark = pytest.mark.django_db

NOBODY = 10**9


class TestOfNobody:
    @pytest.mark.parametrize(
        "ask",
        [
            lambda: queries.card(NOBODY),
            lambda: queries.by_public_id("nobody"),
            lambda: queries.masked(NOBODY),
            lambda: queries.contract_party(NOBODY),
            lambda: actions.set_phone(account_id=NOBODY, phone="13900000001", verified=True),
            lambda: cast.withdraw(
                BorrowerCard(
                    id=NOBODY,
                    public_id="nobody",
                    account_id=NOBODY,
                    is_identified=False,
                    statutory_key_id=1,
                    consented_key_id=2,
                )
            ),
        ],
    )
    def test_is_not_found(self, ask):
        with pytest.raises(NotFound):
            ask()

    def test_is_nothing_where_many_are_asked_for(self):
        assert queries.masked_many([NOBODY]) == {}
        assert queries.masked_many([]) == {}
        assert queries.accesses(NOBODY) == []
        assert consents.history(NOBODY) == []
        assert consents.active_ids([], CONSUMPTION_RECORDS) == {}
        assert len(behaviour.columns_of_many([])) == 0
        assert len(behaviour.columns_of(NOBODY)) == 0


class TestACard:
    def test_costs_one_query_and_opens_no_cell(self):
        lin = cast.borrower("Lin")

        with CaptureQueriesContext(connection) as asked:
            queries.card(lin.id)

        assert len(asked) == 1
        assert '"name"' not in asked[0]["sql"]

    def test_holds_no_personal_detail(self):
        names = {each.name for each in dataclasses.fields(BorrowerCard)}

        assert names.isdisjoint({"name", "phone", "id_number", "birth_date"})


class TestRepresentations:
    def test_show_nothing_of_a_person(self):
        party = ContractParty(name="Lin Yue", id_number=cast.LIN_ID_NUMBER)
        revealed = RevealedPerson(fields={"name": "Lin Yue"})

        for shown in (repr(party), str(party), repr(revealed), f"{revealed}"):
            assert "Lin" not in shown
            assert cast.LIN_ID_NUMBER not in shown

    def test_name_accounts_by_their_public_number(self):
        lin = cast.borrower("Lin")
        account = Account.objects.get(pk=lin.account_id)

        assert str(account) == account.public_id
        assert Account.objects.get_by_natural_key(account.public_id) == account


class TestAccesses:
    def test_come_newest_first_and_name_no_staff(self):
        lin, mei = cast.borrower("Lin"), cast.officer()
        for reason in ("COMPLAINT", "LEGAL_REQUEST"):
            actions.reveal(
                borrower_id=lin.id,
                fields=["phone"],
                reason_code=reason,
                by=Actor(kind="STAFF", account_id=mei.pk),
            )

        seen = queries.accesses(lin.id)

        assert [each.reason_code for each in seen] == ["LEGAL_REQUEST", "COMPLAINT"]
        assert mei.public_id not in str(seen)

    @pytest.mark.parametrize("reason", REVEAL_REASONS)
    def test_have_a_reason_that_reads_as_a_sentence(self, reason):
        assert REVEAL_REASONS[reason][0].isupper()


class TestLanguage:
    def test_is_kept_for_the_account_and_no_other(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")

        actions.set_language(account_id=lin.account_id, language="zh-hans")

        languages = dict(Account.objects.values_list("pk", "language"))
        assert languages == {lin.account_id: "zh-hans", wei.account_id: "en"}
