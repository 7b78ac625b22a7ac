"""Policies for staff: the decision table as it is evaluated."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.templatetags.words import translated
from scoring.policy import words
from scoring.policy.models import PolicyVersion

LOOKS = {"DRAFT": "info", "PUBLISHED": "success", "RETIRED": "default"}
FORMULA_WORD = re.compile(r"[a-z_]+|==|!=")


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Which policy is in force, and what is in each."""

    list_display = ("version", "stand", "sha256", "registered_at")
    list_filter = ("state",)
    search_fields = ("version", "sha256")
    ordering = ("-pk",)
    fields = ("version", "stand", "sha256", "registered_at")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page with the rules, in the order in which they are tried."""
        row = self.get_object(request, object_id)
        shown = {} if row is None else {"tables": list(_tables(row.content))}
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **shown}
        )
        return answer

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: PolicyVersion) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)


def _tables(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for node in content["table"]["nodes"]:
        if node["type"] != "decisionTableNode":
            continue
        columns = [*node["content"]["inputs"], *node["content"]["outputs"]]
        yield {
            "name": node["name"],
            "headers": [words.title_of(each) for each in columns],
            "rows": [
                {
                    "name": rule["_id"],
                    "why": rule.get("_description", ""),
                    "cells": [_cell(each, rule.get(each["id"], "")) for each in columns],
                }
                for rule in node["content"]["rules"]
            ],
        }


def _cell(column: dict[str, Any], cell: str) -> str:
    """What stands in a cell, in the reader's language; the names in a formula too."""
    field = column.get("field", "")
    if not field:
        return FORMULA_WORD.sub(lambda found: _formula_word(found[0]), cell)
    return translated(words.cell_told(field, cell))


def _formula_word(word: str) -> str:
    if word in words.COLUMNS:
        return gettext(words.COLUMNS[word].title)
    return gettext(words.FORMULA[word]) if word in words.FORMULA else word
