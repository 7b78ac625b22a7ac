"""A cell opens with its own key, in its own column, whole; otherwise it raises."""

import base64
import logging
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.crypto import cells, keys
from common.crypto.cells import Cell, Erased, Unreadable
from common.crypto.keys import PLATFORM_KEY_ID, DecryptError

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

PHONE = "borrower.phone"
NAME = "borrower.name"


@pytest.fixture
def lin(db):
    return keys.create(subject="borrower:lin", scope="STATUTORY")


@pytest.fixture
def chen(db):
    return keys.create(subject="borrower:chen", scope="STATUTORY")


class TestFormat:
    def test_it_names_the_format_and_the_key(self, lin):
        version, key_id, token = cells.seal("林", key_id=lin, context=NAME).split("$")
        assert (version, int(key_id)) == ("p1", lin)
        assert token.startswith("gAAAA")

    def test_the_token_holds_context_separator_and_text(self, lin):
        cell = cells.seal("林", key_id=lin, context=NAME)
        token = cell.split("$")[2]
        secret = keys.secret_of(lin)
        assert secret is not None
        assert secret.fernet.decrypt(token).decode() == "borrower.name\x1f林"

    def test_it_does_not_tell_when_it_was_written(self, lin):
        token = cells.seal("林", key_id=lin, context=NAME).split("$")[2]
        assert base64.urlsafe_b64decode(token)[1:9] == bytes(8)

    def test_equal_texts_make_unequal_cells(self, lin):
        one, other = (cells.seal("林", key_id=lin, context=NAME) for _ in range(2))
        assert one != other

    def test_it_fits_a_column_that_is_not_short(self, lin):
        assert len(cells.seal("13900001234", key_id=lin, context=PHONE)) < 180

    def test_it_tells_its_key(self, lin):
        assert cells.key_id_of(cells.seal("x", key_id=lin, context=NAME)) == lin


class TestRoundTrip:
    @settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(st.characters(exclude_categories=["Cs"])))
    def test_every_text_comes_back(self, lin, text):
        assert cells.unseal(cells.seal(text, key_id=lin, context=NAME), context=NAME) == text

    def test_a_text_with_separators_comes_back(self, lin):
        text = "borrower.phone\x1f$p1$3$"
        assert cells.unseal(cells.seal(text, key_id=lin, context=NAME), context=NAME) == text


class TestFailsClosed:
    def test_a_cell_of_another_column(self, lin):
        cell = cells.seal("13900001234", key_id=lin, context=PHONE)
        with pytest.raises(DecryptError, match=r"moved here from borrower\.phone"):
            cells.unseal(cell, context=NAME)

    def test_a_cell_that_claims_another_key(self, lin, chen):
        token = cells.seal("林", key_id=lin, context=NAME).split("$")[2]
        with pytest.raises(DecryptError, match="not of key"):
            cells.unseal(f"p1${chen}${token}", context=NAME)

    def test_any_changed_byte(self, lin):
        cell = cells.seal("林", key_id=lin, context=NAME)
        for place in range(len(cell)):
            changed = cell[:place] + ("A" if cell[place] != "A" else "B") + cell[place + 1 :]
            with pytest.raises(DecryptError):
                assert cells.unseal(changed, context=NAME) is None, place

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "林小雨",
            "13900001234",
            "p1",
            "p1$",
            "p1$5",
            "p1$$x",
            "p1$-1$x",
            "p1$1.5$x",
            "p1$٣$x",
            "p2$5$x",
            "$5$x",
            "gAAAAABm",
        ],
    )
    def test_what_is_not_a_cell_and_never_shows_it(self, value):
        with pytest.raises(DecryptError, match="not a sealed cell") as caught:
            cells.unseal(value, context=NAME)
        assert "林小雨" not in str(caught.value)
        assert "13900001234" not in str(caught.value)

    def test_a_token_that_is_not_even_ascii(self, lin):
        with pytest.raises(DecryptError, match="not of key"):
            cells.unseal(f"p1${lin}$林小雨", context=NAME)

    def test_a_text_in_the_place_of_a_context(self, lin):
        with pytest.raises(ValueError, match="dotted name"):
            cells.seal("borrower.phone", key_id=lin, context="13900001234")


class TestQuarantine:
    def test_a_damaged_cell_reads_as_nothing_and_is_logged(self, caplog):
        with cells.quarantined(), caplog.at_level(logging.ERROR, logger="common.crypto.cells"):
            value = cells.read("13900001234", context=PHONE)
        assert isinstance(value, Unreadable)
        assert value == ""
        (record,) = caplog.records
        assert record.msg == {
            "event": "cell_unreadable",
            "level": "error",
            "column": PHONE,
            "code": "DecryptError",
        }

    def test_a_sound_cell_reads_as_ever(self, lin):
        cell = cells.seal("林", key_id=lin, context=NAME)
        with cells.quarantined():
            assert cells.read(cell, context=NAME) == "林"

    def test_it_ends_with_its_block_even_when_that_fails(self):
        with pytest.raises(RuntimeError), cells.quarantined():
            raise RuntimeError("the page failed")
        with pytest.raises(DecryptError):
            cells.read("13900001234", context=PHONE)


class TestPlatform:
    def test_a_text_of_nobody_is_sealed_with_the_platforms_key(self):
        cell = cells.seal_platform("code 123456", "message.text")
        assert cell.startswith(f"p1${PLATFORM_KEY_ID}$")
        assert "123456" not in cell
        assert cells.unseal_platform(cell, "message.text") == "code 123456"

    def test_it_is_bound_to_its_context_too(self):
        with pytest.raises(DecryptError, match="moved here"):
            cells.unseal_platform(cells.seal_platform("code", "message.text"), "message.title")

    def test_a_subjects_cell_is_not_the_platforms(self, lin):
        with pytest.raises(DecryptError, match="not a cell of the platform"):
            cells.unseal_platform(cells.seal("林", key_id=lin, context=NAME), NAME)

    def test_it_outlives_a_key_change_while_the_old_key_is_listed(self, settings):
        cell = cells.seal_platform("code", "message.text")
        old = settings.FIELD_ENCRYPTION_KEY
        new = base64.urlsafe_b64encode(b"n" * 32).decode()
        settings.FIELD_ENCRYPTION_KEY = [new, *old]
        assert cells.unseal_platform(cell, "message.text") == "code"
        settings.FIELD_ENCRYPTION_KEY = [new]
        with pytest.raises(DecryptError):
            cells.unseal_platform(cell, "message.text")


class TestErased:
    def test_it_is_an_empty_false_text(self):
        assert Erased() == ""
        assert not Erased()
        assert isinstance(Unreadable(), Erased)

    def test_every_cell_of_a_destroyed_key_reads_so_without_being_checked(self, lin):
        cell = cells.seal("林", key_id=lin, context=NAME)
        at = datetime(2026, 3, 2, tzinfo=UTC)
        keys.destroy(key_id=lin, reason="ERASED", at=at)
        assert isinstance(cells.unseal(cell, context=NAME), Erased)


def test_a_cell_is_a_text_that_remembers_its_context(lin):
    cell = cells.seal("林", key_id=lin, context=NAME)
    assert isinstance(cell, Cell)
    assert cell.context == NAME
    assert type(str(cell)) is str
