"""A world in folders: the same bytes for the same seed, and a truth that fits every file."""

import csv
import json
from collections import Counter
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from borrowers.connectors.registry import read_bill
from simulation.bills.banks import Entry, StatementLayout
from simulation.bills.records import Record
from simulation.folders.forging import NO_EVENT, Trick, forged
from simulation.folders.people import faces
from simulation.folders.people.sharing import GIVES, shares_of
from simulation.folders.rows import Happening, happenings, number_in
from simulation.folders.truth import ROW_NAMES
from simulation.folders.whole import write_world
from simulation.folders.writing import (
    about,
    bills,
    can_be_checked,
    files_of,
    statements,
    teller,
    with_balances,
)
from simulation.world import simulate
from simulation.world.events import OWN_TRANSFERS, Funding, Kind, Wallet

FIRST_DAY = date(2025, 5, 1)
PEOPLE = 14


@pytest.fixture(scope="module")
def world():
    return simulate(people=PEOPLE, months=13, seed=11, first_day=FIRST_DAY)


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory):
    path = tmp_path_factory.mktemp("world")
    write_world(world, path)
    return path


def truth_of(folder, person):
    """The rows of each file, in the file's order."""
    by_file: dict[str, list[dict[str, str]]] = {}
    with (folder / "truth" / "rows" / f"{faces.code(person)}.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_file.setdefault(row["file"], []).append(row)
    return by_file


def table(folder, name):
    with (folder / "truth" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def card_of(folder, person):
    path = folder / "people" / faces.code(person) / "person.json"
    return json.loads(path.read_text(encoding="utf-8"))


class TestTheSameSeed:
    @pytest.mark.parametrize("hands", [1, 2])
    def test_gives_the_same_bytes_however_many_write(self, folder, tmp_path, hands):
        again = simulate(people=PEOPLE, months=13, seed=11, first_day=FIRST_DAY)
        write_world(again, tmp_path, hands=hands)

        paths = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        assert paths == sorted(
            path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()
        )
        for path in paths:
            assert (folder / path).read_bytes() == (tmp_path / path).read_bytes(), path

    def test_gives_a_person_the_same_files_whoever_else_is_written(self, world):
        assert [each.content for each in files_of(world, 5)] == [
            each.content for each in files_of(world, 5)
        ]


class TestTheFolder:
    def test_has_people_truth_a_notice_and_a_summary(self, folder):
        assert {path.name for path in folder.iterdir()} == {
            "README.txt", "people", "truth", "summary.json",
        }  # fmt: skip
        assert "虚构" in (folder / "README.txt").read_text(encoding="utf-8")

    def test_sums_up_what_stands_in_it(self, folder):
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))

        files = [
            path for path in (folder / "people").rglob("*")
            if path.is_file() and path.name != "person.json"
        ]  # fmt: skip
        assert summary["files"] == len(files)
        assert summary["bytes"] == sum(path.stat().st_size for path in files)
        assert summary["people"] == PEOPLE
        assert summary["forged"] == len(table(folder, "forged.csv"))

    def test_hears_of_each_person(self, world, tmp_path):
        heard: list[int] = []

        write_world(world, tmp_path, tell=heard.append)

        assert heard == list(range(PEOPLE))

    def test_says_of_everybody_that_nobody_is_meant(self, folder):
        for person in range(PEOPLE):
            card = card_of(folder, person)
            assert card["specimen"] is True
            assert "虚构" in card["name"]
            assert card["phone"].startswith("1390000")

    def test_keeps_latent_states_out_of_what_a_platform_sees(self, folder):
        for person in range(PEOPLE):
            words = json.dumps(card_of(folder, person))
            for latent in ("discipline", "fraud", "group", "support", "ring", "income"):
                assert latent not in words

    def test_lists_every_file_once(self, folder):
        for person in range(PEOPLE):
            names = [each["name"] for each in card_of(folder, person)["files"]]
            own = folder / "people" / faces.code(person)
            assert sorted(names) == sorted(
                path.name for path in own.iterdir() if path.name != "person.json"
            )


class TestReadBack:
    """The platform's own readers find in each file what the truth says of it."""

    @pytest.mark.parametrize("person", range(PEOPLE))
    def test_every_bill_and_statement_has_the_rows_of_the_truth(self, folder, person):
        truth = truth_of(folder, person)
        for each in card_of(folder, person)["files"]:
            rows = truth.get(each["name"], [])
            if not rows or each["name"].endswith((".ofx", ".sta", ".xml", ".qif")):
                continue
            path = folder / "people" / faces.code(person) / each["name"]
            reading = read_bill(path.read_bytes(), each["name"], password=each["password"])
            events = sorted(reading.events, key=lambda event: event.row_number)
            assert reading.quarantined == ()
            assert len(events) == len(rows)
            for event, row in zip(events, rows, strict=True):
                if not row["forged"]:
                    assert event.amount_fen == int(row["amount_fen"])


