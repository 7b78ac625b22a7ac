"""Addresses of this door."""

from django.urls import URLPattern

app_name = "lending-api"
urlpatterns: list[URLPattern] = []
