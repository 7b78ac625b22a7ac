"""`manage.py evaluate_models`: our models against a boosting oracle, on loans with known causes."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from simulation.management.commands.simulate import MOST_PEOPLE, progress, whole

FEWEST_PEOPLE = 200


class Command(BaseCommand):
    """Live worlds, lend in them, learn from some people and try on the others."""

    help = "Measure every kind of model on simulated loans, beside an oracle, by cause and group."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=whole(MOST_PEOPLE), default=3_000, metavar="N")
        parser.add_argument("--seed", type=int, nargs="+", default=[1], help="one world each")
        parser.add_argument(
            "--models", default="woe,additive,boost", metavar="a,b", help="which kinds to try"
        )
        parser.add_argument("--sources", action="store_true", help="what each source is worth, too")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--strict", action="store_true", help="fail where the goal is missed")

    def handle(self, **options: Any) -> None:
        from scoring.training.models.catalogue import MODELS  # noqa: PLC0415 (pandas is slow to load)

        kinds = tuple(each.strip() for each in options["models"].split(",") if each.strip())
        unknown = [each for each in kinds if each not in MODELS]
        if unknown or not kinds:
            raise CommandError(f"No such kind of model: {', '.join(unknown)}. Choose of {MODELS}.")
        if options["people"] < FEWEST_PEOPLE:
            raise CommandError(f"Fewer than {FEWEST_PEOPLE} people have too few bad loans.")
        found = [self.world(abs(seed), kinds, options) for seed in options["seed"]]
        if options["json"]:
            self.stdout.write(json.dumps({"worlds": found}, indent=1))
        else:
            for each in found:
                self.stdout.write(as_text(each))
        if options["strict"] and not all(each["is_met"] for each in found):
            raise CommandError("A champion is further from the oracle than it should be.")

    def world(self, seed: int, kinds: tuple[str, ...], options: dict[str, Any]) -> dict[str, Any]:
        """One world's figures."""
        from simulation.evaluation.lent import champions  # noqa: PLC0415 (pandas is slow to load)
        from simulation.evaluation.lent.tables import EVERYTHING, training_sets  # noqa: PLC0415 (heavy)

        views = champions.views() if options["sources"] else {("all",): EVERYTHING}
        with progress(options["people"], f"living {seed}") as tell:
            tables = training_sets(
                people=options["people"], seed=seed, views=tuple(views.values()), tell=tell
            )
        by_view = dict(zip(views, tables, strict=True))
        with progress(len(kinds) + 1, "learning") as bar:
            found = champions.compared(tables[-1], seed, kinds=kinds, tell=lambda: bar(0))
        if options["sources"]:
            found["sources"] = champions.source_worth(by_view, seed)
        sys.stderr.flush()
        return found


def as_text(found: dict[str, Any]) -> str:
    about = f"{found['rows']} loans of {found['people']} people, {found['bad_rate']:.1%} bad"
    lines = [f"seed {found['seed']}: {about}, {found['features']} features"]
    for name, each in found["models"].items():
        causes = "  ".join(f"{cause} {said:.3f}" for cause, said in each["auc_by_cause"].items())
        lines.append(
            f"  {name:<10} AUC {each['auc']:.4f} ± {each['auc_sd']:.4f}  ECE {each['ece']:.4f}"
            f"  groups {each['group_approval_ratio']:.3f}  {causes}"
        )
    if found["champion_gap"] is not None:
        mark = "  " if found["is_met"] else " !"
        lines.append(f"{mark}champion behind the oracle by {found['champion_gap']:+.4f}")
    for name, share in found.get("sources", {}).get("shapley", {}).items():
        lines.append(f"  {name:<10} adds {share:+.4f} of AUC")
    return "\n".join(lines)
