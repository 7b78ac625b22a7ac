"""Messages for staff: what was said to whom, and whether it was read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from borrowers.messages.models import Message
from borrowers.messages.templates import TEMPLATES, wording
from common.admin.bases import ReadOnlyAdmin
from common.templatetags.dates import day


class Template(admin.SimpleListFilter):
    """Messages of one template, by its words."""

    title = _("Message")
    parameter_name = "template"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> list[tuple[str, str]]:
        return [(code, gettext(each.title)) for code, each in TEMPLATES.items()]

    def queryset(self, _request: HttpRequest, rows: QuerySet[Message]) -> QuerySet[Message]:
        return rows.filter(template=self.value()) if self.value() else rows


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """The inboxes. Outgoing texts hold phones and codes: they are not shown here."""

    list_display = ("borrower", "title", "sent_at", "read_at")
    list_filter = (Template, ("read_at", admin.EmptyFieldListFilter))
    search_fields = ("borrower__public_id",)
    ordering = ("-pk",)
    fields = ("borrower", "title", "body", "sent_at", "read_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """With the borrower's public number, and nothing sealed."""
        rows: QuerySet[Message] = super().get_queryset(request)
        sealed = [f"borrower__{name}" for name in ("name", "id_number", "birth_date")]
        return rows.select_related("borrower").defer(*sealed)

    @admin.display(description=_("Title"))
    def title(self, row: Message) -> str:
        return wording(row.template, row.facts, gettext, day).title

    @admin.display(description=_("Text"))
    def body(self, row: Message) -> str:
        return wording(row.template, row.facts, gettext, day).body
