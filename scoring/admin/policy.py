"""Policies for staff: the decision table as it is evaluated."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.errors import NotFound
from common.templatetags.words import translated
from scoring.admin import publishing
from scoring.policy import actions, words
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

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The rules in the order in which they are tried, the test cases, and who decided."""
        return {"tables": list(_tables(row.content)), **publishing.shown(request, row)}

    def get_urls(self) -> list[URLPattern]:
        """Writing, testing, proposing and deciding beside the usual pages."""
        views = {
            "draft": self.draft,
            "case": self.add_case,
            "propose": self.propose,
            "approve": self.approve,
            "turn_down": self.turn_down,
        }
        own = [
            path(
                f"<int:row_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"scoring_policyversion_{name}",
            )
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def draft(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """A new draft that starts from this version."""
        context = self.admin_site.each_context(request) | {"opts": self.opts}
        return publishing.draft(request, context, self.get_object(request, str(row_id)))

    def add_case(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """A test case of one's own draft, or what is missing in it."""
        form = publishing.CaseForm(request.POST)
        if request.method == "POST" and not form.is_valid():
            # Shown as to a look: the page's own form takes no post.
            request.method = "GET"
            return self.change_view(request, str(row_id), "", {"case_form": form})
        return publishing.press(
            request,
            row_id,
            publishing.MAY_PROPOSE,
            lambda by: actions.add_case(version_id=row_id, case=form.case(), by=by),
            gettext("The case is kept."),
        )

    def propose(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Ask another person to put it in force."""
        return publishing.press(
            request,
            row_id,
            publishing.MAY_PROPOSE,
            lambda by: actions.propose(version_id=row_id, by=by),
            gettext("Proposed. Another person has to approve it."),
        )

    def approve(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Put what somebody else proposed in force."""
        return publishing.press(
            request,
            row_id,
            publishing.MAY_APPROVE,
            lambda by: actions.approve(proposal_id=_proposal(row_id), by=by),
            gettext("The policy is in force from now on."),
        )

    def turn_down(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Leave what somebody else proposed."""
        return publishing.press(
            request,
            row_id,
            publishing.MAY_APPROVE,
            lambda by: actions.turn_down(proposal_id=_proposal(row_id), by=by),
            gettext("The proposal was turned down."),
        )

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: PolicyVersion) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)


def _proposal(row_id: int) -> int:
    """The proposal that was on the page. Raises NotFound."""
    found = publishing.proposal_of(row_id)
    if found is None:
        raise NotFound
    return found.pk


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
