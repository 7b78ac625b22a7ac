"""Addresses of this door."""

from django.urls import path

from lending.api import (
    applications,
    early,
    lines,
    loans,
    mandates,
    offers,
    papers,
    products,
    purposes,
    requests,
    rewards,
    statements,
    withdrawal,
)

app_name = "lending-api"
ONE_APPLICATION = "applications/<slug:public_id>"
ONE_LOAN = "loans/<slug:public_id>"
urlpatterns = [
    path("products", products.Products.as_view(), name="products"),
    path("merchants", products.Merchants.as_view(), name="merchants"),
    path("quotes", products.Quotes.as_view(), name="quotes"),
    path("applications", applications.Applications.as_view(), name="applications"),
    path(ONE_APPLICATION, applications.Application.as_view(), name="application"),
    path(f"{ONE_APPLICATION}/figures", applications.Figures.as_view(), name="figures"),
    path(f"{ONE_APPLICATION}/evidence", applications.Evidence.as_view(), name="evidence"),
    path(f"{ONE_APPLICATION}/purpose", purposes.Purpose.as_view(), name="purpose"),
    path(f"{ONE_APPLICATION}/submit", applications.Submission.as_view(), name="submit"),
    path(f"{ONE_APPLICATION}/offer/change", offers.Change.as_view(), name="change-offer"),
    path(f"{ONE_APPLICATION}/accept", offers.Acceptance.as_view(), name="accept"),
    path(f"{ONE_APPLICATION}/cost", offers.CostTable.as_view(), name="cost"),
    path(
        f"{ONE_APPLICATION}/contract.pdf",
        offers.UnsignedContract.as_view(),
        name="unsigned-contract",
    ),
    path(f"{ONE_APPLICATION}/sign", offers.Signature.as_view(), name="sign"),
    path(f"{ONE_APPLICATION}/withdraw", offers.Withdrawal.as_view(), name="withdraw"),
    path(
        f"{ONE_APPLICATION}/review-request", offers.ReviewRequest.as_view(), name="review-request"
    ),
    path("loans", loans.Loans.as_view(), name="loans"),
    path(ONE_LOAN, loans.OneLoan.as_view(), name="loan"),
    path(f"{ONE_LOAN}/schedule", loans.Schedule.as_view(), name="schedule"),
    path(f"{ONE_LOAN}/due-dates.ics", papers.DueDates.as_view(), name="due-dates"),
    path(f"{ONE_LOAN}/certificate.pdf", papers.Certificate.as_view(), name="certificate"),
    path(f"{ONE_LOAN}/statement", statements.LoanStatement.as_view(), name="statement"),
    path(
        f"{ONE_LOAN}/statement.pdf", statements.LoanStatementFile.as_view(), name="statement-file"
    ),
    path("statements", statements.Statements.as_view(), name="statements"),
    path(f"{ONE_LOAN}/contract.pdf", loans.Contract.as_view(), name="contract"),
    path(f"{ONE_LOAN}/repayments", loans.Repayments.as_view(), name="repayments"),
    path(f"{ONE_LOAN}/repayments/<slug:number>", loans.Repayment.as_view(), name="repayment"),
    path(f"{ONE_LOAN}/payoff-quote", loans.PayoffQuote.as_view(), name="payoff-quote"),
    path(f"{ONE_LOAN}/payoff", loans.Payoff.as_view(), name="payoff"),
    path(f"{ONE_LOAN}/close", loans.Close.as_view(), name="close"),
    path(f"{ONE_LOAN}/withdrawal", withdrawal.Withdrawal.as_view(), name="withdrawal"),
    path(f"{ONE_LOAN}/early-quote", early.EarlyQuote.as_view(), name="early-quote"),
    path(f"{ONE_LOAN}/early-payments", early.EarlyPayments.as_view(), name="early-payments"),
    path(f"{ONE_LOAN}/late-fee-waivers", early.LateFeeWaivers.as_view(), name="late-fee-waivers"),
    path(f"{ONE_LOAN}/requests", requests.LoanRequests.as_view(), name="loan-requests"),
    path(
        f"{ONE_LOAN}/requests/<slug:number>/take-back",
        requests.TakingBack.as_view(),
        name="take-request-back",
    ),
    path(f"{ONE_LOAN}/mandates", mandates.Mandates.as_view(), name="mandates"),
    path(f"{ONE_LOAN}/mandates/text", mandates.MandateText.as_view(), name="mandate-text"),
    path("line", lines.Line.as_view(), name="line"),
    path("rewards", rewards.Rewards.as_view(), name="rewards"),
    path("rewards/redeem", rewards.Redemption.as_view(), name="redeem"),
    path("rewards/<slug:public_id>/return", rewards.Return.as_view(), name="reward-return"),
    path("rewards/<slug:public_id>/code", rewards.Code.as_view(), name="reward-code"),
]
