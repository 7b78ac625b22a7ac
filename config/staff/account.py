"""Who is signed in: what the person is here, and a phone number that is covered."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from borrowers.people import masking
from borrowers.people.queries import GROUPS


@dataclass(frozen=True, slots=True)
class Who:
    """The person at the desk, as the page's corner shows them."""

    title: str
    phone: str

    @property
    def initial(self) -> str:
        return self.title[:1]


def who(request: HttpRequest) -> Who:
    """A title instead of a name: staff accounts carry none."""
    account = request.user
    return Who(title=_title(account), phone=masking.phone(getattr(account, "phone", None) or ""))


def links(_request: HttpRequest) -> list[dict[str, str]]:
    """What the account's menu leads to, beside language, theme and signing out."""
    found = [{"title": gettext("Change password"), "link": reverse("admin:password_change")}]
    if settings.DEMONSTRATION:
        outbox = {"title": gettext("Outbox of texts"), "link": reverse("borrowers:outbox")}
        found.append(outbox)
    return found


def _title(account: object) -> str:
    if getattr(account, "is_superuser", False):
        return gettext("Administrator")
    groups = getattr(account, "groups", None)
    name = groups.order_by("pk").values_list("name", flat=True).first() if groups else None
    return gettext(GROUPS.get(name, name)) if name else gettext("Staff")
