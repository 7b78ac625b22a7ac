"""Django's `migrate`, which then renews the application's rights: a new table has none."""

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    def handle(self, *arguments: Any, **options: Any) -> str | None:
        answer = super().handle(*arguments, **options)
        changes_schema = not (options["plan"] or options["check_unapplied"])
        is_main = connections[options["database"]].alias == "default"
        if changes_schema and is_main and not options["app_label"]:
            call_command(
                "grant_application_role", verbosity=options["verbosity"], stdout=self.stdout
            )
        return answer
