"""The truth's tables say of every row what it was, also where the file says something else."""

import csv
from datetime import date

import pytest

from simulation.bills.banks import Entry, Occasion
from simulation.folders import truth
from simulation.folders.forging import NO_EVENT, Forgery, Trick
from simulation.folders.people import faces
from simulation.folders.writing import Written
from simulation.tests.sample_account import NOODLES, PAY, wall
from simulation.tests.sample_happening import happening
from simulation.words import Direction, Scene
from simulation.world import simulate
from simulation.world.events import OWN_TRANSFERS, Kind, Shop

AT = wall(2025, 8, 14, 12)


@pytest.fixture(scope="module")
def world():
    return simulate(people=12, months=8, seed=9, first_day=date(2025, 5, 1))


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory):
    path = tmp_path_factory.mktemp("truth")
    truth.write_world(world, path)
    return path


def row(amount_fen=2_816, direction=Direction.OUT):
    return Entry(AT, direction, amount_fen, 0, Occasion.CONSUMPTION, "甲", number="99")


def written(*pairs, forgery=None):
    return Written("debit_工商银行.csv", "debit", "ICBC_DEBIT", b"", tuple(pairs), forgery)


def told(world, *pairs, forgery=None):
    """The truth's rows by the names of its columns."""
    rows = truth.rows_of(world, written(*pairs, forgery=forgery))
    return [dict(zip(truth.ROW_NAMES, each, strict=True)) for each in rows]


def table(folder, name):
    with (folder / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


class TestARow:
    def test_of_a_purchase_is_this(self, world):
        event = happening(number=7, merchant=3, scene=Scene.DINING)

        assert told(world, (row(), event)) == [
            {
                "file": "debit_工商银行.csv",
                "row": 1,
                "at": "2025-08-14T12:00:00+08:00",
                "event": 7,
                "kind": "PURCHASE",
                "scene": "DINING",
                "place": "OFFLINE",
                "direction": "OUT",
                "amount_fen": 2_816,
                "refund_of": "",
                "is_salary": 0,
                "is_own_transfer": 0,
                "subscription": "",
                "forged": "",
            }
        ]

    def test_is_numbered_in_the_files_own_order(self, world):
        pairs = [(row(), happening(number=number)) for number in (30, 10, 20)]

        assert [(each["row"], each["event"]) for each in told(world, *pairs)] == [
            (1, 30),
            (2, 10),
            (3, 20),
        ]

    def test_of_a_refund_names_its_payment(self, world):
        back = happening(Kind.REFUND, number=8, parent=7, merchant=3)

        (said,) = told(world, (row(direction=Direction.IN), back))
        assert (said["refund_of"], said["direction"]) == (7, "IN")

    @pytest.mark.parametrize("kind", [each for each in Kind if each is not Kind.REMINDER])
    def test_flags_salaries_and_own_transfers_and_nothing_else(self, world, kind):
        (said,) = told(world, (row(), happening(kind, merchant=0, series=4)))

        assert said["is_salary"] == int(kind is Kind.SALARY)
        assert said["is_own_transfer"] == int(kind in OWN_TRANSFERS)
        assert said["subscription"] == (4 if kind is Kind.SUBSCRIPTION else "")

    def test_counts_seven_kinds_of_own_transfers(self):
        assert {kind.name for kind in OWN_TRANSFERS} == {
            "TOP_UP", "WITHDRAWAL", "CARD_REPAYMENT", "FUND_IN", "FUND_OUT", "OWN_TRANSFER",
            "OWN_RETURN",
        }  # fmt: skip


class TestItsPlace:
    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"merchant": 0}, "OFFLINE"),
            ({"merchant": 60}, "ONLINE"),
            ({"merchant": 0, "shop": Shop.JD}, "ONLINE"),
            ({"merchant": -1}, ""),
        ],
    )
    def test_is_where_it_was_bought(self, world, changes, place):
        assert truth.place(world, happening(**changes)) == place

    def test_of_a_subscription_is_no_place(self, world):
        assert truth.place(world, happening(Kind.SUBSCRIPTION, merchant=1_920)) == "AUTO_DEBIT"

    def test_of_a_salary_is_none(self, world):
        assert truth.place(world, happening(Kind.SALARY)) == ""


