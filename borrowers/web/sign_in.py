"""How allauth meets our accounts: a phone and a code of six digits; staff a password and a code.

A page never tells whether a number is known here: the text message to that number does.
"""

from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.fields import PhoneField
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _

from borrowers.messages.actions import text_out
from borrowers.people import actions as people
from borrowers.people import phones, queries
from borrowers.people.models import Account


class MobileField(PhoneField):  # type: ignore[misc]  # allauth is untyped
    """A mobile number as people type it; the country code may be left out."""

    def to_python(self, value: object) -> str:
        typed = str(super().to_python(value))
        return phones.normalised(typed) or typed


class PhoneAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """allauth's questions about people, answered by borrowers.people."""

    def phone_form_field(self, **options: Any) -> MobileField:
        """The one field of the sign-up and sign-in forms."""
        return MobileField(**options)

    def clean_phone(self, phone: str) -> str:
        """One spelling; what is no mobile number is refused before a text is paid for."""
        number = phones.normalised(phone)
        if number is None:
            raise forms.ValidationError(_("Enter the eleven digits of a mainland mobile number."))
        return number

    # --- accounts ---

    def save_user(
        self, _request: HttpRequest, _user: Account, form: forms.Form, **_options: Any
    ) -> Account:
        """A new account with its borrower and keys; it may sign in once the code has come back."""
        return people.open_account(
            phone=form.cleaned_data["phone"], language=translation.get_language() or ""
        )

    def get_user_by_phone(self, phone: str) -> Account | None:
        return queries.account_by_phone(phone)

    def get_phone(self, user: Account) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: Account, phone: str, verified: bool) -> None:  # noqa: FBT001 (allauth's)
        people.set_phone(account_id=user.pk, phone=phone, verified=verified)

    def set_phone_verified(self, user: Account, phone: str) -> None:
        if (user.phone, user.phone_verified) != (phone, True):
            self.set_phone(user, phone, verified=True)
            user.phone_verified = True

    def pre_login(self, request: HttpRequest, user: Account, **options: Any) -> HttpResponse | None:
        """Staff must have given their password: a stolen phone must not open the workbench."""
        used = {each["method"] for each in get_authentication_records(request, user)}
        if user.is_staff and "password" not in used:
            clear_login(request)
            self.add_message(
                request, messages.WARNING, message=_("Staff sign in with a password and a code.")
            )
            return redirect("account_login")
        response: HttpResponse | None = super().pre_login(request, user, **options)
        return response

    def is_login_by_code_required(self, login: Login) -> bool:
        """After a password. A sign-up proves its number by the code of the phone's own stage."""
        return not login.signup and bool(super().is_login_by_code_required(login))

    # --- texts ---

    def send_verification_code_sms(
        self, user: Account, phone: str, code: str, **_options: Any
    ) -> None:
        minutes = app_settings.LOGIN_BY_CODE_TIMEOUT // 60
        words = _(
            "%(code)s is your Mingzhang code. It is good for %(minutes)s minutes. Nobody of ours "
            "will ever ask you for it."
        ) % {"code": code, "minutes": minutes}
        text_out(phone=phone, words=words)

    def send_unknown_account_sms(self, phone: str, **_options: Any) -> None:
        text_out(
            phone=phone,
            words=_(
                "Somebody asked for a Mingzhang code for this number, but it has no account. If it "
                "was you, open an account first."
            ),
        )

    def send_account_already_exists_sms(self, phone: str) -> None:
        text_out(
            phone=phone,
            words=_("This number has a Mingzhang account already. Sign in instead of opening one."),
        )
