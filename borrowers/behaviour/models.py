"""Import batches, and unmanaged views of the two event tables (made in plain SQL, DESIGN §3).

`event` is narrow and read by one covering index; `event_text` holds the words, sealed in one cell.
"""

from django.db import models
from django.db.models.functions import Now

from common import public_ids
from common.crypto.fields import SealedJSONField


class ImportBatch(models.Model):
    """One upload of one bill: what was read, kept, left out, and how far it can be trusted."""

    public_id = models.CharField(max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey("borrowers.Consent", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey("borrowers.SealedFile", on_delete=models.PROTECT, related_name="+")
    source = models.PositiveSmallIntegerField()
    dialect = models.CharField(max_length=30)
    encoding = models.CharField(max_length=20)
    rows_read = models.PositiveIntegerField()
    # Closed and failed payments, and refunds that their purchase already carries.
    rows_not_counted = models.PositiveIntegerField()
    rows_imported = models.PositiveIntegerField()
    rows_duplicate = models.PositiveIntegerField()
    rows_quarantined = models.PositiveIntegerField()
    quarantine = models.JSONField(default=list)
    declared_rows = models.PositiveIntegerField(null=True)
    totals_agree = models.BooleanField(null=True)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    imported_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
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


class BasisKind(models.IntegerChoices):
    """On what legal ground an event is kept (PIPL art. 13)."""

    CONSENT = 1
    CONTRACT = 2


class EventRow(models.Model):
    """The admin's read-only view of an event, under a single key (the table's key is composite)."""

    id = models.CharField(max_length=80, primary_key=True)
    borrower_id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    amount_fen = models.BigIntegerField()
    direction = models.SmallIntegerField()
    category = models.SmallIntegerField()
    source = models.SmallIntegerField()
    basis_kind = models.SmallIntegerField()
    basis_id = models.BigIntegerField()
    batch_id = models.BigIntegerField(null=True)

    class Meta:
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
        managed = False
        db_table = "borrowers_event_text_view"

    def __str__(self) -> str:
        return self.id
