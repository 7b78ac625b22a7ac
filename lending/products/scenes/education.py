"""A course or a school: enrolment is proved, and the school is paid. Pure."""

from borrowers.consent.purposes import SCENE_EDUCATION
from common.texts import gettext_noop
from lending.products.scenes.common_rules import (
    TOTAL,
    WITH_ITS_DOCUMENT,
    WITHIN_THE_ORDER,
    number,
)
from lending.products.scenes.contracts import (
    Kind,
    Numbers,
    PurposeRefused,
    Question,
    Rule,
    Scene,
    Wish,
    Words,
)

STUDENTS = gettext_noop("Five ministries, notice on online loans to university students, 2021")
TRAINING = gettext_noop("Ministry of Education and others, letter 2 of 2021 on training fees")


class SchoolTutoringRefused(PurposeRefused):
    """Tutoring of school children is never financed."""

    code = "SCHOOL_TUTORING_REFUSED"
    message = gettext_noop("Tutoring of school children may not be paid by a loan.")
    advice = gettext_noop("Pay it month by month; the school may ask for no more.")
    article = TRAINING


class PaidInStages(PurposeRefused):
    """Training is paid as it is taught."""

    code = "PAID_IN_STAGES"
    message = gettext_noop("Training is paid in stages: at most three months or 60 hours ahead.")
    advice = gettext_noop("Ask for the stage that comes next, with its own invoice.")
    article = TRAINING


class LicenceNotForStudents(PurposeRefused):
    """This licence may not lend to students."""

    code = "LICENCE_NOT_FOR_STUDENTS"
    message = gettext_noop("This lender may not lend to students of a university.")
    advice = gettext_noop("Ask your university about the national student loan.")
    article = STUDENTS


class SecondPayerNeeded(PurposeRefused):
    """A student has somebody who would pay."""

    code = "SECOND_PAYER_NEEDED"
    message = gettext_noop("A student needs a second person who knows of the loan and would pay.")
    advice = gettext_noop("Talk to a parent or guardian first, then apply again.")
    article = STUDENTS


DEGREE, SKILLS, LANGUAGE, TUTORING = "DEGREE", "SKILLS", "LANGUAGE", "TUTORING"


def _is_in_stages(wish: Wish, numbers: Numbers) -> bool:
    if wish.facts["course"] == DEGREE:
        return True
    # Nothing of a measure is no short stage: the course is then not sold by that measure.
    return (
        0 < int(wish.facts["stage_months"]) <= numbers["COURSE_STAGE_MONTHS"]
        or 0 < int(wish.facts["stage_hours"]) <= numbers["COURSE_STAGE_HOURS"]
    )


def _may_lend_to_students(wish: Wish, numbers: Numbers) -> bool:
    return not wish.facts["is_student"] or bool(numbers["STUDENTS_ALLOWED_COUNT"])


SCENE = Scene(
    code="EDUCATION",
    evidence=(
        gettext_noop("Proof of enrolment"),
        gettext_noop("The invoice of the school, with its number and sum"),
    ),
    consent=SCENE_EDUCATION,
    questions=(
        Question(
            "course",
            Kind.CHOICE,
            gettext_noop("What kind of course is it?"),
            choices=(
                (DEGREE, gettext_noop("University or college")),
                (SKILLS, gettext_noop("Training for a job")),
                (LANGUAGE, gettext_noop("A language or another course for adults")),
                (TUTORING, gettext_noop("Tutoring of a school child")),
            ),
        ),
        Question("stage_months", Kind.WHOLE, gettext_noop("For how many months do you pay now?")),
        Question("stage_hours", Kind.WHOLE, gettext_noop("How many hours of teaching are these?")),
        Question("is_student", Kind.YES_NO, gettext_noop("I study at a university full-time")),
        Question(
            "has_second_payer",
            Kind.YES_NO,
            gettext_noop("A parent or guardian knows of this loan and would pay it"),
        ),
        number(gettext_noop("Number of the invoice")),
        TOTAL,
    ),
    rules=(
        Rule(SchoolTutoringRefused, lambda wish, _: wish.facts["course"] != TUTORING, of="course"),
        Rule(LicenceNotForStudents, _may_lend_to_students, of="is_student"),
        Rule(
            SecondPayerNeeded,
            lambda wish, _: not wish.facts["is_student"] or bool(wish.facts["has_second_payer"]),
            of="has_second_payer",
        ),
        Rule(PaidInStages, _is_in_stages, of="stage_months"),
        WITH_ITS_DOCUMENT,
        WITHIN_THE_ORDER,
    ),
    numbers=("COURSE_STAGE_MONTHS", "COURSE_STAGE_HOURS", "STUDENTS_ALLOWED_COUNT"),
    credit_scene="EDUCATION",
    words=Words(
        proof=gettext_noop("proof of enrolment"),
        payee=gettext_noop("school"),
        hint=gettext_noop("An enrolment letter or student card as PDF, JPG or PNG, at most 5 MB."),
        agreement=gettext_noop("I agree that my proof is looked at and the school is paid"),
    ),
)
