"""The words, rows and lines of a drawn case."""

from collections.abc import Mapping

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from common.charts.bars import Caption
from common.templatetags.money import yuan
from common.texts import gettext_noop
from scoring.admin.links.network import Dot, Tie, network, sample, sample_dot
from scoring.graph.contracts import Drawn, DrawnLink, LinkedPerson, LinkKind
from scoring.graph.hazard import HazardIndex, Sign
from scoring.graph.models import LinkedCase

SHAPES: Mapping[str, str] = {
    "FAN_IN": gettext_noop("Several sent money to one"),
    "CYCLE": gettext_noop("Money went round"),
    "STAR": gettext_noop("Money went to one and back out"),
    "CHAIN": gettext_noop("Money went along a chain"),
}
KINDS = {
    "tie-fresh": _("Transfer in the week before the application; the arrow shows the way"),
    "tie-older": _("Transfer at another time"),
    "tie-device": _("Shared device"),
    "tie-account": _("Shared account"),
    "tie-referral": _("Recommendation"),
}
DOTS = {
    "is-middle": _("The applicant of this case"),
    "is-inside": _("Applied together, with money between them"),
    "is-around": _("Linked in another way"),
    "is-confirmed": _("Fraud confirmed by two of our staff"),
}
MARKED = {
    LinkKind.DEVICE: "tie-device",
    LinkKind.ACCOUNT: "tie-account",
    LinkKind.REFERRAL: "tie-referral",
}


def picture(drawn: Drawn) -> SafeString:
    """The case in the middle, drawn."""
    title = gettext("Links around this case")
    text = gettext("%(people)s people, %(links)s links; the tables below say the same.")
    return network(
        [Dot(each.number, each.steps, look_of(each), said_of(each)) for each in drawn.people],
        [
            Tie(
                each.source,
                each.target,
                line_of(each),
                told_of(each),
                is_directed=each.kind is LinkKind.TRANSFER,
            )
            for each in drawn.links
        ],
        caption=Caption(
            name="linked-case",
            title=title,
            description=text % {"people": len(drawn.people), "links": len(drawn.links)},
        ),
    )


def look_of(person: LinkedPerson) -> str:
    if person.is_confirmed:
        return "is-confirmed"
    if person.number == 0:
        return "is-middle"
    return "is-inside" if person.is_in_ring else "is-around"


def line_of(link: DrawnLink) -> str:
    if link.kind is LinkKind.TRANSFER:
        return "tie-fresh" if link.is_before_applying else "tie-older"
    return MARKED[link.kind]


def said_of(person: LinkedPerson) -> str:
    return f"{person.number}: {DOTS[look_of(person)]}"


def told_of(link: DrawnLink) -> str:
    """A line in words."""
    way = "→" if link.kind is LinkKind.TRANSFER else "–"
    pair = f"{link.source} {way} {link.target}: {KINDS[line_of(link)]}"
    if link.kind is not LinkKind.TRANSFER:
        return pair
    return f"{pair} ({link.times} × , {yuan(link.money_fen)})".replace(" × ,", "×,")


def legend() -> list[tuple[SafeString, str]]:
    return [(sample(look), str(said)) for look, said in KINDS.items()]


def dots_legend() -> list[tuple[SafeString, str]]:
    return [(sample_dot(look), str(said)) for look, said in DOTS.items()]


def people_table(drawn: Drawn) -> list[dict[str, object]]:
    return [
        {
            "number": each.number,
            "what": DOTS[look_of(each)],
            "has_applied": each.has_applied,
            "steps": each.steps,
            "nearness": f"{each.nearness:.1%}" if each.nearness else "",
        }
        for each in drawn.people
    ]


def links_table(drawn: Drawn) -> list[dict[str, object]]:
    return [
        {
            "between": f"{each.source} {'→' if each.kind is LinkKind.TRANSFER else '–'} "
            f"{each.target}",
            "what": KINDS[line_of(each)],
            "sample": sample(line_of(each)),
            "times": each.times if each.kind is LinkKind.TRANSFER else "",
            "money": yuan(each.money_fen) if each.kind is LinkKind.TRANSFER else "",
        }
        for each in drawn.links
    ]


SIGNS = {
    Sign.COULD_PAY: gettext_noop("Instalments missed although enough was left after needs"),
    Sign.ROUND_MONEY: gettext_noop("Money that left and came back before applying"),
    Sign.IN_RING: gettext_noop("Money ran in a ring as people applied together"),
}


def hazard_table(found: HazardIndex | None) -> list[tuple[str, str]]:
    """The index and what each sign adds; nothing where nothing may be read."""
    if found is None:
        return []
    parts = [(gettext(words), f"{found.parts[sign]:.0f}") for sign, words in SIGNS.items()]
    return [*parts, (gettext("Together, of 100"), f"{found.points:.0f}")]


def why(row: LinkedCase) -> list[str]:
    """What brought the case here, all of it together; none of it alone would have."""
    facts = {"money": yuan(row.money_fen), "people": row.people}
    said = [
        gettext(SHAPES[row.shape])
        + gettext(": %(money)s between %(people)s people within the week before.") % facts,
        gettext("All of them applied within days of each other."),
        gettext("They had not sent each other money like this before."),
    ]
    if row.marks_shared:
        pairs = ngettext(
            "%(count)s pair of them shares a device or an account; by itself that means nothing.",
            "%(count)s pairs of them share a device or an account; by itself that means nothing.",
            row.marks_shared,
        )
        said.append(pairs % {"count": row.marks_shared})
    if row.is_late:
        said.append(
            gettext("The others applied later: this was found at night, after the decision.")
        )
    return said
