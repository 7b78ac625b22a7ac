#!/usr/bin/env python
"""The way in for every command. It starts the embedded PostgreSQL when the command needs one."""

import os
import sys

NEEDS_NO_DATABASE = {
    "",
    "assess",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "spectacular",
    "startapp",
    "startproject",
    "up",
    "version",
    "write_bill",
}
CHANGES_SCHEMA = {"grant_application_role", "migrate", "prepare_database", "sqlmigrate"}


def needs_database(words: list[str]) -> bool:
    """Whether the command, as it was typed, opens a connection."""
    command = words[0] if words else ""
    if command.startswith("-") or {"-h", "--help"} & set(words):
        return False
    if command == "check":
        return any(word.startswith("--database") for word in words)
    return command not in NEEDS_NO_DATABASE


def main(words: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.env import SettingIsWrong  # noqa: PLC0415 (each command imports only what it needs)
    from config.services import endpoints, sharing  # noqa: PLC0415 (`up` must start before Django is installed or set)
    from config.services.layout import CannotStart  # noqa: PLC0415 (`up` must start before Django is installed or set)

    if words[:1] == ["up"]:
        from config.supervisor import up  # noqa: PLC0415 (`up` must start before Django is installed or set)

        sys.exit(up.main(words[1:]))
    if words and words[0] in CHANGES_SCHEMA:
        os.environ["MINGZHANG_DATABASE_ROLE"] = "owner"
    try:
        endpoints.current()
        if needs_database(words) and endpoints.is_postgres_embedded():
            sharing.attach(endpoints.embedded_layout())
    except (CannotStart, SettingIsWrong) as error:
        sys.exit(str(error))
    from django.core.management import execute_from_command_line  # noqa: PLC0415 (`up` must start before Django is installed or set)

    execute_from_command_line(["manage.py", *words])


if __name__ == "__main__":
    main(sys.argv[1:])
