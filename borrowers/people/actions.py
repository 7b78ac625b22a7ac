"""Opening accounts, identifying people, and looking at clear details with a reason."""

from collections.abc import Collection
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from borrowers.people import id_number as id_numbers
from borrowers.people import phones
from borrowers.people.contracts import REVEAL_REASONS, OwnDetails, RevealedPerson
from borrowers.people.locks import lock
from borrowers.people.models import AccessEntry, Account, Borrower
from borrowers.people.queries import ID_NUMBER_CONTEXT, PHONE_CONTEXT
from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.crypto import keys
from common.crypto.blind_index import blind, candidates
from common.crypto.models import Scope
from common.errors import NotFound, Refused
from common.public_ids import new as new_public_id
from common.texts import gettext_noop
from common.transactions import durable

REVEALED_FIELDS = ("name", "id_number", "phone")
LONGEST_NAME = 60
UNIQUE_VIOLATION = "23505"


class PhoneInvalid(Refused):
    """Not a mobile number that a code can be sent to."""

    code = "PHONE_INVALID"
    message = gettext_noop("This is not a mobile number that we can send a code to.")
    advice = gettext_noop("Enter the eleven digits of a mainland mobile number.")
    status = 422


class PhoneTaken(Refused):
    """Another account has the number."""

    code = "PHONE_TAKEN"
    message = gettext_noop("This phone number belongs to another account.")
    advice = gettext_noop("Sign in with this number, or use a different one.")


def open_account(*, phone: str, language: str) -> Account:
    """An account with its borrower and both keys, its number not yet verified.

    Raises PhoneInvalid, PhoneTaken.
    """
    number = _checked_phone(phone)
    with transaction.atomic():
        account = _account(number, language=language)
        Borrower.objects.create(
            account=account,
            statutory_key_id=account.statutory_key_id,
            consented_key_id=keys.create(
                subject=f"account:{account.public_id}", scope=Scope.CONSENTED
            ),
        )
        audit.append(
            action="borrowers.account.opened",
            subject=f"account:{account.public_id}",
            by=SYSTEM,
            facts={},
        )
    return account


def open_staff(*, phone: str, password: str, is_administrator: bool) -> Account:
    """An account for a member of staff: it has no borrower and signs in by password and code.

    Raises PhoneInvalid, PhoneTaken.
    """
    number = _checked_phone(phone)
    with transaction.atomic():
        account = _account(
            number,
            language="",
            phone_verified=True,
            is_staff=True,
            is_superuser=is_administrator,
        )
        account.set_password(password)
        account.save(update_fields=["password"])
        audit.append(
            action="borrowers.staff.opened",
            subject=f"account:{account.public_id}",
            by=SYSTEM,
            facts={"is_administrator": is_administrator},
        )
    return account


def set_phone(*, account_id: int, phone: str, verified: bool) -> None:
    """Give an account its number. Raises PhoneInvalid, PhoneTaken, NotFound."""
    number = _checked_phone(phone)
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(pk=account_id).first()
        if account is None:
            raise NotFound
        account.phone = number
        account.phone_blind = blind(PHONE_CONTEXT, number)
        account.phone_verified = verified
        _save_phone(account, ["phone", "phone_blind", "phone_verified"])


def set_language(*, account_id: int, language: str) -> None:
    """Remember which language the person reads."""
    Account.objects.filter(pk=account_id).update(language=language)


class NameInvalid(Refused):
    """No name that could stand in an identity document."""

    code = "NAME_INVALID"
    message = gettext_noop("This does not look like a name.")
    advice = gettext_noop("Enter your name as it stands on your identity card.")
    status = 422


class IdNumberInvalid(Refused):
    """The check character or the date of birth does not fit."""

    code = "ID_NUMBER_INVALID"
    message = gettext_noop("This identity number is not right.")
    advice = gettext_noop("Compare all eighteen characters with your identity card.")
    status = 422


class TooYoung(Refused):
    """Under the age at which a person may borrow here; nothing is kept."""

    code = "TOO_YOUNG"
    message = gettext_noop("You can borrow here from the age of %(years)s.")
    advice = gettext_noop("We have not kept the name or the number that you entered.")
    status = 422


class IdNumberTaken(Refused):
    """One person, one account."""

    code = "ID_NUMBER_TAKEN"
    message = gettext_noop("This identity number belongs to another account.")
    advice = gettext_noop(
        "Sign in with the phone number that you used before. If somebody else used your identity "
        "number, tell us."
    )


class AlreadyIdentified(Refused):
    """The account belongs to somebody already; who they are does not change by a form."""

    code = "ALREADY_IDENTIFIED"
    message = gettext_noop("This account already has a name and an identity number.")
    advice = gettext_noop("If they are wrong, ask us to correct them.")


