"""Addresses of this door."""

from django.urls import path

from lending.web import (
    application,
    apply,
    calendar,
    drafts,
    early,
    landing,
    loans,
    mandate,
    offer,
    papers,
    records,
    requests,
    rewards,
    start,
    withdrawal,
)

app_name = "lending"
ONE_APPLICATION = "applications/<slug:public_id>/"
ONE_LOAN = "loans/<slug:public_id>/"
urlpatterns = [
    path("", landing.landing, name="landing"),
    path("home/", start.start, name="start"),
    path("apply/", apply.choose, name="apply"),
    path("apply/<slug:product_code>/", apply.ask, name="ask"),
    path(ONE_APPLICATION, application.application, name="application"),
    path(f"{ONE_APPLICATION}purpose/", drafts.purpose, name="draft-purpose"),
    path(f"{ONE_APPLICATION}proof/", drafts.proof, name="draft-proof"),
    path(f"{ONE_APPLICATION}submit/", application.submit, name="submit"),
    path(f"{ONE_APPLICATION}deciding/", application.progress, name="deciding"),
    path(f"{ONE_APPLICATION}figures/", application.figures, name="figures"),
    path(f"{ONE_APPLICATION}withdraw/", application.withdraw, name="withdraw"),
    path(f"{ONE_APPLICATION}person/", application.ask_for_a_person, name="ask-for-a-person"),
    path(f"{ONE_APPLICATION}change/", offer.change, name="change-offer"),
    path(f"{ONE_APPLICATION}accept/", offer.accept, name="accept"),
    path(f"{ONE_APPLICATION}cost/confirm/", offer.confirm, name="confirm-cost"),
    path(f"{ONE_APPLICATION}contract.pdf", offer.contract, name="unsigned-contract"),
    path(f"{ONE_APPLICATION}sign/", offer.sign, name="sign"),
    path("loans/", loans.loans, name="loans"),
    path(ONE_LOAN, loans.loan, name="loan"),
    path(f"{ONE_LOAN}pay/", loans.pay, name="pay"),
    path(f"{ONE_LOAN}payoff/", loans.pay_off, name="payoff"),
    path(f"{ONE_LOAN}give-back/", withdrawal.give_back, name="give-back"),
    path(f"{ONE_LOAN}early/", early.pay_early, name="early"),
    path(f"{ONE_LOAN}requests/", requests.ask, name="requests"),
    path(f"{ONE_LOAN}waive/", requests.waive, name="waive"),
    path(f"{ONE_LOAN}automatic/", mandate.automatic, name="automatic"),
    path(f"{ONE_LOAN}automatic/withdraw/", mandate.withdraw, name="automatic-withdraw"),
    path(f"{ONE_LOAN}due-dates.ics", calendar.due_dates, name="due-dates"),
    path(f"{ONE_LOAN}certificate.pdf", papers.settlement, name="certificate"),
    path("papers/verify/", papers.verify, name="verify-paper"),
    path(f"{ONE_LOAN}contract.pdf", loans.contract, name="contract"),
    path(f"{ONE_LOAN}repayments/<slug:out_trade_no>/", loans.repayment, name="repayment"),
    path("rewards/", rewards.rewards, name="rewards"),
    path("rewards/<slug:public_id>/return/", rewards.give_back, name="reward-return"),
    path("rewards/<slug:public_id>/code/", rewards.show_code, name="reward-code"),
    path("privacy/my-records/", records.own_records, name="own-records"),
]