class TestForgedRows:
    def test_say_the_true_amount_beside_the_mark(self, world):
        event = happening(Kind.SALARY, number=5, amount_fen=850_000)
        forgery = Forgery(Trick.EDITED_AMOUNTS, (5,))

        (said,) = told(world, (row(1_700_037, Direction.IN), event), forgery=forgery)
        assert (said["amount_fen"], said["forged"], said["event"]) == (850_000, "EDITED", 5)

    def test_that_never_happened_have_no_event(self, world):
        event = happening(Kind.SALARY, number=NO_EVENT)
        forgery = Forgery(Trick.DUPLICATED_INCOME, (5,))

        (said,) = told(world, (row(), event), forgery=forgery)
        assert (said["event"], said["forged"]) == ("", "ADDED")

    def test_stand_beside_rows_that_nobody_touched(self, world):
        pairs = [(row(), happening(number=1)), (row(99), happening(number=2))]

        marks = told(world, *pairs, forgery=Forgery(Trick.EDITED_AMOUNTS, (2,)))
        assert [each["forged"] for each in marks] == ["", "EDITED"]

    def test_are_listed_by_file_and_trick(self, tmp_path):
        forged = written((PAY, happening()), forgery=Forgery(Trick.DELETED_ROWS, (3, 4, 9)))
        honest = written((NOODLES, happening()))

        truth.write_forgeries([(0, forged), (1, honest)], tmp_path)

        assert table(tmp_path, "forged.csv") == [
            {
                "person": "p00001",
                "file": "debit_工商银行.csv",
                "source": "debit",
                "layout": "ICBC_DEBIT",
                "trick": "DELETED_ROWS",
                "events": "3 4 9",
            }
        ]


class TestTheTables:
    def test_are_these(self, folder):
        assert {path.name for path in folder.iterdir()} == {
            "people.csv", "months.csv", "debts.csv", "groups.csv", "transfers.csv", "figures.json",
        }  # fmt: skip

    def test_have_unix_line_ends_and_no_mark(self, folder):
        for path in folder.glob("*.csv"):
            content = path.read_bytes()
            assert b"\r" not in content
            assert not content.startswith(b"\xef\xbb\xbf")

    def test_of_months_agree_with_what_was_earned(self, folder, world):
        by_month = {(each["person"], each["month"]): each for each in table(folder, "months.csv")}

        for person in range(12):
            for month, first in enumerate(world.days.first_of_month):
                said = by_month[faces.code(person), f"{first:%Y-%m}"]
                assert int(said["has_work"]) == int(world.earnings.has_work[person, month])
                assert abs(int(said["income_fen"]) - world.earnings.income_fen[person, month]) < 1
                insured = world.earnings.insured_base_fen[person, month]
                assert int(said["insured_base_fen"]) == insured

    def test_of_transfers_agree_with_the_events(self, folder, world):
        events = world.events
        sent = events.taken((events.kind == Kind.TRANSFER_OUT) & (events.peer >= 0))
        said = table(folder, "transfers.csv")

        assert len(said) == len(sent)
        assert sum(int(each["amount_fen"]) for each in said) == sent.amount_fen.sum()
        assert all(each["giver"] != each["taker"] for each in said)

    def test_of_groups_name_a_ring_with_its_kind_only(self, folder, world):
        for each in table(folder, "groups.csv"):
            assert bool(each["ring"]) is bool(each["ring_kind"])
            person = int(each["person"][1:]) - 1
            family = world.graph.family[person]
            assert each["family"] == (str(family) if family >= 0 else "")

    def test_of_debts_count_days_from_the_oldest_unpaid(self, folder, world):
        for each in table(folder, "debts.csv"):
            debt = world.debts[int(each["person"][1:]) - 1]
            assert debt
            assert each["paid_at"].split() == [str(at) for at in debt.paid_at]
            assert int(each["worst_days_late"]) >= 0
            assert int(each["due"]) - int(each["paid"]) == debt.owes


class TestPlain:
    @pytest.mark.parametrize("name", truth.LATENTS)
    def test_values_of_every_latent_are_numbers_that_any_reader_takes(self, world, name):
        value = truth.plain(getattr(world.people, name)[0])

        assert type(value) in {int, float}
