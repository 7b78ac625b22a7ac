"""When each task runs, in one readable table. Due dates live in rows; beat only asks."""

from typing import Any

from celery.schedules import crontab

BEAT: dict[str, dict[str, Any]] = {
    "reap processes": {"task": "common.tasks.reap_processes", "schedule": 5.0},
    "seal the audit trail": {"task": "common.tasks.seal_audit", "schedule": 10.0},
    "let go of uploads": {"task": "borrowers.tasks.let_go_of_uploads", "schedule": 30.0},
    "text what waits": {
        "task": "borrowers.tasks.text_what_waits",
        "schedule": crontab(minute="*/5"),
    },
    "close the day": {"task": "lending.tasks.close_day", "schedule": crontab(hour=0, minute=10)},
    "close the day again": {"task": "lending.tasks.close_day", "schedule": crontab(minute=40)},
    "reconcile with the bank": {
        "task": "lending.tasks.reconcile_yesterday",
        "schedule": crontab(hour="1,6", minute=30),
    },
    "collect debits": {"task": "lending.tasks.collect_debits", "schedule": crontab(minute="*/5")},
    "end what is over": {
        "task": "lending.tasks.end_what_is_over",
        "schedule": crontab(minute="*/15"),
    },
    "check what must always hold": {
        "task": "config.tasks.check_invariants",
        "schedule": crontab(hour=2, minute=20),
    },
    "keep protected attributes": {
        "task": "borrowers.tasks.keep_protected_traits",
        "schedule": crontab(hour=2, minute=50),
    },
    "compute everybody's features": {
        "task": "scoring.tasks.compute_features",
        "schedule": crontab(hour="1-6", minute=20),
    },
    "look at links": {
        "task": "scoring.tasks.look_at_links",
        "schedule": crontab(hour="1-6", minute=30),
    },
    "watch the models": {
        "task": "scoring.tasks.watch_models",
        "schedule": crontab(hour="3,7", minute=5),
    },
    "watch the loans": {"task": "monitoring.tasks.watch_loans", "schedule": crontab(minute=50)},
}
