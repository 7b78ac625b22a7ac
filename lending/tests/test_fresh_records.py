"""What was answered with success is in the next decision; what looks changed goes to a person."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from borrowers.behaviour import queries as behaviour
from borrowers.behaviour.contracts import Direction
from borrowers.checks import lines
from borrowers.tests import cast, workers
from lending.applications.models import LoanApplication
from lending.tests import builders, doors
from lending.tests.test_deciding import share_months
from scoring.decisions.models import Assessment
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months

pytestmark = pytest.mark.django_db
WANTED = {"product": "DAILY", "amount_fen": 300_000, "term_months": 6}


@pytest.fixture(autouse=True)
def _platform(monkeypatch):
    monkeypatch.setattr("borrowers.api.bills.wait_until", workers.quick)
    with doors.open_platform():
        yield


def bill(months: int = 6) -> bytes:
    first = builders.TODAY - timedelta(days=31 * months)
    records = ordinary_months(seed=7, first_day=first, months=months, monthly_income_fen=1_200_000)
    return write(records, layout=Layout.WECHAT_CSV)


def give(api, content: bytes) -> None:
    file = SimpleUploadedFile("bill.csv", content)
    headers = {"Idempotency-Key": "a-bill-of-lin"}
    answer = api.post("/api/v1/bills", {"file": file}, format="multipart", headers=headers)
    assert answer.status_code == 201, answer.content


def decided(api) -> Assessment:
    asked = api.post("/api/v1/applications", WANTED, headers={"Idempotency-Key": doors.KEY})
    number = asked.json()["id"]
    assert api.post(f"/api/v1/applications/{number}/submit").status_code < 300
    application = doors.decide(LoanApplication.objects.get(public_id=number))
    assert application.assessment_id is not None
    return Assessment.objects.get(pk=application.assessment_id)


def known(assessment: Assessment) -> set[str]:
    """The features that are not nothing."""
    features = assessment.vector.features or {}
    return {name for name, value in features.items() if value}


def test_a_bill_that_was_taken_is_in_the_next_decision(api, lin):
    give(api, bill())

    assessment = decided(api)

    assert known(assessment)
    assert "RECORDS_INCOMPLETE" not in [each["code"] for each in assessment.reasons]


def test_without_a_bill_there_is_nothing_to_decide_on(api, lin):
    assert not known(decided(api))


def test_a_bill_whose_income_was_written_larger_goes_to_a_person(api, lin):
    text = bill().decode("utf-8-sig")
    forged = re.sub(r"(?<=,)¥12000\.00", "¥24000.00", text)
    assert forged != text
    give(api, forged.encode("utf-8-sig"))

    assessment = decided(api)

    assert LoanApplication.objects.get().state == "REFERRED"
    assert assessment.reasons[0]["code"] == "RECORDS_INCOMPLETE"
    (batch,) = behaviour.batches(lin.id)
    assert batch.tamper_score_percent >= 50


def test_a_wage_that_a_person_left_out_goes_to_a_person(api, lin):
    share_months(lin)
    columns = behaviour.match_columns_of(lin.id)
    incomes = [
        columns.key(row)
        for row in range(len(columns))
        if columns.direction[row] == Direction.IN and columns.category[row] in {32, 33}
    ]
    lines.exclude(borrower_id=lin.id, event=incomes[0], by=cast.self_of(lin))

    assessment = decided(api)

    assert LoanApplication.objects.get().state == "REFERRED"
    assert assessment.reasons[0]["code"] == "RECORDS_INCOMPLETE"