class TestTruth:
    def test_knows_every_row_by_the_same_columns(self, folder):
        with (folder / "truth" / "rows" / "p00001.csv").open(encoding="utf-8") as file:
            assert tuple(next(csv.reader(file))) == ROW_NAMES

    def test_gives_one_purchase_one_number_in_all_its_files(self, folder):
        seen: Counter[int] = Counter()
        for person in range(PEOPLE):
            files: dict[str, set[str]] = {}
            for name, rows in truth_of(folder, person).items():
                for row in rows:
                    if row["kind"] == "PURCHASE":
                        files.setdefault(row["event"], set()).add(name)
            seen.update(len(names) for names in files.values())

        assert set(seen) == {1, 2, 3}

    def test_links_refunds_to_their_payments(self, folder):
        for person in range(PEOPLE):
            rows = [row for each in truth_of(folder, person).values() for row in each]
            paid = {
                row["event"]: int(row["amount_fen"]) for row in rows if row["kind"] == "PURCHASE"
            }
            for row in rows:
                assert bool(row["refund_of"]) is (row["kind"] == "REFUND")
                if row["refund_of"] in paid and not row["forged"]:
                    assert int(row["amount_fen"]) <= paid[row["refund_of"]]

    def test_marks_salaries_own_transfers_and_subscriptions(self, folder):
        own = {kind.name for kind in OWN_TRANSFERS}
        for person in range(PEOPLE):
            for rows in truth_of(folder, person).values():
                for row in rows:
                    assert (row["is_salary"] == "1") is (row["kind"] == "SALARY")
                    assert (row["is_own_transfer"] == "1") is (row["kind"] in own)
                    assert bool(row["subscription"]) is (row["kind"] == "SUBSCRIPTION")

    def test_has_every_persons_latent_states(self, folder, world):
        people = table(folder, "people.csv")

        assert [each["person"] for each in people] == [faces.code(one) for one in range(PEOPLE)]
        assert float(people[3]["discipline"]) == pytest.approx(world.people.discipline[3], abs=1e-6)

    def test_has_debts_with_what_was_due_and_paid(self, folder, world):
        debts = {each["person"]: each for each in table(folder, "debts.csv")}

        assert len(debts) == sum(debt is not None for debt in world.debts)
        for each in debts.values():
            assert len(each["due_at"].split()) == int(each["due"]) >= int(each["paid"])

    def test_has_months_transfers_and_groups(self, folder):
        assert len(table(folder, "months.csv")) == PEOPLE * 13
        assert {"giver", "taker"} <= set(table(folder, "transfers.csv")[0])
        assert all(each["family"] or each["dormitory"] or each["ring"]
                   for each in table(folder, "groups.csv"))  # fmt: skip


class TestSharing:
    def test_differs_between_people(self, world):
        shares = [shares_of(world, person) for person in range(PEOPLE)]

        assert len({each.given for each in shares}) > PEOPLE / 3
        assert len({each.debit for each in shares}) > 4

    def test_offers_only_what_there_is(self, world):
        for person in range(PEOPLE):
            given = shares_of(world, person).given
            assert given <= set(GIVES)
            assert given
            if "student" in given:
                assert world.people.is_student[person]
            if "credit" in given:
                assert world.people.credit_limit_fen[person] > 0

    def test_thin_people_share_less(self):
        crowd = simulate(people=150, months=1, seed=2, first_day=FIRST_DAY)
        counts = np.array([len(shares_of(crowd, person).given) for person in range(150)])

        assert counts[crowd.people.is_thin].mean() < 0.7 * counts[~crowd.people.is_thin].mean()


class TestRows:
    def test_stand_in_the_wallet_that_was_used(self, world):
        for written in bills(teller(world, 2), happenings(world, 2), np.random.default_rng(1)):
            for row, event in written.rows:
                assert isinstance(row, Record)
                if written.source in {"wechat", "alipay"}:
                    assert event.wallet == Wallet[written.source.upper()]
                else:
                    assert event.shop

    def test_name_the_card_that_paid_by_its_last_digits(self, world):
        tells = teller(world, 2)
        paid = [
            tells.record(event, "alipay")
            for event in happenings(world, 2)
            if event.funding == Funding.DEBIT and event.wallet == Wallet.ALIPAY
        ]

        assert paid
        assert {each.card[-6:] for each in paid} == {f"({tells.debit.tail})"}

    def test_carry_their_day_in_their_number(self):
        noon = 1_755_144_000  # 14 August 2025, noon in Shanghai

        assert "20250814" in number_in("wechat", 5, noon, 1)
        assert number_in("alipay", 5, noon, 1).startswith("20250814")
        assert number_in("jd", 5, noon, 1).startswith("20250814")
        assert number_in("meituan", 5, noon, 1).startswith("250814")
        assert len(number_in("wechat", 5, noon, 1)) == 28 == len(number_in("alipay", 5, noon, 1))

    def test_of_a_statement_follow_each_other_by_their_balances(self, world):
        for person in range(PEOPLE):
            tells = teller(world, person)
            for written in statements(tells, happenings(world, person), np.random.default_rng(1)):
                rows = sorted(written.rows, key=lambda pair: pair[0].at)
                if written.forgery or len({row.at for row, _ in rows}) < len(rows):
                    continue
                for (before, _), (after, _) in pairwise(rows):
                    assert isinstance(before, Entry)
                    assert isinstance(after, Entry)
                    assert after.balance_fen == before.balance_fen + after.signed_fen

    def test_never_leave_a_debit_card_below_zero(self, world):
        tells = teller(world, 3)
        pairs = with_balances(
            list(tells.debit_rows(happenings(world, 3))), is_credit=False, spare_fen=0
        )

        assert min(entry.balance_fen for entry, _ in pairs) > 0

    def test_never_leave_a_credit_card_above_zero(self, world):
        for person in np.nonzero(world.people.credit_limit_fen)[0]:
            tells = teller(world, int(person))
            rows = list(tells.credit_rows(happenings(world, int(person))))
            settled = [pair for pair in rows if pair[1].kind != Kind.REFUND]
            if settled:
                pairs = with_balances(settled, is_credit=True, spare_fen=0)
                refunds = sum(event.amount_fen for _, event in rows if event.kind == Kind.REFUND)
                assert max(entry.balance_fen for entry, _ in pairs) <= refunds

    def test_of_a_purchase_reach_the_bank_within_a_minute_of_the_wallet(self, world):
        tells = teller(world, 2)
        for entry, event in tells.debit_rows(happenings(world, 2)):
            if event.kind == Kind.PURCHASE:
                assert 0 <= entry.at.timestamp() - event.seconds <= 60


