"""What people type on this door's pages. Rules live in the rooms; here are only shapes."""

from typing import Any

from allauth.account.fields import PasswordField
from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from borrowers.behaviour.words import CATEGORIES
from common.errors import Refused
from common.web.refusals import in_words


class StaffSignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """Phone and password, for staff; borrowers have no password and use a code."""

    password = PasswordField(label=_("Password"), autocomplete="current-password")

    def _setup_password_field(self) -> None:
        """Keep the field: allauth drops it where sign-up asks for no password."""


class IdentityForm(forms.Form):
    """Who the borrower is, as on their identity card."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=60,
        help_text=_("As it stands on your identity card."),
    )
    id_number = forms.CharField(
        label=_("Your identity number"),
        max_length=30,
        help_text=_("Eighteen characters. The last one may be an X."),
    )


class BillForm(forms.Form):
    """One file, whatever it is, and the password that opens it."""

    file = forms.FileField(
        label=_("Your file"),
        help_text=_(
            "A bill of WeChat Pay, Alipay, JD or Meituan, or a bank statement: CSV, XLS, XLSX, PDF,"
            " OFX or ZIP, just as it was exported."
        ),
        error_messages={"empty": _("This file is empty. Export the bill again and choose it.")},
    )
    password = forms.CharField(
        label=_("The password of the file"),
        help_text=_(
            "Only if the file is locked. We use it once, to open this file, and do not keep it."
        ),
        required=False,
        max_length=64,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class LineForm(forms.Form):
    """What a person says of one payment."""

    what = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=[
            ("EXCLUDE", _("Leave it out")),
            ("DISPUTE", _("It is not mine, or its figures are wrong")),
            ("DUPLICATE", _("It is told twice")),
            ("CATEGORY", _("It belongs to another kind")),
        ],
        widget=forms.RadioSelect,
    )
    category = forms.ChoiceField(label=_("Which kind?"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(str(int(code)), gettext(words)) for code, words in CATEGORIES.items()]
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *kinds]

    def clean(self) -> dict[str, Any]:
        """Whoever says that the kind is wrong says which one is right."""
        given = super().clean() or {}
        if given.get("what") == "CATEGORY" and not given.get("category"):
            self.add_error("category", gettext("Choose the kind it belongs to."))
        return given


class LanguageForm(forms.Form):
    """The language switch."""

    language = forms.ChoiceField(choices=[("zh-hans", "zh-hans"), ("en", "en")])
    next = forms.CharField(required=False)


def refuse(form: forms.Form, refusal: Refused, field: str | None = None) -> None:
    """Show a refusal at the field it is about: what happened, and what to do."""
    form.add_error(field, in_words(refusal))


def error_status(form: forms.Form, refusal: Refused | None = None) -> int:
    """The status of a page that shows a form again."""
    if refusal is not None:
        return refusal.status
    return 422 if form.errors else 200
