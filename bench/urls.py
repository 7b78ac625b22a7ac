"""Every address of the platform, and the floor."""

from django.db import connection
from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench import FLOOR
from config.urls import urlpatterns as platform


class Floor(APIView):
    """The least that an API call can be: no sign-in, one SELECT, a few bytes of JSON."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, _request: Request) -> Response:
        """One row."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return Response({"answer": cursor.fetchone()[0]})


urlpatterns = [*platform, path(FLOOR[1:], Floor.as_view())]
