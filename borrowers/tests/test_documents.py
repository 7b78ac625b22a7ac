"""Sealed files: the bytes lie sealed, the same file is one file, and nobody opens another's."""

from pathlib import Path

import pytest
from django.core.files.storage import storages

from borrowers.documents import actions, queries
from borrowers.documents.models import DocumentKind, SealedFile
from borrowers.tests import cast
from common.clock import now
from common.crypto import keys
from common.crypto.keys import DecryptError, KeyDestroyed
from common.errors import NotFound

pytestmark = pytest.mark.django_db

PAPER = b"Lin Yue is enrolled at a school that does not exist."


def store(card, content=PAPER, *, consented=False, kind=DocumentKind.ENROLMENT_EVIDENCE):
    return actions.store(
        borrower_id=card.id,
        kind=kind,
        content=content,
        media_type="text/plain",
        consented=consented,
        by=cast.self_of(card),
    )


def bytes_of(stored) -> bytes:
    name = SealedFile.objects.get(pk=stored.id).store_name
    return Path(storages["documents"].path(name)).read_bytes()


class TestStore:
    def test_gives_the_content_back(self):
        stored = store(cast.borrower("Lin"))

        assert queries.content(stored.id) == PAPER

    def test_leaves_no_clear_bytes_on_the_disk(self):
        stored = store(cast.borrower("Lin"))

        assert b"Lin Yue" not in bytes_of(stored)

    def test_leaves_a_file_that_only_its_owner_can_read(self):
        stored = store(cast.borrower("Lin"))

        name = SealedFile.objects.get(pk=stored.id).store_name
        assert Path(storages["documents"].path(name)).stat().st_mode & 0o077 == 0

    def test_of_the_same_content_again_is_the_same_file(self):
        lin = cast.borrower("Lin")

        assert store(lin) == store(lin)
        assert SealedFile.objects.count() == 1

    def test_of_two_people_are_two_files(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")

        assert store(lin).id != store(wei).id

    def test_uses_the_key_of_the_ground_it_stands_on(self):
        lin = cast.borrower("Lin")

        kept, given = store(lin), store(lin, consented=True)

        rows = {row.pk: row.key_id for row in SealedFile.objects.all()}
        assert rows == {kept.id: lin.statutory_key_id, given.id: lin.consented_key_id}

    def test_for_nobody_is_refused_and_keeps_nothing(self):
        with pytest.raises(NotFound):
            actions.store(
                borrower_id=0,
                kind=DocumentKind.BILL,
                content=PAPER,
                media_type="text/plain",
                consented=True,
                by=cast.self_of(cast.borrower("Lin")),
            )

        assert not SealedFile.objects.exists()


class TestContent:
    def test_is_gone_with_the_key(self):
        lin = cast.borrower("Lin")
        stored = store(lin, consented=True)
        keys.destroy(key_id=lin.consented_key_id, reason="TEST", at=now())

        with pytest.raises(KeyDestroyed):
            queries.content(stored.id)

    def test_of_an_exchanged_file_is_refused(self):
        lin = cast.borrower("Lin")
        mine, other = store(lin), store(lin, b"another paper")
        names = {row.pk: row.store_name for row in SealedFile.objects.all()}
        exchanged = Path(storages["documents"].path(names[mine.id]))
        exchanged.chmod(0o600)
        exchanged.write_bytes(bytes_of(other))

        with pytest.raises(DecryptError):
            queries.content(mine.id)

    def test_of_nothing_is_not_found(self):
        with pytest.raises(NotFound):
            queries.content(0)


class TestFacts:
    def test_are_for_the_person_it_belongs_to(self):
        lin = cast.borrower("Lin")
        stored = store(lin)

        facts = queries.facts(stored.public_id, lin.id)

        assert (facts.id, facts.kind, facts.size_bytes) == (
            stored.id,
            DocumentKind.ENROLMENT_EVIDENCE,
            len(PAPER),
        )

    def test_of_somebody_elses_file_are_not_found(self):
        stored = store(cast.borrower("Lin"))

        with pytest.raises(NotFound):
            queries.facts(stored.public_id, cast.borrower("Zhao").id)
