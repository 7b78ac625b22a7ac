"""Settings, read from top to bottom. What differs between places comes from the environment."""

from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from common.observability import logs
from config import env, gateways
from config.services import endpoints

# `admin.ModelAdmin[Row]` is written everywhere; Django itself does not accept the brackets.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = env.text("MINGZHANG_ENV", "demo")
if ENVIRONMENT not in {"demo", "test", "production"}:
    raise env.SettingIsWrong(f"MINGZHANG_ENV is demo, test or production, not {ENVIRONMENT!r}")
DEMONSTRATION = ENVIRONMENT != "production"
DEBUG = False
PLACE = endpoints.current()
STATE_DIR = PLACE.state

# --- Keys -----------------------------------------------------------------------------------------
SECRET_KEY = endpoints.secret("DJANGO_SECRET_KEY")
# Newest first: the first wraps, all unwrap.
FIELD_ENCRYPTION_KEY = endpoints.secret("FIELD_ENCRYPTION_KEY").split(",")
BLIND_INDEX_KEYS = {"1": endpoints.secret("BLIND_INDEX_KEY")}
BANK_API_KEY = endpoints.secret("BANK_API_KEY")
# Newest first, so that the bank can change its secret without a gap.
BANK_WEBHOOK_SECRETS = endpoints.secret("BANK_WEBHOOK_SECRET").split(",")
# The seal on contracts: where its key lies, and what opens it (common/seals).
SEAL_KEY_PATH = env.text("SEAL_KEY_PATH", str(STATE_DIR / "seal.p12"))
SEAL_PASSPHRASE = endpoints.secret("SEAL_PASSPHRASE")

# --- Applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "common",
    "borrowers",
    "scoring",
    "lending",
    "monitoring",
    "config.apps.WiringConfig",
    "unfold.apps.BasicAppConfig",
    "config.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "rest_framework",
    "drf_spectacular",
    "drf_standardized_errors",
    "csp",
]

if DEMONSTRATION:
    INSTALLED_APPS.append("simulation")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.observability.requests.RequestLog",
    "common.web.headers.PageHeaders",
    "common.api.tags.ApiTags",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "common.web.language.PersonLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "common.web.refusals.RefusalPages",
    "config.routes.Gate",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.pages.site",
            ],
        },
    },
]

# --- Databases ------------------------------------------------------------------------------------
_LIMITS = (
    "-c lock_timeout=3s -c idle_in_transaction_session_timeout=10s"
    f" -c statement_timeout={env.number('STATEMENT_TIMEOUT_SECONDS', 15, at_least=1)}s"
)


def _main_database() -> dict[str, Any]:
    """The main database, as the role that this process was started for."""
    role = env.text("MINGZHANG_DATABASE_ROLE", "app")
    entry = env.database(PLACE.owner_url if role == "owner" else PLACE.database_url)
    entry["OPTIONS"]["options"] = _LIMITS if role == "app" else "-c lock_timeout=10s"
    return entry | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}