@durable
def identify(
    *, borrower_id: int, name: str, id_number: str, on: date, minimum_age: int, by: Actor
) -> None:
    """Keep who the borrower is. The same name and number again is the same act.

    Raises NameInvalid, IdNumberInvalid, TooYoung, IdNumberTaken, AlreadyIdentified, NotFound.
    """
    clean_name, number = _checked_name(name), id_numbers.normalised(id_number)
    if not id_numbers.is_valid(number, on=on):
        raise IdNumberInvalid
    born_on = id_numbers.birth_date(number)
    if id_numbers.age_years(born_on=born_on, on=on) < minimum_age:
        raise TooYoung(years=minimum_age)

    borrower = lock(borrower_id)
    if borrower.identified_at is not None:
        if (borrower.name, borrower.id_number) == (clean_name, number):
            return
        raise AlreadyIdentified
    _keep_identity(borrower, clean_name, number, born_on)
    audit.append(
        action="borrowers.person.identified",
        subject=f"borrower:{borrower.public_id}",
        by=by,
        facts={},
    )


@durable
def copy_own(*, borrower_id: int, by: Actor) -> OwnDetails:
    """A person's own details for the copy that the law gives them; that it was made is kept.

    Raises NotFound.
    """
    borrower = Borrower.objects.select_related("account").filter(pk=borrower_id).first()
    if borrower is None:
        raise NotFound
    audit.append(
        action="borrowers.person.copied",
        subject=f"borrower:{borrower.public_id}",
        by=by,
        facts={},
    )
    return OwnDetails(
        name=borrower.name or "",
        phone=borrower.account.phone or "",
        id_number=borrower.id_number or "",
    )


@durable
def reveal(
    *, borrower_id: int, fields: Collection[str], reason_code: str, by: Actor
) -> RevealedPerson:
    """Clear details for one member of staff; who looked, at what and why is kept.

    Raises NotFound.
    """
    assert by.account_id is not None
    assert reason_code in REVEAL_REASONS
    assert fields
    assert set(fields) <= set(REVEALED_FIELDS)
    borrower = Borrower.objects.select_related("account").filter(pk=borrower_id).first()
    if borrower is None:
        raise NotFound
    seen = sorted(set(fields))
    AccessEntry.objects.create(
        borrower=borrower, seen_by_id=by.account_id, fields_seen=seen, reason_code=reason_code
    )
    audit.append(
        action="borrowers.person.revealed",
        subject=f"borrower:{borrower.public_id}",
        by=by,
        facts={"fields": seen, "reason_code": reason_code},
    )
    known = {
        "name": borrower.name,
        "id_number": borrower.id_number,
        "phone": borrower.account.phone,
    }
    return RevealedPerson(fields={each: str(known[each] or "") for each in seen})


def _checked_phone(phone: str) -> str:
    number = phones.normalised(phone)
    if number is None:
        raise PhoneInvalid
    return number


def _account(number: str, *, language: str, **flags: bool) -> Account:
    """A saved account with a key of its own; without a password until one is set."""
    public_id = new_public_id()
    account = Account(
        public_id=public_id,
        statutory_key_id=keys.create(subject=f"account:{public_id}", scope=Scope.STATUTORY),
        phone=number,
        phone_blind=blind(PHONE_CONTEXT, number),
        language=language,
        **flags,
    )
    account.set_unusable_password()
    _save_phone(account, None)
    return account


def _save_phone(account: Account, columns: list[str] | None) -> None:
    """Save, and let the unique index have the last word on whose number it is."""
    try:
        with transaction.atomic():
            account.save(update_fields=columns)
    except IntegrityError as error:
        raise _or_refusal(error, PhoneTaken) from error


def _checked_name(name: str) -> str:
    clean = " ".join(name.split())
    is_name = 2 <= len(clean) <= LONGEST_NAME and not any(
        letter.isdigit() or not letter.isprintable() for letter in clean
    )
    if not is_name:
        raise NameInvalid
    return clean


def _keep_identity(borrower: Borrower, name: str, number: str, born_on: date) -> None:
    codes = candidates(ID_NUMBER_CONTEXT, number)
    if Borrower.objects.filter(id_number_blind__in=codes).exists():
        raise IdNumberTaken
    borrower.name, borrower.id_number, borrower.birth_date = name, number, born_on
    borrower.id_number_blind = blind(ID_NUMBER_CONTEXT, number)
    borrower.identified_at = Now()
    try:
        with transaction.atomic():
            borrower.save(
                update_fields=[
                    "name",
                    "id_number",
                    "birth_date",
                    "id_number_blind",
                    "identified_at",
                ]
            )
    except IntegrityError as error:
        # Two people with one number at once: the unique index has decided who was first.
        raise _or_refusal(error, IdNumberTaken) from error


def _or_refusal(error: IntegrityError, refusal: type[Refused]) -> Exception:
    """The refusal when it was the unique index that objected, otherwise the error itself."""
    is_taken = getattr(error.__cause__, "pgcode", "") == UNIQUE_VIOLATION
    return refusal() if is_taken else error
