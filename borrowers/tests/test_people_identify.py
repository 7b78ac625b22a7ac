"""Identity: checked, of age, one person one account; a refusal keeps nothing."""

from datetime import date

import pytest
from django.db import connection

from borrowers.people import actions, queries
from borrowers.people.models import AccessEntry, Borrower
from borrowers.tests import cast
from common.actors import Actor
from common.audit.models import AuditEntry
from common.errors import NotFound

pytestmark = pytest.mark.django_db


def audit_actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


class TestIdentify:
    def test_keeps_who_the_borrower_is(self):
        lin = cast.borrower("Lin")

        cast.identify(lin, name="  Lin   Yue ", id_number=cast.LIN_ID_NUMBER)

        assert queries.card(lin.id).is_identified
        party = queries.contract_party(lin.id)
        assert (party.name, party.id_number) == ("Lin Yue", cast.LIN_ID_NUMBER)
        assert queries.age_on(lin.id, date(2026, 3, 13)) == 27
        assert queries.age_on(lin.id, date(2026, 3, 14)) == 28
        assert audit_actions().count("borrowers.person.identified") == 1

    def test_leaves_no_clear_name_or_number_in_the_row(self):
        lin = cast.borrower("Lin")
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)

        with connection.cursor() as cursor:
            cursor.execute("SELECT row::text FROM borrowers_borrower AS row")
            (row,) = cursor.fetchone()
        assert "Lin Yue" not in row
        assert cast.LIN_ID_NUMBER not in row
        assert "1998-03-14" not in row
        assert "19980314" not in row

    def test_the_same_again_is_the_same_act(self):
        lin = cast.borrower("Lin")
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)

        cast.identify(lin, name="Lin Yue", id_number=f" {cast.LIN_ID_NUMBER} ")

        assert audit_actions().count("borrowers.person.identified") == 1

    def test_refuses_to_become_somebody_else(self):
        lin = cast.borrower("Lin")
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)

        with pytest.raises(actions.AlreadyIdentified):
            cast.identify(lin, name="Wei Jun", id_number=cast.WEI_ID_NUMBER)

        assert queries.contract_party(lin.id).name == "Lin Yue"

    @pytest.mark.parametrize(
        ("name", "id_number", "refusal"),
        [
            ("Lin Yue", cast.LIN_ID_NUMBER[:-1] + "0", actions.IdNumberInvalid),
            ("Lin Yue", "12345", actions.IdNumberInvalid),
            ("Lin Yue", "", actions.IdNumberInvalid),
            ("L", cast.LIN_ID_NUMBER, actions.NameInvalid),
            ("Lin\x00Yue", cast.LIN_ID_NUMBER, actions.NameInvalid),
            ("L" * 61, cast.LIN_ID_NUMBER, actions.NameInvalid),
            ("13900000001", cast.LIN_ID_NUMBER, actions.NameInvalid),
        ],
    )
    def test_refuses_what_cannot_be_and_keeps_nothing(self, name, id_number, refusal):
        lin = cast.borrower("Lin")

        with pytest.raises(refusal):
            cast.identify(lin, name=name, id_number=id_number)

        self.assert_nothing_is_kept(lin)

    def test_refuses_somebody_a_day_before_their_eighteenth_birthday_and_keeps_nothing(self):
        lin = cast.borrower("Lin")
        born_on = date(2008, 11, 21)

        with pytest.raises(actions.TooYoung) as refused:
            cast.identify(lin, name="Lin Yue", id_number=cast.id_number_of(born_on))

        assert refused.value.context == {"years": 18}
        self.assert_nothing_is_kept(lin)

    def test_takes_somebody_on_their_eighteenth_birthday(self):
        lin = cast.borrower("Lin")

        cast.identify(lin, name="Lin Yue", id_number=cast.id_number_of(date(2008, 11, 20)))

        assert queries.age_on(lin.id, cast.TODAY) == 18

    def test_refuses_the_number_of_another_account_and_keeps_nothing(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)

        with pytest.raises(actions.IdNumberTaken):
            cast.identify(wei, name="Wei Jun", id_number=cast.LIN_ID_NUMBER)

        self.assert_nothing_is_kept(wei)

    @staticmethod
    def assert_nothing_is_kept(card):
        row = Borrower.objects.get(pk=card.id)
        assert (row.name, row.id_number, row.birth_date, row.id_number_blind) == (None,) * 4
        assert row.identified_at is None
        assert f"borrower:{card.public_id}" not in AuditEntry.objects.filter(
            action="borrowers.person.identified"
        ).values_list("subject", flat=True)


class TestBeforeIdentity:
    def test_nobody_has_an_age_or_a_contract_party(self):
        lin = cast.borrower("Lin")

        assert queries.age_on(lin.id, cast.TODAY) is None
        with pytest.raises(NotFound):
            queries.contract_party(lin.id)


class TestReveal:
    def test_gives_the_asked_fields_and_writes_down_who_looked_and_why(self):
        lin, mei = cast.borrower("Lin"), cast.officer()
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)

        seen = actions.reveal(
            borrower_id=lin.id,
            fields=["phone", "name"],
            reason_code="FRAUD_CHECK",
            by=Actor(kind="STAFF", account_id=mei.pk),
        )

        assert dict(seen.fields) == {"name": "Lin Yue", "phone": cast.PHONES["Lin"]}
        entry = AccessEntry.objects.get()
        assert (entry.borrower_id, entry.seen_by_id) == (lin.id, mei.pk)
        assert (entry.fields_seen, entry.reason_code) == (["name", "phone"], "FRAUD_CHECK")
        assert audit_actions()[-1] == "borrowers.person.revealed"

    def test_shows_nothing_in_its_representation(self):
        lin, mei = cast.borrower("Lin"), cast.officer()

        seen = actions.reveal(
            borrower_id=lin.id,
            fields=["phone"],
            reason_code="FRAUD_CHECK",
            by=Actor(kind="STAFF", account_id=mei.pk),
        )

        assert "139" not in repr(seen)

    def test_of_nobody_is_refused_and_not_written_down(self):
        mei = cast.officer()

        with pytest.raises(NotFound):
            actions.reveal(
                borrower_id=0,
                fields=["name"],
                reason_code="FRAUD_CHECK",
                by=Actor(kind="STAFF", account_id=mei.pk),
            )

        assert not AccessEntry.objects.exists()