DATABASES = {"default": _main_database(), "keys": env.database(PLACE.keys_url)}
if DATABASES["keys"]["ENGINE"].endswith("sqlite3"):
    DATABASES["keys"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
DATABASE_ROUTERS = ["common.crypto.router.KeysRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_MODULES: dict[str, str | None] = {}

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "borrowers.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "common.crypto.sessions"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "lending:start"
ACCOUNT_ADAPTER = "borrowers.web.sign_in.PhoneAdapter"
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
# allauth drops the password from its sign-in form where sign-up asks for none; staff have one.
ACCOUNT_FORMS = {"login": "borrowers.web.forms.StaffSignInForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# A password alone is never enough: staff who type one are asked for a code as well.
ACCOUNT_LOGIN_BY_CODE_REQUIRED = {"password"}
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
_SIX_DIGITS = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_LOGIN_BY_CODE_FORMAT = _SIX_DIGITS
ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = _SIX_DIGITS
# allauth's own three a minute would lock out the fourth person behind one address.
ACCOUNT_RATE_LIMITS = {"verify_phone": "1/30s/key,20/m/ip"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
HEADLESS_CLIENTS = ("app",)
HEADLESS_ONLY = False
HEADLESS_TOKEN_STRATEGY = "common.api.authentication.SessionTokens"  # noqa: S105 (a class name)

# --- Pages ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STATE_DIR / "static"
WHITENOISE_USE_FINDERS = DEMONSTRATION
WHITENOISE_AUTOREFRESH = False
DOCUMENTS_DIR = STATE_DIR / "documents"
STORAGES: dict[str, Any] = {
    # Nothing is uploaded to be served: files of people are sealed and opened by verbs only.
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "documents": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DOCUMENTS_DIR,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 21 * 1024 * 1024
# Sources that are asked for only where somebody has decided to: DEVICE, SOCIAL_ACTIVITY.
OPTIONAL_SOURCES = env.chosen("OPTIONAL_SOURCES", {"DEVICE", "SOCIAL_ACTIVITY"})
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEMONSTRATION else "")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.pages.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMONSTRATION
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=not DEMONSTRATION)
# Probes come from this machine, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 0 if DEMONSTRATION else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMONSTRATION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []

# --- Staff pages ----------------------------------------------------------------------------------
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Mingzhang staff"),
    "SITE_HEADER": "明账 Mingzhang",
    "SITE_SUBHEADER": _("Staff workbench"),
    "SITE_URL": None,
    "SITE_ICON": "config.staff.brand.mark",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "config.staff.brand.mark"},
    ],
    "STYLES": ["config.staff.brand.style"],
    "COLORS": "config.staff.brand.colours",
    "BORDER_RADIUS": "8px",
    "ENVIRONMENT": "config.staff.brand.environment",
    # Verbs write their own trail; Django's log of edits would always be empty.
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "ACCOUNT": {"navigation": "config.staff.account.links"},
    "DASHBOARD_CALLBACK": "config.staff.workbench.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": "config.staff.sidebar.navigation",
    },
    "COMMAND": {
        "search_models": [
            "borrowers.borrower",
            "lending.loanapplication",
            "lending.loan",
            "lending.transfer",
            "monitoring.alert",
            "scoring.assessment",
        ],
    },
}

# --- API ------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["common.api.authentication.SessionToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "common.api.inputs.ReadableJson",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.Schema",
    "DEFAULT_PAGINATION_CLASS": "common.api.pages.NewestFirst",
    "EXCEPTION_HANDLER": "common.api.problems.translate",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_FORMATTER_CLASS": "common.api.problems.ProblemFormatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mingzhang",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.api.schema.with_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ApplicationState": "lending.applications.models.ApplicationState",
        "BenefitKind": "lending.rewards.models.BenefitKind",
        "EntitlementState": "lending.rewards.models.EntitlementState",
        "LoanRequestKind": "lending.api.requests.KINDS",
        "LoanState": "lending.loans.models.LoanState",
        "MoneyDirection": ["neutral", "in", "out"],
        "ReasonDirection": ["UP", "DOWN"],
        "TransactionKind": "lending.calc.contracts.TransactionKind",
        "TransferState": "lending.channels.models.TransferState",
    },
}

# --- Other companies ------------------------------------------------------------------------------
BANK_URL = env.text("BANK_URL", "http://127.0.0.1:8001")
# Payment gateways: those whose keys were given, and what goes through them.
GATEWAYS = gateways.given()
COLLECT_THROUGH = gateways.collect_through(GATEWAYS)
PAY_OUT_THROUGH = gateways.pay_out_through(GATEWAYS)
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000")

# --- Who we are, at the foot of every page --------------------------------------------------------
PRIVACY_CONTACT = env.text(
    "PRIVACY_CONTACT", "privacy@mingzhang.example" if DEMONSTRATION else None
)
LENDER_LICENCE = env.text("LENDER_LICENCE", "" if DEMONSTRATION else None)

# --- Broker and cache -----------------------------------------------------------------------------
BROKER_URL = PLACE.redis_url
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if cache_url := env.text("CACHE_URL", ""):
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": cache_url,
    }

# --- Logs -----------------------------------------------------------------------------------------
LOGGING = logs.settings_for(env.text("LOG_LEVEL", "INFO"))
logs.configure()
