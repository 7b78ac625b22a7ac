"""Addresses for tests: doors that refuse, answer, or break."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from common.errors import NotFound, Refused
from common.texts import gettext_noop


class ShelfIsFull(Refused):
    code = "SHELF_IS_FULL"
    message = gettext_noop("No more than %(most)s things fit on this shelf.")
    advice = gettext_noop("Take one of the %(most)s away, 100%% of it.")


def refuse(_request: HttpRequest) -> HttpResponse:
    raise ShelfIsFull(most=3)


def hide(_request: HttpRequest) -> HttpResponse:
    raise NotFound


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/404.html")


urlpatterns: list[Any] = [
    path("full/", refuse),
    path("hidden/", hide),
    path("page/", page),
    path("admin/page/", page),
]
