"""`manage.py train_categories`: makes the model of scenes anew from our own words."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from borrowers.connectors import scene_model
from borrowers.management import scene_training


class Command(BaseCommand):
    help = "Train the model that reads what a payment was for, from the words in lexicon.toml."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether it would change")

    def handle(self, *args: Any, **options: Any) -> None:
        made = scene_training.train()
        path = scene_model.ARTEFACT
        is_same = path.exists() and scene_training.is_alike(
            made, json.loads(path.read_text(encoding="utf-8"))
        )
        if not options["check"] and not is_same:
            text = json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n"
            path.write_text(text, encoding="utf-8")
        self.stdout.write(
            f"{made['version']}: {len(made['pieces'])} pieces, {len(made['scenes'])} scenes, "
            f"{'unchanged' if is_same else 'changed'}"
        )
