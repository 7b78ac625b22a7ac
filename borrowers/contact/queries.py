"""What stands between us and a person, asked by those who would act by themselves."""

from borrowers.contact.models import ContactStanding

# A wish not to be written to says nothing about money; these do.
DISPUTES = ("COMPLAINT", "DISPUTE", "HARDSHIP")


def is_disputing(borrower_id: int) -> bool:
    """Whether a complaint, a dispute or hardship stands: nothing is taken meanwhile."""
    return ContactStanding.objects.filter(borrower_id=borrower_id, stop_code__in=DISPUTES).exists()
