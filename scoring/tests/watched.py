"""A year of decisions on the simulated world's people, with what became of each.

The people are drawn by the world; what a model sees of them are their ways with money, and whether
they pay follows from what it does not see. Nothing here is anybody.
"""

from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import numpy as np
from django.db import connection

from borrowers.consent.purposes import FAIRNESS_TEST
from borrowers.people import actions as people
from borrowers.people import queries as people_queries
from borrowers.people.id_number import check_character
from borrowers.tests import cast
from scoring.decisions.models import Assessment, ModelScore
from scoring.features.models import FeatureVector
from scoring.policy.models import PolicyVersion
from scoring.registry.models import ModelVersion
from simulation.world.personas import populate

HORIZON_DAYS = 180
Value = TypeVar("Value")


def sure(value: Value | None) -> Value:
    """A figure that has to be there."""
    assert value is not None
    return value


def borrowers(count, *, allow=True):
    """Invented people in regions that do not exist, half of them women by their number."""
    cards = []
    for place in range(count):
        account = people.open_account(phone=f"+86137{place:08d}", language="en")
        card = people_queries.borrower_of(account.pk)
        assert card is not None
        digits = f"990{place % 2}{'01' if place % 3 else '21'}"
        born_on = date(1970 + place % 32, 1 + place % 12, 1 + place % 28)
        number = f"{digits}{born_on:%Y%m%d}{place % 1000:03d}"
        cast.identify(card, name="Test Person", id_number=number + check_character(number))
        if allow:
            cast.allow(card, FAIRNESS_TEST)
        cards.append(card.id)
    return cards


def drawn(cases, *, seed=1, income_times=1.0):
    """What a model sees of so many people, what it says of them, and what they will do."""
    world = populate(np.random.default_rng(seed), cases)
    chance = np.random.default_rng(seed + 1)
    seen = {
        "income_monthly_180d": world.income_fen * income_times,
        "cover_90d": np.clip(1.2 - world.thrift + chance.normal(0, 0.05, cases), -1, 1),
        "own_on_time_share": np.where(
            world.activity < 0.9, np.nan, np.clip(world.discipline + 0.1, 0, 1)
        ),
    }
    logit = 2.4 - 5.5 * world.discipline - 0.35 * (np.log(world.income_fen / 800_000))
    truth = 1 / (1 + np.exp(-logit))
    said = 1 / (1 + np.exp(-(logit + chance.normal(0, 0.5, cases))))
    return seen, said, chance.random(cases) < truth, world.group


def decide(borrower_ids, day, *, cases, first, seed=1, income_times=1.0, pd_times=1.0, beside=()):
    """Decisions of one day, and what the versions beside say; returns who will be bad."""
    seen, said, is_bad, _ = drawn(cases, seed=seed, income_times=income_times)
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    moments = [at + timedelta(seconds=place) for place in range(cases)]
    who = [borrower_ids[place % len(borrower_ids)] for place in range(cases)]
    vectors = FeatureVector.objects.bulk_create(
        FeatureVector(
            borrower_id=who[place],
            as_of=moments[place],
            kernel_version="test",
            features={
                name: None if np.isnan(values[place]) else float(values[place])
                for name, values in seen.items()
            },
            salt="salt",
            commitment="test",
        )
        for place in range(cases)
    )
    champion = ModelVersion.objects.get(state="CHAMPION")
    policy = (
        PolicyVersion.objects.filter(state="PUBLISHED").first() or PolicyVersion.objects.first()
    )
    pd = np.clip(said * pd_times, 1e-6, 0.999)
    rows = Assessment.objects.bulk_create(
        assessment(first + place, vectors[place], champion, policy, pd[place], moments[place])
        for place in range(cases)
    )
    for version, noise in beside:
        wobble = np.random.default_rng(seed + 7).normal(0, noise, cases)
        other = 1 / (1 + np.exp(-(np.log(pd / (1 - pd)) + wobble)))
        ModelScore.objects.bulk_create(
            ModelScore(
                assessment=row, model_version=version, score=600, pd_ppm=round(each * 1_000_000)
            )
            for row, each in zip(rows, other, strict=True)
        )
    return list(zip(who, moments, is_bad.tolist(), strict=True))


def assessment(number, vector, model, policy, pd, at):
    return Assessment(
        application_id=number,
        borrower_id=vector.borrower_id,
        vector=vector,
        model_version=model,
        policy_version=policy,
        request={},
        numbers={},
        outcome="OFFERED" if pd < 0.25 else "DECLINED",
        tier="B",
        score=round(600 - 29 * np.log(pd / (1 - pd))),
        pd_ppm=round(pd * 1_000_000),
        limit_fen=1_000_000,
        annual_rate_ppm=140_000,
        affordable_instalment_fen=100_000,
        max_term_months=12,
        reasons=[{"code": "HISTORY"}],
        policy_trace={},
        decided_at=at,
    )


def label(outcomes, *, today):
    """What became of those whose horizon has passed."""
    ripe = [
        (who, at, is_bad)
        for who, at, is_bad in outcomes
        if (at + timedelta(days=HORIZON_DAYS)).date() <= today
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO scoring_traininglabel"
            " (borrower_id, as_of, horizon_days, is_bad, cause, source, matured_on)"
            " VALUES (%s, %s, %s, %s, %s, 'OWN_LOANS', %s)",
            [
                (
                    who,
                    at,
                    HORIZON_DAYS,
                    is_bad,
                    "UNABLE" if is_bad else "NONE",
                    (at + timedelta(days=HORIZON_DAYS)).date(),
                )
                for who, at, is_bad in ripe
            ],
        )
    return len(ripe)
