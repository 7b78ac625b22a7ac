"""The embedded Redis, started for real on a socket of its own."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
import redis as redis_client
from kombu import Connection

from config.services import redis
from config.services.layout import ROOT, CannotStart, Layout
from config.services.programs import service_account
from config.supervisor import programme
from config.supervisor.console import Console
from tests.machinery.installations import eventually


@pytest.fixture
def layout():
    home = Path(tempfile.mkdtemp(prefix="mz-redis-"))
    yield Layout(root=ROOT, state=home, home=home)
    shutil.rmtree(home)


@pytest.fixture
def server(layout):
    child = programme.redis_child(redis.server_command(layout, None), None)
    child.start(Console())
    redis.await_answer(layout.redis_socket)
    yield child
    child.kill()


def client(layout):
    return redis_client.Redis(unix_socket_path=str(layout.redis_socket))


class TestServer:
    def test_refuses_new_work_rather_than_forget_old_work(self, layout, server):
        with client(layout) as redis_server:
            assert redis_server.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
            assert redis_server.config_get("maxmemory")["maxmemory"] == str(256 * 1024 * 1024)

    def test_is_not_on_the_network(self, layout, server):
        with client(layout) as redis_server:
            assert redis_server.config_get("port")["port"] == "0"

        assert layout.redis_socket.stat().st_mode & 0o777 == 0o700

    def test_keeps_its_queue_over_a_kill(self, layout, server):
        with client(layout) as redis_server:
            redis_server.config_set("appendfsync", "always")
            redis_server.rpush("queue", *range(300))
        server.kill()

        server.start(Console())
        redis.await_answer(layout.redis_socket)

        with client(layout) as redis_server:
            assert redis_server.llen("queue") == 300

    @pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs the server alone")
    def test_does_not_run_as_root(self, layout):
        layout.home.chmod(0o711)
        account = service_account()
        child = programme.redis_child(redis.server_command(layout, account), account)
        child.start(Console())
        try:
            redis.await_answer(layout.redis_socket)

            assert account
            assert child.process
            assert Path(f"/proc/{child.process.pid}").stat().st_uid == account.uid
        finally:
            child.kill()


class TestRetire:
    def test_stops_a_server_that_was_left_over(self, layout, server):
        redis.retire(layout.redis_socket)

        assert eventually(lambda: not server.is_alive)
        assert not redis.is_answering(layout.redis_socket)

    def test_is_content_when_there_is_none(self, layout):
        redis.retire(layout.redis_socket)

        assert not redis.is_answering(layout.redis_socket)


class TestAwaitAnswer:
    def test_gives_up_in_words(self, layout):
        with pytest.raises(CannotStart, match="Redis does not answer"):
            redis.await_answer(layout.redis_socket, seconds=0.1)


class TestTheRedisOfTests:
    def test_is_real_and_carries_celerys_messages(self, redis_url):
        with Connection(redis_url) as broker:
            broker.SimpleQueue("money").put({"process": 1})

            message = broker.SimpleQueue("money").get(timeout=5)

            assert message.payload == {"process": 1}

    @pytest.mark.parametrize("attempt", ["first", "second"])
    def test_is_empty_for_every_test(self, redis_url, attempt):
        with Connection(redis_url) as broker:
            queue = broker.SimpleQueue("money")
            with pytest.raises(queue.Empty):
                queue.get(block=False)

            queue.put(attempt)
