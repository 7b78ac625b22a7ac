"""`manage.py train_categories`: the committed model is the one that our words make."""

from io import StringIO

from django.core.management import call_command

from borrowers.connectors import scene_model


def test_training_again_gives_the_committed_model():
    before = scene_model.ARTEFACT.read_bytes()
    said = StringIO()

    call_command("train_categories", "--check", stdout=said)

    assert "unchanged" in said.getvalue()
    assert scene_model.ARTEFACT.read_bytes() == before
