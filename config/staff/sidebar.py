"""The sidebar: rooms in the order in which people work, and only what the person may see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.staff import queries
from lending.applications import queries as applications
from lending.channels import parking
from lending.closing import quarantine
from lending.reconciliation import queries as breaks
from monitoring.alerts import queries as alerts

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a list of rows, perhaps narrowed, perhaps with the number of those that wait."""

    title: str | Promise
    icon: str
    model: str
    only: tuple[tuple[str, str], ...] = ()
    waiting: Callable[[], QuerySet[Any]] | None = None
    badge_look: str = "warning"


# A table's own name, as a title.
_named = lazy(capfirst, str)

WAITING = Entry(
    _("Applications waiting"),
    "inbox",
    "lending.LoanApplication",
    only=(("state__exact", "REFERRED"),),
    waiting=applications.referred,
)
OPEN_ALERTS = Entry(
    _("Alerts open"),
    "notifications_active",
    "monitoring.Alert",
    waiting=alerts.queue,
    badge_look="danger",
)

GROUPS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    (_("Work"), (WAITING, OPEN_ALERTS)),
    (
        pgettext_lazy("sidebar", "People"),
        (
            Entry(_("Borrowers"), "group", "borrowers.Borrower"),
            Entry(_("Consents"), "verified_user", "borrowers.Consent"),
            Entry(_("Files given"), "cloud_upload", "borrowers.Upload"),
            Entry(_("Bills read"), "upload_file", "borrowers.ImportBatch"),
            Entry(_("Payments in bills"), "receipt_long", "borrowers.EventRow"),
            Entry(
                _("Rows not understood"),
                "help_center",
                "borrowers.QuarantinedRow",
                only=(("state__exact", "1"),),
            ),
            Entry(
                _("Lines that people marked"),
                "flag",
                "borrowers.EventMark",
                only=(("state__exact", "1"),),
            ),
            Entry(
                _("Corrected categories"),
                "label",
                "borrowers.LabelProposal",
                only=(("state__exact", "1"),),
            ),
            Entry(_("Merchant table"), "table_view", "borrowers.MerchantRule"),
            Entry(_("Versions of the merchant table"), "history", "borrowers.MerchantVersion"),
            Entry(_("Partners"), "handshake", "borrowers.Partner"),
            Entry(_("Deliveries of partners"), "input", "borrowers.Delivery"),
            Entry(_("Messages"), "mail", "borrowers.Message"),
            Entry(_("Who looked"), "visibility", "borrowers.AccessEntry"),
        ),
    ),
    (
        _("Lending"),
        (
            Entry(_("Applications"), "description", "lending.LoanApplication"),
            Entry(_("Loans"), "payments", "lending.Loan"),
            Entry(_named(_("credit lines")), "request_quote", "lending.CreditLine"),
            Entry(_("All alerts"), "monitor_heart", "monitoring.Alert", only=(("state", "all"),)),
            Entry(pgettext_lazy("sidebar", "Transfers"), "swap_horiz", "lending.Transfer"),
            Entry(_("Bank notices"), "webhook", "lending.ChannelEvent"),
            Entry(_named(_("mandates")), "autorenew", "lending.Mandate"),
            Entry(_named(_("automatic debits")), "schedule_send", "lending.DirectDebit"),
            Entry(
                _("Notices that contradict us"),
                "sync_problem",
                "lending.ParkedNotice",
                only=(("resolved_at__isempty", "1"),),
                waiting=parking.open_notices,
                badge_look="danger",
            ),
            Entry(_named(_("changes of payees")), "badge", "lending.PayeeChange"),
            Entry(_("Cost disclosures"), "price_check", "lending.CostDisclosure"),
            Entry(_named(_("sealed papers")), "verified", "lending.SealedPaper"),
            Entry(_("Products"), "category", "lending.LoanProduct"),
            Entry(_("Schools and shops"), "storefront", "lending.Merchant"),
            Entry(_("Points"), "stars", "lending.PointsEntry"),
            Entry(_("Discounts"), "sell", "lending.Entitlement"),
            Entry(_named(_("catalogue")), "redeem", "lending.Benefit"),
            Entry(_named(_("handing over")), "local_shipping", "lending.Fulfilment"),
            Entry(_named(_("grants of points")), "card_giftcard", "lending.PointsGrant"),
            Entry(_named(_("reward programmes")), "loyalty", "lending.RewardProgramme"),
            Entry(_named(_("partners' statements")), "request_quote", "lending.PartnerStatement"),
        ),
    ),
    (
        _("Books"),
        (
            Entry(_("Chart of accounts"), "account_balance", "lending.LedgerAccount"),
            Entry(_("Ledger entries"), "menu_book", "lending.LedgerEntry"),
            Entry(_("Ends of days"), "event_available", "lending.ClosingRange"),
            Entry(
                _("Loans left behind"),
                "report",
                "lending.QuarantinedLoan",
                only=(("released_at__isempty", "1"),),
                waiting=quarantine.left_behind,
                badge_look="danger",
            ),
            Entry(
                _("Breaks with the bank"),
                "compare_arrows",
                "lending.StatementBreak",
                only=(("state__exact", "OPEN"),),
                waiting=breaks.open_breaks,
                badge_look="danger",
            ),
            Entry(_("Checks of the house"), "rule_settings", "monitoring.CheckRun"),
        ),
    ),
    (
        _("Decisions"),
        (
            Entry(_("Assessments"), "fact_check", "scoring.Assessment"),
            Entry(_("Linked cases"), "hub", "scoring.LinkedCase"),
            Entry(_("Scorecards"), "model_training", "scoring.ModelVersion"),
            Entry(_("Policies"), "rule", "scoring.PolicyVersion"),
            Entry(_("Watch on models"), "monitoring", "scoring.ModelWatch"),
            Entry(_("Alarms of models"), "notification_important", "scoring.ModelAlarm"),
        ),
    ),
)


