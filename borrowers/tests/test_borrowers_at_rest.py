"""What lies in the tables: no name, phone, identity number or word of a bill in the clear."""

import base64
import zlib

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from borrowers.behaviour import actions as behaviour
from borrowers.messages import actions as messages
from borrowers.people import actions as people
from borrowers.people import queries
from borrowers.people.models import AccessEntry, Account, Borrower
from borrowers.tests import cast
from common.actors import Actor
from common.clock import now
from common.crypto import keys
from common.crypto.keys import DecryptError

pytestmark = pytest.mark.django_db

SECRETS = (
    "Lin Yue",
    cast.LIN_ID_NUMBER,
    "13900000001",
    "1998-03-14",
    "Green Bowl Noodles",
    "noodles 1",
    "246810 is your code",
)


@pytest.fixture
def lin():
    """Lin after everything that borrowers can do."""
    lin = cast.borrower("Lin")
    cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)
    cast.allow(lin)
    behaviour.upload_bill(
        borrower_id=lin.id,
        reading=cast.reading([cast.event(number) for number in range(5)]),
        content=b"a bill of Lin Yue",
        media_type="text/csv",
        by=cast.self_of(lin),
    )
    people.reveal(
        borrower_id=lin.id,
        fields=["name", "phone", "id_number"],
        reason_code="FRAUD_CHECK",
        by=Actor(kind="STAFF", account_id=cast.officer().pk),
    )
    messages.text_out(phone=cast.PHONES["Lin"], words="246810 is your code")
    return lin


def every_table() -> list[str]:
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.managed}
    return sorted((tables | {"borrowers_event", "borrowers_event_text"}) - {"common_subjectkey"})


def rows_of(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(string_agg(row::text, chr(10)), '') FROM \"{table}\" AS row"
        )
        return str(cursor.fetchone()[0])


def disguises(secret: str) -> list[bytes]:
    """The secret itself, and as encoders would leave it, at any place of a longer text."""
    raw = secret.encode()
    shifted = [base64.b64encode(b"x" * shift + raw)[4:-4] for shift in range(3)]
    return [raw, raw.hex().encode(), zlib.compress(raw).hex().encode(), *shifted]


class TestTables:
    def test_hold_nothing_in_the_clear(self, lin):
        found = [
            (table, secret)
            for table in every_table()
            for secret in SECRETS
            for disguise in disguises(secret)
            if disguise in rows_of(table).encode()
        ]

        assert found == []

    def test_would_be_found_out_if_they_did(self, lin):
        """The search itself is tried: a planted word is found."""
        Account.objects.filter(pk=lin.account_id).update(language="Lin Yue")

        assert b"Lin Yue" in rows_of("borrowers_account").encode()


class TestAnErasedPerson:
    def test_reads_as_nobody(self, lin):
        keys.destroy(key_id=lin.statutory_key_id, reason="TEST", at=now())

        masks = queries.masked(lin.id)

        assert (masks.name, masks.phone, masks.id_number) == ("", "", "")
        assert queries.age_on(lin.id, cast.TODAY) is None

    def test_keeps_a_row_that_cannot_be_used_again(self, lin):
        keys.destroy(key_id=lin.statutory_key_id, reason="TEST", at=now())

        with pytest.raises(people.AlreadyIdentified):
            cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)


class TestAMovedCell:
    def test_of_another_person_is_refused_by_the_database(self, lin):
        wei = cast.borrower("Wei")
        cast.identify(wei, name="Wei Jun", id_number=cast.WEI_ID_NUMBER)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE borrowers_borrower SET name ="
                " (SELECT name FROM borrowers_borrower WHERE id = %s) WHERE id = %s",
                [lin.id, wei.id],
            )

        assert queries.contract_party(wei.id).name == "Wei Jun"

    def test_of_another_column_cannot_be_read(self, lin):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE borrowers_borrower SET name = id_number WHERE id = %s", [lin.id])

        with pytest.raises(DecryptError):
            queries.contract_party(lin.id)

    def test_does_not_break_the_list_of_others(self, lin):
        wei = cast.borrower("Wei")
        cast.identify(wei, name="Wei Jun", id_number=cast.WEI_ID_NUMBER)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE borrowers_borrower SET name = id_number WHERE id = %s", [lin.id])

        masks = queries.masked_many([lin.id, wei.id])

        assert (masks[lin.id].name, masks[wei.id].name) == ("", "W**")


class TestTheDatabase:
    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE borrowers_accessentry SET reason_code = 'NEVER_MIND'",
            "DELETE FROM borrowers_accessentry",
            "TRUNCATE borrowers_accessentry",
        ],
    )
    def test_refuses_to_forget_who_looked(self, lin, attack):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)

        assert AccessEntry.objects.get().reason_code == "FRAUD_CHECK"

    @pytest.mark.parametrize("column", ["name", "id_number", "id_number_blind", "birth_date"])
    def test_refuses_an_identified_person_without_an_identity(self, lin, column):
        with pytest.raises(DatabaseError), transaction.atomic():
            Borrower.objects.filter(pk=lin.id).update(**{column: None})

    def test_refuses_a_second_borrower_for_an_account(self, lin):
        with pytest.raises(DatabaseError), transaction.atomic():
            Borrower.objects.create(
                account_id=lin.account_id,
                statutory_key_id=lin.statutory_key_id,
                consented_key_id=lin.consented_key_id,
            )
