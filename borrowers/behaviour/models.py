"""Import batches, what people say of single lines, and unmanaged views of the two event tables.

The event tables and the links between events are made in plain SQL (DESIGN §3).

`event` is narrow and read by one covering index; `event_text` holds the words, sealed in one cell.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from borrowers.behaviour.contracts import Assurance, MarkKind, MarkState, Place, RowState, Source
from borrowers.behaviour.merchants.naming import OF_MERCHANTS
from common import public_ids
from common.crypto.fields import SealedJSONField, sealed_check


class ImportBatch(models.Model):
    """One upload of one bill: what was read, kept, left out, and how far it can be trusted."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    consent = models.ForeignKey(
        "borrowers.Consent", verbose_name=_("Consent"), on_delete=models.PROTECT, related_name="+"
    )
    document = models.ForeignKey(
        "borrowers.SealedFile",
        verbose_name=_("File"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    source = models.PositiveSmallIntegerField(_("Wallet"))
    dialect = models.CharField(_("Layout"), max_length=30)
    encoding = models.CharField(_("Encoding"), max_length=20)
    rows_read = models.PositiveIntegerField(_("Rows read"))
    merchants = models.ForeignKey(
        "borrowers.MerchantVersion",
        verbose_name=_("Version of the merchant table"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    # Closed and failed payments, and refunds that their purchase already carries.
    rows_not_counted = models.PositiveIntegerField(_("Not counted"))
    rows_imported = models.PositiveIntegerField(_("Kept"))
    rows_duplicate = models.PositiveIntegerField(_("Known already"))
    rows_quarantined = models.PositiveIntegerField(_("Not understood"))
    rows_suppressed = models.PositiveIntegerField(_("Words left out"), default=0)
    quarantine = models.JSONField(_("Rows not understood"), default=list)
    declared_rows = models.PositiveIntegerField(_("Rows that the bill says"), null=True)
    declared_in_fen = models.BigIntegerField(_("Income that the bill says"), null=True)
    declared_out_fen = models.BigIntegerField(_("Spending that the bill says"), null=True)
    totals_agree = models.BooleanField(_("Totals agree"), null=True)
    opening_fen = models.BigIntegerField(_("Opening balance"), null=True)
    closing_fen = models.BigIntegerField(_("Closing balance"), null=True)
    period_from = models.DateField(_("Covers from"), null=True)
    period_until = models.DateField(_("Covers until"), null=True)
    connector_version = models.CharField(_("Version of the reader"), max_length=20, default="1")
    has_verification_code = models.BooleanField(_("Has a verification code"), default=False)
    assurance = models.PositiveSmallIntegerField(_("Assurance"), default=int(Assurance.UPLOADED))
    # Codes and numbers only: {"findings": [{"code", "rows", "weight"}]}.
    integrity = models.JSONField(_("Integrity"), default=dict)
    tamper_score_percent = models.PositiveSmallIntegerField(_("Tamper score"), default=0)
    first_at = models.DateTimeField(_("First payment"), null=True)
    last_at = models.DateTimeField(_("Last payment"), null=True)
    imported_at = models.DateTimeField(_("Taken in"), db_default=Now())

    class Meta:
        verbose_name = _("bill that was read")
        verbose_name_plural = _("bills that were read")
        constraints = [
            # A partner's machine sends no file; everybody else gives one.
            models.CheckConstraint(
                condition=models.Q(document__isnull=False) | models.Q(source=Source.PARTNER),
                name="bill_comes_from_a_file",
            ),
            models.UniqueConstraint(fields=["consent", "document"], name="bill_is_imported_once"),
            models.CheckConstraint(
                condition=models.Q(
                    rows_read=models.F("rows_imported")
                    + models.F("rows_duplicate")
                    + models.F("rows_quarantined")
                    + models.F("rows_not_counted")
                ),
                name="bill_rows_are_all_accounted_for",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dialect} {self.pk}"


class MerchantVersion(models.Model):
    """One change of the merchant table. It only grows; the newest version is used at imports."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    made_by = models.ForeignKey(
        "borrowers.Account",
        verbose_name=_("Changed by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    made_at = models.DateTimeField(_("Changed"), db_default=Now())
    rules = models.PositiveIntegerField(_("Lines in the table"))
    added = models.PositiveIntegerField(_("Lines added"))
    changed = models.PositiveIntegerField(_("Lines changed"))
    removed = models.PositiveIntegerField(_("Lines taken out"))

    class Meta:
        verbose_name = _("version of the merchant table")
        verbose_name_plural = _("versions of the merchant table")
        permissions = [("manage_merchants", "Can change the merchant table")]

    def __str__(self) -> str:
        return self.public_id


class MerchantRule(models.Model):
    """What a version says of one name: a category and a place, or that the name is taken out."""

    version = models.ForeignKey(
        MerchantVersion, verbose_name=_("Version"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("Merchant's name"), max_length=80)
    is_prefix = models.BooleanField(_("Only how it begins"))
    category = models.PositiveSmallIntegerField(_("Category"), null=True)
    place = models.PositiveSmallIntegerField(_("Place"))

    class Meta:
        verbose_name = _("line of the merchant table")
        verbose_name_plural = _("lines of the merchant table")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "is_prefix", "version"], name="merchant_is_named_once_in_a_version"
            ),
            # Health and belief are never told by a merchant's name (PIPL art. 28).
            models.CheckConstraint(
                condition=models.Q(category=None)
                | models.Q(category__in=[int(each) for each in OF_MERCHANTS]),
                name="merchant_category_can_be",
            ),
            models.CheckConstraint(
                condition=models.Q(place__in=[int(each) for each in Place]),
                name="merchant_place_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BasisKind(models.IntegerChoices):
    """On what legal ground an event is kept (PIPL art. 13)."""

    CONSENT = 1
    CONTRACT = 2


class QuarantinedRow(models.Model):
    """A row of a bill that could not be read, kept sealed until somebody of ours looks at it.

    It is decided once; nothing else of it ever changes (a trigger stands in plain SQL).
    """

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    batch = models.ForeignKey(
        ImportBatch, verbose_name=_("Bill"), on_delete=models.PROTECT, related_name="+"
    )
    row_number = models.PositiveIntegerField(_("Row"))
    reason = models.CharField(_("Reason"), max_length=40)
    key_id = models.BigIntegerField()
    words = SealedJSONField(context="quarantine.words", key_field="key_id")
    state = models.PositiveSmallIntegerField(_("State"), default=int(RowState.OPEN))
    decided_by = models.ForeignKey(
        "borrowers.Account",
        verbose_name=_("Decided by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    decided_at = models.DateTimeField(_("Decided"), null=True)
    decided_because = models.CharField(_("Decided because"), max_length=30, default="")

    class Meta:
        verbose_name = _("row not understood")
        verbose_name_plural = _("rows not understood")
        indexes = [
            models.Index(fields=["id"], name="quarantine_that_waits", condition=models.Q(state=1))
        ]
        constraints = [
            sealed_check("words", "key_id"),
            models.CheckConstraint(
                condition=models.Q(state=int(RowState.OPEN), decided_at=None, decided_by=None)
                | models.Q(
                    state__in=[int(RowState.RESOLVED), int(RowState.DISMISSED)],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="quarantined_row_is_decided_or_not",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_because="") | ~models.Q(state=int(RowState.OPEN)),
                name="quarantined_row_that_waits_has_no_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class EventMark(models.Model):
    """What a person says of one line, and what a person of ours decided on it, once.

    The event is named by its natural key; a foreign key over it stands in plain SQL. What works
    at once takes its line out of the count until somebody refuses it.
    """

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    occurred_at = models.DateTimeField(_("Time"))
    ext = models.BigIntegerField()
    kind = models.PositiveSmallIntegerField(_("Kind"))
    is_at_once = models.BooleanField(_("Works at once"), default=False)
    state = models.PositiveSmallIntegerField(_("State"), default=int(MarkState.ASKED))
    asked_at = models.DateTimeField(_("Asked"), db_default=Now())
    decided_by = models.ForeignKey(
        "borrowers.Account",
        verbose_name=_("Decided by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    decided_at = models.DateTimeField(_("Decided"), null=True)

    class Meta:
        verbose_name = _("line that a person marked")
        verbose_name_plural = _("lines that people marked")
        constraints = [
            models.UniqueConstraint(
                fields=["borrower", "occurred_at", "ext", "kind"], name="mark_of_a_kind_is_one"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[int(each) for each in MarkKind]),
                name="mark_kind_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state=int(MarkState.ASKED), decided_at=None)
                | models.Q(
                    state__in=[int(MarkState.GRANTED), int(MarkState.REFUSED)],
                    decided_at__isnull=False,
                ),
                name="mark_is_decided_or_not",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class EventRow(models.Model):
    """The admin's read-only view of an event, under a single key (the table's key is composite)."""

    id = models.CharField(max_length=80, primary_key=True)
    borrower_id = models.BigIntegerField()
    occurred_at = models.DateTimeField(_("Time"))
    amount_fen = models.BigIntegerField(_("Amount, in fen"))
    direction = models.SmallIntegerField(_("Direction"))
    category = models.SmallIntegerField(_("Category"))
    source = models.SmallIntegerField(_("Source"))
    basis_kind = models.SmallIntegerField(_("Legal basis"))
    basis_id = models.BigIntegerField()
    batch_id = models.BigIntegerField(null=True)
    ext = models.BigIntegerField()
    refunded_fen = models.BigIntegerField(_("Refunded, in fen"))
    via = models.SmallIntegerField(_("Paid through"))
    place = models.SmallIntegerField(_("Place"))
    status = models.SmallIntegerField(_("State"))
    precision = models.SmallIntegerField(_("Precision of the time"))
    assurance = models.SmallIntegerField(_("Assurance"))
    method = models.SmallIntegerField(_("How the category was found"))
    confidence_percent = models.SmallIntegerField(_("Confidence"))

    class Meta:
        verbose_name = _("payment in a bill")
        verbose_name_plural = _("payments in bills")
        managed = False
        db_table = "borrowers_event_view"

    def __str__(self) -> str:
        return self.id


class EventTextRow(models.Model):
    """The words of an event, for the borrower's own page: merchant, counterparty, memo."""

    id = models.CharField(max_length=80, primary_key=True)
    borrower_id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    key_id = models.BigIntegerField()
    words = SealedJSONField(context="event.words", key_field="key_id")

    class Meta:
        verbose_name = _("words of a payment")
        verbose_name_plural = _("words of payments")
        managed = False
        db_table = "borrowers_event_text_view"

    def __str__(self) -> str:
        return self.id
