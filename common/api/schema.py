"""The published description of the API: the names of its parts, and the problem any call may be."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` names a refusal; `errors` point at wrong fields.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "What happened, in the caller's language."},
        "detail": {"type": "string", "description": "What to do, in the caller's language."},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "instance": {"type": "string", "description": "The id of the request, for questions."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "pointer": {"type": ["string", "null"]},
                },
                "required": ["code", "detail"],
            },
        },
    },
    "required": ["type", "title", "status"],
}
PROBLEM_ANSWER = {
    "description": "A problem.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
METHODS = {"get", "post", "put", "patch", "delete"}


class Schema(AutoSchema):
    """Names a serializer inside a view after both, so that every `Input` has a name of its own."""

    def get_serializer_name(self, serializer: Any, _direction: Any) -> str:
        return str(type(serializer).__qualname__.replace(".", ""))


def with_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say of every operation that it may answer with a problem."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for operations in result["paths"].values():
        for method in METHODS & operations.keys():
            operations[method]["responses"].setdefault("default", PROBLEM_ANSWER)
    return result
