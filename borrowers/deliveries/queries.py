"""Deliveries that were worked through."""

from borrowers.deliveries.contracts import DeliveryFacts
from borrowers.deliveries.models import Delivery
from common.errors import NotFound


def delivery(public_id: str) -> DeliveryFacts:
    """What became of it. Raises NotFound."""
    row = Delivery.objects.filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    return DeliveryFacts(public_id=row.public_id, outcomes=row.outcomes)
