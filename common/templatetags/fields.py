"""Form controls with the attributes that a phone's keyboard needs."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def control(field: BoundField, **attributes: str | int | None) -> SafeString:
    """The control of a field; empty attributes are left out.

    There is never a placeholder: it vanishes as soon as one types, and it is read as an answer.
    """
    given: dict[str, str | bool] = {
        name: str(value) for name, value in attributes.items() if value not in (None, "")
    }
    return field.as_widget(attrs={"placeholder": False, **given})
