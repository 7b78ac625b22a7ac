"""Keep everything alive until somebody says stop; then stop it in order."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from config.services import postgres, sharing
from config.services.layout import CannotStart
from config.services.postgres import Cluster
from config.supervisor.children import Child, Restarts
from config.supervisor.console import Console


class Stopped(Exception):
    """Somebody asked to stop while the start was still going on."""


class Watch:
    """The children, in the order in which they were started."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.children: list[Child] = []
        self.exit_code = 0
        self._cluster: Cluster | None = None
        self._cluster_restarts = Restarts()
        self._stop = threading.Event()
        self._stop_asked_at = 0.0
        self._is_impatient = False

    def listen(self) -> None:
        """From now on Ctrl-C, TERM and a closed terminal stop everything in order."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        # A second Ctrl-C means: at once. (make passes the first one on as TERM.)
        if self._stop.is_set() and number == signal.SIGINT and now - self._stop_asked_at > 1:
            self._is_impatient = True
        self._stop_asked_at = self._stop_asked_at or now
        self._stop.set()

    @property
    def is_stopping(self) -> bool:
        return self._stop.is_set()

    def pause(self, seconds: float) -> None:
        """Wait a little. Raises Stopped."""
        if self._stop.wait(seconds):
            raise Stopped

    def give_up(self, why: str) -> None:
        """Stop everything because something is beyond repair."""
        self.console.line(f"  ! {why}")
        self.exit_code = 1
        self._stop.set()

    def start(self, child: Child) -> None:
        """Start a child and keep it alive from now on."""
        self.children.append(child)
        child.start(self.console)

    def guard(self, cluster: Cluster) -> None:
        """Start PostgreSQL again when it dies."""
        self._cluster = cluster

    def look(self) -> None:
        """One round: who died, and who may start again."""
        for child in self.children:
            self._tend(
                child.name,
                is_alive=child.is_alive,
                restarts=child.restarts,
                restart=self._restarter(child),
            )
        if cluster := self._cluster:
            self._tend(
                "postgres",
                is_alive=postgres.is_running(cluster),
                restarts=self._cluster_restarts,
                restart=self._restart_cluster,
            )

    def _tend(
        self, name: str, *, is_alive: bool, restarts: Restarts, restart: Callable[[], None]
    ) -> None:
        if restarts.is_due:
            try:
                restart()
            except CannotStart as error:
                self.console.line(f"  ! {error}")
                self._mourn(name, restarts)
        elif not is_alive and not restarts.is_waiting and not self.is_stopping:
            self._mourn(name, restarts)

    def _mourn(self, name: str, restarts: Restarts) -> None:
        restarts.died()
        if restarts.is_too_many:
            self.give_up(f"{name} died again and again; stopping everything")
            return
        seconds = restarts.not_before - time.monotonic()
        self.console.line(f"  ! {name} died; it starts again in {seconds:.0f}s")

    def _restarter(self, child: Child) -> Callable[[], None]:
        def restart() -> None:
            child.kill()  # what the dead leader left behind
            child.start(self.console)

        return restart

    def _restart_cluster(self) -> None:
        if self._cluster:
            sharing.attach(self._cluster.layout)
            self._cluster_restarts.started()

    def stop_all(self) -> None:
        """Ask all of a rank, then the next rank; whoever needs longer than their time is killed."""
        began = time.monotonic()
        for rank in sorted({child.stop_rank for child in self.children}):
            group = [child for child in reversed(self.children) if child.stop_rank == rank]
            for child in group:
                child.ask_to_stop()
            for child in group:
                self._see_off(child)
        self.console.line(f"  stopped in {time.monotonic() - began:.1f}s")

    def _see_off(self, child: Child) -> None:
        deadline = time.monotonic() + child.grace_seconds
        while not child.await_end(0.1):
            if self._is_impatient or time.monotonic() > deadline:
                self.console.line(f"  ! {child.name} did not stop in time and was killed")
                break
        child.kill()
