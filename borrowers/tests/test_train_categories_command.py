"""`manage.py train_categories`: the committed model is the one that our words make."""

import base64
import json
import struct
from io import StringIO

from django.core.management import call_command

from borrowers.connectors import scene_model
from borrowers.management import scene_training


def test_training_again_gives_the_committed_model():
    before = scene_model.ARTEFACT.read_bytes()
    said = StringIO()

    call_command("train_categories", "--check", stdout=said)

    assert "unchanged" in said.getvalue()
    assert scene_model.ARTEFACT.read_bytes() == before


class TestAlike:
    def kept(self):
        return json.loads(scene_model.ARTEFACT.read_text(encoding="utf-8"))

    def with_first_weight_moved(self, steps):
        kept = self.kept()
        numbers = bytearray(base64.b64decode(kept["weights"]))
        (first,) = struct.unpack_from("<h", numbers)
        struct.pack_into("<h", numbers, 0, first + steps)
        return kept | {"weights": base64.b64encode(bytes(numbers)).decode()}

    def test_a_step_of_rounding_is_another_processors_way(self):
        assert scene_training.is_alike(
            self.with_first_weight_moved(scene_training.STEPS_APART), self.kept()
        )

    def test_more_is_another_model(self):
        assert not scene_training.is_alike(
            self.with_first_weight_moved(scene_training.STEPS_APART + 1), self.kept()
        )

    def test_another_piece_is_another_model(self):
        kept = self.kept()

        assert not scene_training.is_alike(kept | {"pieces": [*kept["pieces"], "新"]}, kept)