ENTRIES = tuple(entry for _title, entries in GROUPS for entry in entries)


def navigation(request: HttpRequest) -> list[Item]:
    """The groups as unfold reads them."""
    home = reverse("admin:index")
    workbench: Item = {"title": _("Workbench"), "icon": "dashboard", "link": home}
    workbench["active"] = request.path == home
    groups: list[Item] = [{"title": "", "items": [workbench]}]
    seen = [
        (title, [each for each in entries if is_visible(each, request)])
        for title, entries in GROUPS
    ]
    badges = _badges([each for _title, entries in seen for each in entries])
    for title, entries in seen:
        if entries:
            items = [_item(each, request) | badges.get(each, {}) for each in entries]
            groups.append({"title": title, "items": items})
    return groups


def _badges(entries: Sequence[Entry]) -> dict[Entry, Item]:
    """Of the lines in which something waits."""
    lists = [(entry, entry.waiting()) for entry in entries if entry.waiting]
    found = queries.counts([rows for _entry, rows in lists])
    return {
        entry: {"badge": str(count), "badge_variant": entry.badge_look}
        for (entry, _rows), count in zip(lists, found, strict=True)
        if count
    }


def is_visible(entry: Entry, request: HttpRequest) -> bool:
    """Whether there is a page for these rows, and the person may look at it."""
    model = apps.get_model(entry.model)
    if not admin.site.is_registered(model):
        return False
    return bool(admin.site.get_model_admin(model).has_view_permission(request))


def path_of(entry: Entry) -> str:
    """The list of rows, without what narrows it."""
    name = apps.get_model(entry.model)._meta
    return reverse(f"admin:{name.app_label}_{name.model_name}_changelist")


def link_of(entry: Entry) -> str:
    """Where the line leads."""
    return f"{path_of(entry)}?{urlencode(entry.only)}" if entry.only else path_of(entry)


def _item(entry: Entry, request: HttpRequest) -> Item:
    return {
        "title": entry.title,
        "icon": entry.icon,
        "link": link_of(entry),
        "active": _is_active(entry, request),
    }


def _is_active(entry: Entry, request: HttpRequest) -> bool:
    """A narrowed list is active only where it is narrowed so; the whole list everywhere else."""
    if entry.only:
        return request.path == path_of(entry) and _is_narrowed(entry, request)
    siblings = [each for each in ENTRIES if each.model == entry.model and each.only]
    return request.path.startswith(path_of(entry)) and not any(
        _is_active(each, request) for each in siblings
    )


def _is_narrowed(entry: Entry, request: HttpRequest) -> bool:
    return all(request.GET.get(name) == value for name, value in entry.only)
