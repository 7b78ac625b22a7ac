"""The Celery application, with the settings that were paid for (reliability §1.5)."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_process_init
from django.db import close_old_connections

from config import collector, schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

VISIBILITY_SECONDS = 300  # more than twice the hard limit, or work runs twice
app = Celery("mingzhang")
# Also in the threads of the web server, where a current application is not set.
app.set_default()
app.conf.update(
    # Celery would open a new connection for every task, which takes as long as half of the task.
    # It closes none of them now; `_keep_good_connections` closes those that are broken or old.
    CELERY_DB_REUSE_MAX=1_000_000_000,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    result_backend=None,
    task_serializer="json",
    accept_content=["json"],
    task_soft_time_limit=60,
    task_time_limit=90,
    task_default_queue="default",
    task_routes={
        "lending.tasks.decide_application": {"queue": "decisions"},
        "lending.tasks.move_money": {"queue": "money"},
        "borrowers.tasks.read_upload": {"queue": "files"},
        "monitoring.tasks.*": {"queue": "monitoring"},
    },
    task_publish_retry=False,  # a dead broker must not hold a web request; the reaper sends again
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_max_tasks_per_child=500,
    worker_eta_task_limit=100,
    worker_soft_shutdown_timeout=30,
    worker_enable_soft_shutdown_on_idle=True,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    visibility_timeout=VISIBILITY_SECONDS,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        # Of those who send, not of workers: a dead broker must cost a web request nothing.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
    timezone="Asia/Shanghai",
    beat_schedule=schedule.BEAT,
)
app.autodiscover_tasks(["common", "borrowers", "scoring", "lending", "monitoring", "config"])


@app.on_after_configure.connect
def _broker(sender: Celery, **_: Any) -> None:
    """The broker's address stands in Django's settings, which read the environment."""
    from django.conf import settings  # noqa: PLC0415 (settings are read when the app starts)

    sender.conf.update(broker_url=settings.BROKER_URL)


@setup_logging.connect
def _logs(**_: Any) -> None:
    """Keep Django's logging: Celery would write task arguments."""


@task_prerun.connect
def _keep_good_connections(**_: Any) -> None:
    """What Django does before every request: the next query proves that the server is there."""
    close_old_connections()


@worker_process_init.connect
def _warm(**_: Any) -> None:
    """Load what the first decision needs before it comes."""
    import scoring.warm  # noqa: F401, PLC0415 (only in workers, only after the fork)

    collector.settle()