class TestForging:
    def pairs(self, world, person=2):
        tells = teller(world, person)
        rows = list(tells.debit_rows(happenings(world, person)))
        return with_balances(rows, is_credit=False, spare_fen=0)

    def by_trick(self, world, trick):
        """The first chance that plays this trick."""
        for person in range(PEOPLE):
            pairs = self.pairs(world, person)
            for seed in range(60):
                handed, forgery = forged(pairs, np.random.default_rng(seed), is_cheat=True)
                if forgery and forgery.trick is trick:
                    return pairs, handed, forgery
        pytest.fail("nobody played it")

    def test_is_rare_among_the_honest_and_common_among_cheats(self, world):
        pairs = self.pairs(world)
        honest, cheats = (
            sum(
                forged(pairs, np.random.default_rng(seed), is_cheat=is_cheat)[1] is not None
                for seed in range(1_000)
            )
            for is_cheat in (False, True)
        )

        assert 3 <= honest <= 25
        assert 450 <= cheats <= 650

    def test_edited_amounts_leave_balances_as_they_were(self, world):
        pairs, handed, forgery = self.by_trick(world, Trick.EDITED_AMOUNTS)

        changed = [
            (before, after)
            for (before, _), (after, _) in zip(pairs, handed, strict=True)
            if before != after
        ]
        assert len(changed) == len(forgery.touched)
        for before, after in changed:
            assert after.amount_fen > before.amount_fen
            assert after.balance_fen == before.balance_fen

    def test_deleted_rows_are_gone(self, world):
        pairs, handed, forgery = self.by_trick(world, Trick.DELETED_ROWS)

        gone = {event.number for _, event in pairs} - {event.number for _, event in handed}
        assert gone == set(forgery.touched)
        assert 3 <= len(gone) <= 8

    def test_duplicated_incomes_never_happened(self, world):
        pairs, handed, forgery = self.by_trick(world, Trick.DUPLICATED_INCOME)

        added = handed[len(pairs) :]
        assert len(added) == len(forgery.touched)
        for entry, event in added:
            assert event.number == NO_EVENT
            assert entry.number not in {each.number for each, _ in pairs}

    def test_a_short_file_is_left_alone(self, world):
        few = self.pairs(world)[:5]

        assert forged(few, np.random.default_rng(0), is_cheat=True) == (few, None)

    @pytest.mark.parametrize("layout", StatementLayout)
    def test_is_done_only_where_something_in_the_file_can_tell(self, layout):
        silent = {"QIF", "OFX", "BOC_CREDIT", "BOCOM_CREDIT", "CMB_CREDIT", "CITIC_CREDIT",
                  "CGB_CREDIT"}  # fmt: skip

        assert can_be_checked(layout) is (layout.value not in silent)


class TestCards:
    def test_begin_as_no_banks_do(self, world):
        for person in range(PEOPLE):
            for kind in (1, 2, 3):
                number = faces.card(world, person, kind).number
                assert number.startswith("99")
                assert len(number) == 16

    def test_of_one_person_differ(self, world):
        assert len({faces.card(world, 4, kind).number for kind in (1, 2, 3, 9)}) == 4


class TestSeenAtSignUp:
    def test_what_is_shared_is_shared_in_what_is_seen(self, world):
        family = np.nonzero(world.graph.family == 0)[0]
        if len(family) < 2:
            pytest.skip("no family in this world")
        networks = {about(world, int(person), [])["network"] for person in family}

        assert len(networks) < len(family)

    def test_happenings_are_the_events_of_the_world(self, world):
        own = happenings(world, 1)

        assert all(isinstance(each, Happening) for each in own)
        assert [each.number for each in own] == world.of(1).number.tolist()
