"""Every address of the platform."""

from allauth.headless import urls as headless_urls
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from common.observability.health import healthz, readyz
from config.pages import Gallery

handler400 = "config.pages.bad_request"
handler403 = "config.pages.forbidden"
handler404 = "config.pages.not_found"
handler500 = "config.pages.server_error"
handler429 = "common.web.refusals.too_many"
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("borrowers.web.urls")),
    path("", include("lending.web.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("_allauth/", include(headless_urls)),
    path("api/v1/", include("borrowers.api.urls")),
    path("api/v1/", include("lending.api.urls")),
    path("webhooks/", include("lending.api.webhooks")),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("admin/", admin.site.urls),
    # Browsers ask for it where a page names no mark: plain answers of the API, for one.
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/mark.svg")),
]
if settings.DEMONSTRATION:
    urlpatterns.append(path("demo/gallery/", Gallery.as_view(), name="gallery"))
