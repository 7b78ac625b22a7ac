"""Addresses of this door."""

from django.urls import path

from borrowers.web.consents import consents, grant, privacy, withdraw
from borrowers.web.fairness import fairness
from borrowers.web.home import switch_language
from borrowers.web.identity import identity
from borrowers.web.lines import line, lines
from borrowers.web.messages import inbox, outbox
from borrowers.web.records import bill, summary
from borrowers.web.sources import sources
from borrowers.web.uploads import upload

app_name = "borrowers"
urlpatterns = [
    path("identity/", identity, name="identity"),
    path("consents/", consents, name="consents"),
    path("consents/<str:purpose>/grant/", grant, name="grant"),
    path("consents/<str:purpose>/withdraw/", withdraw, name="withdraw"),
    path("records/", sources, name="sources"),
    path("records/summary/", summary, name="summary"),
    path("records/lines/", lines, name="lines"),
    path("records/lines/<str:key>/", line, name="line"),
    path("records/bills/<slug:public_id>/", bill, name="bill"),
    path("records/uploads/<slug:public_id>/", upload, name="upload"),
    path("messages/", inbox, name="messages"),
    path("privacy/", privacy, name="privacy"),
    path("privacy/fairness/", fairness, name="fairness"),
    path("demo/outbox/", outbox, name="outbox"),
    # Django's own address for this, met here first: ours also remembers it in the account.
    path("i18n/setlang/", switch_language, name="language"),
]
