"""Borrowers' tasks: they read the clock, call one verb, and may run twice."""

from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from borrowers.connectors.registry import reader_on
from borrowers.messages import actions as messages
from borrowers.people import queries as people
from borrowers.protected import actions as protected
from borrowers.uploads import actions as uploads
from borrowers.uploads import queries
from common import clock
from common.actors import SYSTEM
from common.processes.contracts import Claim
from common.processes.runs import run
from common.web.uploads import latest_day


@shared_task
def read_upload(*, process_id: int, **_: Any) -> None:
    """Read one file that a person gave."""
    run(process_id=process_id, work=_read)


@shared_task
def let_go_of_uploads(**_: Any) -> None:
    """Tell people of files that no reader survived, so that they are not kept waiting."""
    for upload_id in queries.abandoned():
        uploads.give_up(upload_id=upload_id, by=SYSTEM)


@shared_task
def keep_protected_traits(**_: Any) -> None:
    """Let go of protected attributes that are no longer allowed, and keep what now is."""
    protected.forget()
    last: int | None = 0
    while last is not None:
        last = protected.derive(after_id=last)


@shared_task
def text_what_waits(**_: Any) -> None:
    """Send the texts that the contact gate lets through now; at night there are none."""
    while messages.text_what_waits(at=clock.now(), worded=_worded):
        continue


def _worded(borrower_id: int, words: str) -> str:
    with translation.override(people.language_of(borrower_id)):
        return gettext(words)


def _read(claim: Claim) -> None:
    uploads.read(claim=claim, read=reader_on(latest_day(), settings.OPTIONAL_SOURCES))
