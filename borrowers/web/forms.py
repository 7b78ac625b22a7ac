"""What people type on this door's pages. Rules live in the rooms; here are only shapes."""

from allauth.account.fields import PasswordField
from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

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
