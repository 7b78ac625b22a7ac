"""One event of a partner, read strictly: every field at its edge, and what its hash covers."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction, Method, Place
from borrowers.connectors.header import LARGEST_FEN
from borrowers.deliveries.contracts import SAID, Outcome
from borrowers.deliveries.reading import SCENES, Unreadable, amount, moment, read, sent, word
from borrowers.tests.partner_door import bought

NOW = datetime(2026, 10, 6, 4, 0, tzinfo=UTC)
MALL, OTHER = "a" * 22, "b" * 22


def understood(said: Any = None, /, *, partner: str = MALL, row: int = 0, **changes: Any):
    given = sent(row, said or bought("nobody", "order-1", **changes))
    assert given is not None
    return read(given, partner=partner, now=NOW)


def outcome_of(said: Any = None, /, **changes: Any) -> Outcome:
    with pytest.raises(Unreadable) as unreadable:
        understood(said, **changes)
    return unreadable.value.outcome


class TestEnvelope:
    @pytest.mark.parametrize("name", ["a", "A-1/2?", "!", "~" * 64])
    def test_has_an_id_of_plain_characters(self, name):
        assert sent(3, {"id": name, "subject": "somebody"}) is not None

    @pytest.mark.parametrize(
        "name", ["", " ", "a b", "a\n", "é", "订单", "x" * 65, None, 5, ["a"], True]
    )
    def test_with_another_id_is_nobodys(self, name):
        assert sent(3, {"id": name, "subject": "somebody"}) is None

    @pytest.mark.parametrize("subject", [None, 7, ["x"], {}])
    def test_is_about_somebody(self, subject):
        assert sent(3, {"id": "a", "subject": subject}) is None

    def test_keeps_its_place_among_the_others(self):
        assert understood(row=41).event.row_number == 42

    @pytest.mark.parametrize(
        "changes",
        [
            {"extra": 1},
            {"specversion": "0.3"},
            {"specversion": 1.0},
            {"data": None},
            {"data": []},
            {"data": "x"},
            {"type": ""},
            {"type": "PAYMENT"},
        ],
    )
    def test_of_another_shape_is_set_aside(self, changes):
        assert outcome_of({**bought("nobody", "order-1"), **changes}) is Outcome.SHAPE

    def test_may_come_without_a_version_and_with_a_source(self):
        said = bought("nobody", "order-1")
        del said["specversion"]

        assert understood({**said, "source": "https://mall.example/orders"}).event.amount_fen


class TestAmount:
    @pytest.mark.parametrize("fen", [0, 1, LARGEST_FEN])
    def test_is_whole_fen(self, fen):
        assert amount(fen) == fen

    @pytest.mark.parametrize("fen", [-1, LARGEST_FEN + 1, 1.0, "1", True, None, [1], 10**400])
    def test_is_nothing_else(self, fen):
        with pytest.raises(Unreadable):
            amount(fen)

    @given(st.floats() | st.text() | st.booleans() | st.none() | st.integers(max_value=-1))
    def test_never_guesses(self, said):
        with pytest.raises(Unreadable):
            amount(said)


class TestMoment:
    @pytest.mark.parametrize(
        ("said", "at"),
        [
            ("2026-10-05T12:30:00+08:00", datetime(2026, 10, 5, 4, 30, tzinfo=UTC)),
            ("2026-10-05T04:30:00Z", datetime(2026, 10, 5, 4, 30, tzinfo=UTC)),
            ("2026-10-05T04:30:00.999999Z", datetime(2026, 10, 5, 4, 30, tzinfo=UTC)),
            ("2026-10-07T04:00:00Z", NOW + timedelta(days=1)),
            ("2003-01-01T00:00:00Z", datetime(2003, 1, 1, tzinfo=UTC)),
        ],
    )
    def test_is_an_instant_to_the_second(self, said, at):
        assert moment(said, NOW) == at

    @pytest.mark.parametrize(
        ("said", "outcome"),
        [
            ("2026-10-07T04:00:01Z", Outcome.FUTURE),
            ("2003-01-01T07:59:59+08:00", Outcome.TIME),
            ("2026-10-05", Outcome.TIME),
            ("2026-10-05T12:30:00", Outcome.TIME),
            ("2026-13-05T12:30:00Z", Outcome.TIME),
            ("2026-10-05T25:30:00Z", Outcome.TIME),
            ("9999-12-31T23:59:59-12:00", Outcome.TIME),
            ("", Outcome.TIME),
            (1_790_000_000, Outcome.TIME),
            (None, Outcome.TIME),
        ],
    )
    def test_is_no_guess(self, said, outcome):
        with pytest.raises(Unreadable) as unreadable:
            moment(said, NOW)

        assert unreadable.value.outcome is outcome


class TestWords:
    @pytest.mark.parametrize("said", ["", "面馆", "x" * 200, " 面馆 "])
    def test_are_kept_as_they_are_but_for_the_space_around(self, said):
        assert word(said) == said.strip()

    @pytest.mark.parametrize("said", ["x" * 201, "a\x00b", "\ud800", None, 5, ["x"], {"x": 1}])
    def test_are_texts_that_a_database_keeps(self, said):
        with pytest.raises(Unreadable):
            word(said)

    @pytest.mark.parametrize("name", ["merchant", "counterparty", "memo", "order", "refund_of"])
    def test_of_every_field_are_looked_at(self, name):
        just, too_long = ({name: "x" * length} for length in (200, 201))

        assert outcome_of(bought("nobody", "order-1", **too_long)) is Outcome.SHAPE
        assert understood(bought("nobody", "order-1", **just)).event

    def test_that_tell_of_health_are_dropped_and_the_amount_kept(self):
        event = understood(merchant="示例医院", memo="门诊").event

        assert (event.merchant, event.memo, event.amount_fen) == ("", "", 4_250)


class TestFields:
    @pytest.mark.parametrize(
        ("changes", "outcome"),
        [
            ({"direction": "OUT"}, Outcome.DIRECTION),
            ({"direction": ""}, Outcome.DIRECTION),
            ({"direction": None}, Outcome.DIRECTION),
            ({"currency": "cny"}, Outcome.CURRENCY),
            ({"currency": "CNYX"}, Outcome.CURRENCY),
            ({"currency": None}, Outcome.CURRENCY),
            ({"place": "ONLINE"}, Outcome.SHAPE),
            ({"place": 1}, Outcome.SHAPE),
            ({"category": 5}, Outcome.SHAPE),
            ({"device_id": "x"}, Outcome.SHAPE),
        ],
    )
    def test_are_of_the_words_that_we_name(self, changes, outcome):
        assert outcome_of(**changes) is outcome

    @pytest.mark.parametrize(
        ("said", "place"),
        [
            ("online", Place.ONLINE),
            ("offline", Place.OFFLINE),
            ("auto_debit", Place.AUTO_DEBIT),
            ("", Place.UNKNOWN),
        ],
    )
    def test_tell_the_place(self, said, place):
        assert understood(place=said).event.place is place

    @pytest.mark.parametrize("scene", SCENES)
    def test_name_any_scene_but_health(self, scene):
        event = understood(category=scene).event

        assert (event.category, event.method) == (SCENES[scene], Method.NATIVE)
        assert event.category is not Category.MEDICAL

    @pytest.mark.parametrize(
        ("changes", "category", "direction", "method"),
        [
            ({"type": "refund", "direction": "out"},
             Category.REFUND, Direction.NEUTRAL, Method.GATE),
            ({"type": "repayment", "direction": "out", "category": "dining"},
             Category.CREDIT_REPAYMENT, Direction.NEUTRAL, Method.GATE),
            ({"type": "transfer", "memo": "谢谢", "merchant": ""},
             Category.TRANSFER_SOCIAL, Direction.OUT, Method.GATE),
            ({"type": "income", "direction": "in"},
             Category.INCOME_OTHER, Direction.IN, Method.NATIVE),
            ({"type": "income", "direction": "in", "category": "income_salary"},
             Category.INCOME_SALARY, Direction.IN, Method.NATIVE),
            ({"type": "payment", "direction": "in", "category": "income_salary"},
             Category.INCOME_OTHER, Direction.IN, Method.NATIVE),
            ({"type": "income", "direction": "out", "category": "income_salary"},
             Category.DINING, Direction.OUT, Method.KEYWORDS),
        ],
    )  # fmt: skip
    def test_say_nothing_against_the_type(self, changes, category, direction, method):
        event = understood(**changes).event

        assert (event.category, event.direction, event.method) == (category, direction, method)


class TestKeyAndContent:
    def test_the_key_is_of_the_partner_and_its_id_alone(self):
        here = understood()

        assert here.event.event_key == understood(amount_fen=1).event.event_key
        assert here.event.event_key != understood(partner=OTHER).event.event_key
        said = {**bought("nobody", "order-1"), "id": "order-2"}
        assert here.event.event_key != understood(said).event.event_key

    @pytest.mark.parametrize("name", ["subject", "source"])
    def test_the_content_is_not_whose_it_is(self, name):
        said = bought("nobody", "order-1")

        assert understood({**said, name: "else"}).content_code == understood(said).content_code

    @pytest.mark.parametrize(
        "changes",
        [
            {"amount_fen": 4_251},
            {"direction": "neutral"},
            {"merchant": "示例面店"},
            {"memo": ""},
            {"time": "2026-10-05T12:30:01+08:00"},
            {"type": "fee"},
            {"currency": "CNY"},
        ],
    )
    def test_the_content_is_all_that_it_says(self, changes):
        assert understood(**changes).content_code != understood().content_code

    def test_the_order_of_fields_is_no_content(self):
        said = bought("nobody", "order-1")
        turned = copy.deepcopy(said)
        turned["data"] = dict(reversed(said["data"].items()))

        assert understood(turned).content_code == understood(said).content_code


def test_every_outcome_has_a_letter_and_words_of_its_own():
    assert set(SAID) == set(Outcome)
    assert len({each.value for each in Outcome}) == len(Outcome)
    assert all(len(each.value) == 1 for each in Outcome)
    codes = [code for _, code in SAID.values() if code]
    assert len(codes) == len(set(codes))
