"""Uploads: weighed by their announced length, and kept off the disk."""

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.test import RequestFactory

from common.web import uploads


def post(content: bytes):
    return RequestFactory().post("/", {"file": SimpleUploadedFile("a.csv", content)})


class TestIsLongerThan:
    def test_lets_a_file_of_the_largest_size_through(self):
        assert not uploads.is_longer_than(post(b"a" * 1_000), 1_000)

    def test_refuses_what_is_clearly_longer(self):
        assert uploads.is_longer_than(post(b"a" * (1_001 + uploads.FORM_BYTES)), 1_000)

    def test_lets_a_page_without_a_body_through(self):
        assert not uploads.is_longer_than(RequestFactory().get("/"), 1_000)

    @pytest.mark.parametrize("announced", ["-5", "many", "1e9", " "])
    def test_refuses_a_length_that_is_none(self, announced):
        request = RequestFactory().get("/")
        request.META["CONTENT_LENGTH"] = announced

        assert uploads.is_longer_than(request, 1_000)


class TestKeepInMemory:
    def test_leaves_no_file_on_the_disk(self, settings):
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
        request = post(b"a" * 3_000_000)

        uploads.keep_in_memory(request)

        assert isinstance(request.FILES["file"], InMemoryUploadedFile)

    def test_drops_what_is_too_long_for_memory(self, settings):
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000
        request = post(b"a" * 3_000)

        uploads.keep_in_memory(request)

        assert "file" not in request.FILES
