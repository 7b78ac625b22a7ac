"""`manage.py evaluate_forecast`: held-out months, honest peers, and files that are none."""

import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from simulation.evaluation.lent.events import known
from simulation.evaluation.lent.forecasting import Months, after, by_month, compared, of_statements
from simulation.evaluation.lent.tables import town

HEAD = "loan_id,d,ldate,s"


def months(count: int = 200) -> Months:
    chance = np.random.default_rng(4)
    level = chance.normal(0, 50_000, (count, 1))
    every = level + chance.normal(0, 30_000, (count, 15))
    return Months(every[:, 3:], every[:, :3].sum(axis=1))


def test_months_are_counted_back_from_the_loan_and_only_whole_ones():
    sums = by_month([(1, 5.0), (30, 1.0), (31, 7.0), (100, 2.0)])

    assert sums[:3].tolist() == [6.0, 7.0, 0.0]
    assert np.isnan(sums[3:]).all()


def test_the_last_three_months_of_a_statement_are_held_out(tmp_path):
    path = tmp_path / "rows.csv"
    days = [f"7,2025-{month:02d}-15,2026-01-01,{month}.0" for month in range(1, 13)]
    path.write_text("\n".join([HEAD, *days]))

    found = of_statements(path)

    assert found.actual.tolist() == [12.0 + 11.0 + 10.0]
    assert found.nets[0, :3].tolist() == [9.0, 8.0, 7.0]


def test_ours_and_peers_stand_on_the_same_people():
    found = compared(months(), 1)

    assert found["people"] == 200
    assert set(found["errors"]) == {
        "ours", "last_month", "mean_3_months", "mean_6_months", "mean_12_months", "nothing",
    }  # fmt: skip
    assert 0.7 <= found["coverage"] <= 0.9
    best = found["errors"]["mean_12_months"]["mae"]
    assert found["errors"]["ours"]["mae"] <= 1.1 * best


def test_what_came_is_counted_where_the_past_is_not():
    world = town(12, 5)
    events = known(world)
    person = np.unique(events.person)
    as_of = np.full(len(person), world.days.begins[200])
    columns = events.columns
    actual = after(events, person, as_of)

    for place, each in enumerate(person.tolist()):
        mine = (events.person == each) & (columns.seconds >= as_of[place])
        mine &= columns.seconds < as_of[place] + 90 * 86_400
        signs = np.where(columns.direction[mine] == 1, 1, -1) * (columns.direction[mine] != 0)
        assert actual[place] == pytest.approx((signs * columns.amount_fen[mine]).sum())


def test_prints_one_object_and_keeps_what_it_learned(capsys, tmp_path):
    place = tmp_path / "fitted.json"

    call_command("evaluate_forecast", "--people", "60", "--save", str(place), "--json")

    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"world"}
    assert set(json.loads(place.read_text())) >= {"weights", "low", "high"}


@pytest.mark.parametrize("content", ["", f"{HEAD}\n7,not a day,2026-01-01,5\n", "a,b\n1,2\n"])
def test_refuses_what_is_no_statement(tmp_path, content):
    path = tmp_path / "rows.csv"
    path.write_text(content)

    with pytest.raises(CommandError, match="cannot be read"):
        call_command("evaluate_forecast", "--people", "30", "--statements", str(path))
