"""Components say their meaning in words, link their errors, and hold no script or style."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from common.charts.gallery import examples

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "static"
WRITTEN_BY_US = sorted(TEMPLATES.rglob("*.html"))
# A file that is taken along and opened without the platform brings its own style.
TAKEN_ALONG = {"card_file.html"}
SERVED = [path for path in WRITTEN_BY_US if path.name not in TAKEN_ALONG]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def show(name, **context):
    return render_to_string(f"components/{name}.html", context)


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


class QuestionForm(forms.Form):
    amount = forms.DecimalField(label="Amount", help_text="In yuan.")
    scene = forms.ChoiceField(
        label="Scene", choices=[("A", "Daily life")], widget=forms.RadioSelect
    )
    nickname = forms.CharField(label="Nickname", required=False)
    token = forms.CharField(widget=forms.HiddenInput)


class TestField:
    def test_ties_label_hint_and_error_to_the_control(self):
        page = show("field", field=QuestionForm({"amount": "x"})["amount"], inputmode="decimal")
        assert '<label for="id_amount">' in page
        assert 'id="id_amount_helptext"' in page
        assert 'id="id_amount_error"' in page
        assert 'aria-describedby="id_amount_helptext id_amount_error"' in page
        assert 'inputmode="decimal"' in page
        assert "Error: Enter a number." in words(page)

    def test_groups_choices_under_a_legend(self):
        page = show("field", field=QuestionForm()["scene"])
        assert "<legend>Scene</legend>" in page

    def test_says_which_answers_may_be_left_out(self):
        assert "you may leave this empty" in show("field", field=QuestionForm()["nickname"])
        assert "you may leave this empty" not in show("field", field=QuestionForm()["amount"])

    def test_a_hidden_field_shows_no_label(self):
        assert "<label" not in show("field", field=QuestionForm()["token"])

    def test_a_question_may_be_put_in_other_words(self):
        page = show("field", field=QuestionForm()["amount"], question="How much?")
        assert "How much?" in page


class TestErrorSummary:
    def test_links_to_each_wrong_answer(self):
        page = show("error_summary", form=QuestionForm({"amount": "x"}))
        assert 'role="alert"' in page
        assert 'href="#id_amount"' in page
        assert 'href="#id_scene_0"' in page
        assert "id_token" not in page

    def test_is_silent_when_nothing_is_wrong(self):
        assert show("error_summary", form=QuestionForm()).strip() == ""


class TestWordsBesideColour:
    @pytest.mark.parametrize(
        ("state", "word"),
        [("DONE", "Done"), ("STARTED", "In progress"), ("LOCKED", "Not yet"), ("TODO", "To do")],
    )
    def test_a_task_says_its_state(self, state, word):
        page = show("task_list", tasks=[{"title": "Who you are", "state": state, "url": "/x/"}])
        assert word in words(page)

    @pytest.mark.parametrize(
        ("direction", "word"), [("UP", "In your favour"), ("DOWN", "Counts against you")]
    )
    def test_a_reason_says_its_direction(self, direction, word):
        reason = {"text": "Income", "direction": direction, "share_ppm": 1}
        assert word in words(show("reasons", reasons=[reason]))

    def test_progress_says_what_is_done_and_what_comes(self):
        page = words(show("progress_steps", steps=examples()["steps"], percent=60))
        assert page.count("done") == 2
        assert "Working out the score now" in page

    def test_steps_say_where_one_is(self):
        assert words(show("steps", step=2, of=5, label="Bills")) == "Step 2 of 5 · Bills"
        assert show("steps", step=2, of=5).count("is-done") == 2
        assert show("steps", step=2, of=5).count("<li") == 5


class TestCostCard:
    def test_puts_the_yearly_cost_before_every_amount(self):
        page = words(show("cost_card", cost=examples()["cost"]))
        assert page.index("14.40%") < page.index("¥5,000.00") < page.index("¥5,398.53")

    def test_refuses_to_show_a_cost_with_a_hole(self):
        cost = dict(examples()["cost"])
        del cost["total_fen"]
        with pytest.raises(TypeError, match="whole fen"):
            show("cost_card", cost=cost)

    def test_every_item_names_its_receiver(self):
        page = words(show("cost_items", items=examples()["items"]))
        assert page.count("Who receives it the lender") == 2
        assert "Only if it happens" in page


class TestConsentCard:
    def test_says_what_how_long_who_and_what_if_not(self):
        page = words(show("consent_card", consent=examples()["consent"]))
        assert "What we use" in page
        assert "How long" in page
        assert "Who receives the information" in page
        assert "What if I refuse?" in page

    def test_offers_to_withdraw_only_what_was_given(self):
        given = examples()["consent"]
        asked = {key: value for key, value in given.items() if key != "given_at"}
        assert "Withdraw" in show("consent_card", consent=given)
        assert "Withdraw" not in show("consent_card", consent=asked)
        assert "Your choice" in show("consent_card", consent=asked)


class TestReadingTimer:
    def test_works_without_script(self):
        page = show("reading_timer", seconds=15, action="/sign/")
        (button,) = re.findall(r"<button[^>]*>", page)
        assert "disabled" not in button
        assert "at least 15 seconds" in words(page)


class TestWholePages:
    def test_the_gallery_shows_every_component_in_both_languages(self):
        request = RequestFactory().get("/demo/gallery/")
        for language, tag in (("en", "en"), ("zh-hans", "zh-Hans")):
            with translation.override(language):
                page = render_to_string("components/gallery.html", examples(), request=request)
            assert f'<html lang="{tag}">' in page
            assert "¥5,398.53" in page

    @pytest.mark.parametrize("name", ["400", "403", "404", "500", "csrf"])
    def test_an_error_page_stands_without_a_request(self, name):
        page = render_to_string(f"errors/{name}.html")
        assert page.count("<h1>") == 1
        assert "csrfmiddlewaretoken" not in page

    def test_a_refusal_says_what_happened_and_what_to_do(self):
        page = render_to_string("errors/refused.html", {"message": "<No>", "advice": "Go back."})
        assert "&lt;No&gt;" in page
        assert "Nothing was changed." in page

    def test_a_wrong_form_is_announced_in_the_title(self):
        class Asked(forms.Form):
            phone = forms.CharField()

        page = render_to_string("account/phone_change.html", {"form": Asked({})})
        (title,) = re.findall(r"<title>(.*?)</title>", page, re.DOTALL)
        assert title.split()[0] == "Error:"


class TestHouseRules:
    @pytest.mark.parametrize("path", SERVED, ids=lambda path: path.name)
    def test_no_page_carries_script_or_style_of_its_own(self, path):
        source = path.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*nonce)", source)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", source)

    @pytest.mark.parametrize("path", WRITTEN_BY_US, ids=lambda path: path.name)
    def test_no_page_asks_another_company_for_anything(self, path):
        assert not re.search(r"https?://", path.read_text())

    def test_no_page_presses_or_decides_for_the_reader(self):
        for path in WRITTEN_BY_US:
            source = path.read_text().lower()
            assert " checked>" not in source
            assert "limited offer" not in source
            assert "hurry" not in source

    def test_vendored_files_stand_beside_their_licence(self):
        for folder in (STATIC / "vendor").iterdir():
            assert any(file.name.startswith("LICENSE") for file in folder.iterdir())
            for file in folder.iterdir():
                assert "sourceMappingURL" not in file.read_text()
