"""Messages for staff: what was said to whom, and whether it was read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from borrowers.messages.models import Message
from borrowers.messages.templates import wording
from common.admin.bases import ReadOnlyAdmin


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """The inboxes. Outgoing texts hold phones and codes: they are not shown here."""

    list_display = ("borrower", "template", "title", "sent_at", "read_at")
    list_filter = ("template", ("read_at", admin.EmptyFieldListFilter))
    search_fields = ("borrower__public_id",)
    ordering = ("-pk",)
    fields = ("borrower", "template", "title", "body", "sent_at", "read_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """With the borrower's public number, and nothing sealed."""
        rows: QuerySet[Message] = super().get_queryset(request)
        sealed = [f"borrower__{name}" for name in ("name", "id_number", "birth_date")]
        return rows.select_related("borrower").defer(*sealed)

    @admin.display(description=_("Title"))
    def title(self, row: Message) -> str:
        return wording(row.template, row.facts, gettext).title

    @admin.display(description=_("Text"))
    def body(self, row: Message) -> str:
        return wording(row.template, row.facts, gettext).body
