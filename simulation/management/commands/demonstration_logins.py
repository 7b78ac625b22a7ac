"""`manage.py demonstration_logins`: how the demonstration's people sign in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from simulation.cast import PEOPLE, STAFF, password
from simulation.neighbours import NEIGHBOURS


class Command(BaseCommand):
    """Print phones and passwords of this installation's invented people."""

    help = "Print how the demonstration's fictional people sign in."
    requires_system_checks = []

    def handle(self, **_options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("Only a demonstration has a cast.")
        self.stdout.write("Staff sign in with phone and password, then the code from the outbox:")
        for staff in STAFF:
            secret = password(staff, secret=settings.SECRET_KEY)
            self.stdout.write(f"  {staff.phone}  {secret}  {staff.name}")
        self.stdout.write("Borrowers sign in with their phone and the code from the outbox:")
        for person in (*PEOPLE, *NEIGHBOURS.values()):
            self.stdout.write(f"  {person.phone}  {person.name}")
