"""ETags: a mobile client asks for what it has, and gets an empty 304 while nothing changed."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware

API_PREFIX = "/api/"


class ApiTags(ConditionalGetMiddleware):
    """The tag is a hash of the answer, so it can never be older than what it stands for (RFC 9110
    §8.8.3); pages for people carry one-time tokens and get none."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not request.path.startswith(API_PREFIX):
            return response
        return super().process_response(request, response)
