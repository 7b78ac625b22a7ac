"""What several addresses of this door answer with."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from borrowers.behaviour.imports import BatchFacts
from borrowers.behaviour.words import doubt_of_kept


class BillOutput(serializers.Serializer[Any]):
    """One bill. Rows read = imported + duplicates + quarantined + not counted."""

    id = serializers.CharField(source="public_id")
    # DRF's own attribute of the same name stays: declared fields are taken off the class.
    source = serializers.CharField(source="source.name")  # type: ignore[assignment]  # the field is called source, and so is an attribute of the base
    dialect = serializers.CharField()
    rows_read = serializers.IntegerField()
    imported = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    not_counted = serializers.IntegerField()
    declared_rows = serializers.IntegerField(allow_null=True)
    totals_agree = serializers.BooleanField(allow_null=True)
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    imported_at = serializers.DateTimeField()
    doubt = serializers.SerializerMethodField(
        help_text="ROWS_MISSING, TOTALS_DIFFER, ROWS_DO_NOT_FIT: a person looks at it first."
    )
    warning = serializers.SerializerMethodField(help_text="The doubt in words; else null.")
    is_used = serializers.BooleanField(help_text="False once the consent has been taken back.")

    def get_doubt(self, bill: BatchFacts) -> str | None:
        """Its code."""
        doubt = doubt_of_kept(bill)
        return doubt.code if doubt else None

    def get_warning(self, bill: BatchFacts) -> str | None:
        """Its sentence."""
        doubt = doubt_of_kept(bill)
        return _(doubt.message) % doubt.context if doubt else None
