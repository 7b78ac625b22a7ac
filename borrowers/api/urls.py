"""Addresses of this door."""

from django.urls import path

from borrowers.api.bills import Bill, Bills, Records
from borrowers.api.consents import Consents, Withdrawal
from borrowers.api.events import BehaviourEvents, BehaviourSummary
from borrowers.api.fairness import FairnessAnswer
from borrowers.api.messages import Messages, Reading
from borrowers.api.people import Identity, Me
from borrowers.api.uploads import Upload

app_name = "borrowers-api"
urlpatterns = [
    path("me", Me.as_view(), name="me"),
    path("identity", Identity.as_view(), name="identity"),
    path("consents", Consents.as_view(), name="consents"),
    path("consents/<str:purpose>/withdraw", Withdrawal.as_view(), name="withdraw"),
    path("fairness-answer", FairnessAnswer.as_view(), name="fairness-answer"),
    path("bills", Bills.as_view(), name="bills"),
    path("bills/<slug:public_id>", Bill.as_view(), name="bill"),
    path("uploads/<slug:public_id>", Upload.as_view(), name="upload"),
    path("records", Records.as_view(), name="records"),
    path("behaviour-events", BehaviourEvents.as_view(), name="behaviour-events"),
    path("behaviour-summary", BehaviourSummary.as_view(), name="behaviour-summary"),
    path("messages", Messages.as_view(), name="messages"),
    path("messages/read", Reading.as_view(), name="messages-read"),
]
