"""Logs of a whole visit: what was asked and how long it took, and nothing about who it was."""

import logging
import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from borrowers.consent.purposes import CONSUMPTION_RECORDS, PURPOSES
from borrowers.messages import queries as messages
from borrowers.tests import cast
from borrowers.tests.bill_texts import number, wechat, wechat_row

pytestmark = pytest.mark.django_db

BILL = wechat(wechat_row(native_id=number(1), item="a present for grandmother"))


def visit(client: Client) -> list[str]:
    """From sign-up to a bill, with the mistakes that people make; the codes that were used."""
    client.post(reverse("account_signup"), {"phone": "13900000001"})
    found = re.match(r"\d{6}", messages.outbox()[0].words)
    assert found is not None
    client.post(reverse("account_verify_phone"), {"code": "not it"})
    client.post(reverse("account_verify_phone"), {"code": found[0]})
    identity = {"name": "Lin Yue", "id_number": cast.LIN_ID_NUMBER}
    client.post(reverse("borrowers:identity"), identity | {"id_number": "990101199803140010"})
    client.post(reverse("borrowers:identity"), identity)
    notice = {"notice_version": PURPOSES[CONSUMPTION_RECORDS].notice_version}
    client.post(reverse("borrowers:grant", args=[CONSUMPTION_RECORDS]), notice)
    for content in (b"not a bill", BILL):
        file = SimpleUploadedFile("Lin Yue 2025.csv", content)
        client.post(reverse("borrowers:sources"), {"file": file})
    client.get(reverse("borrowers:privacy"))
    return [found[0]]


def test_a_visit_leaves_no_personal_detail_in_the_logs(caplog, capsys):
    cache.clear()
    caplog.set_level(logging.DEBUG)

    codes = visit(Client(headers={"accept-language": "en"}))

    written = capsys.readouterr()
    logged = caplog.text + written.out + written.err
    assert "records/" in logged
    secrets = [
        "13900000001", "Lin Yue", cast.LIN_ID_NUMBER, "990101199803140010", "grandmother", *codes,
    ]  # fmt: skip
    assert [each for each in secrets if each in logged] == []
