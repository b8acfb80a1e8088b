"""All settings, each from one environment variable with a safe default. README lists the variables.

With nothing set the project runs on embedded servers under `var/` and keeps its secrets there;
a server of your own is named by DATABASE_URL and REDIS_URL, and then SECRET_KEY is required.
"""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

from matchmaking.embedded import redis_cache_url, redis_url
from matchmaking.message_files import compiled

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))


def kept_secret(path: Path) -> str:
    """The secret kept in `path`, made whole at the first call; only its owner can read it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent) as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            with suppress(FileExistsError):  # another process was first: its secret counts
                os.link(file.name, path)
    return path.read_text()


# What a developer's machine may have and a server must not: `make run` turns it on.
DEBUG = env.bool("DEBUG", False)
EMBEDDED_DATABASE = not env.str("DATABASE_URL", "")
EMBEDDED_REDIS = not env.str("REDIS_URL", "")

SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if not EMBEDDED_DATABASE:
        raise ImproperlyConfigured("Set SECRET_KEY: it is required as soon as DATABASE_URL names a server.")
    SECRET_KEY = kept_secret(VAR_DIR / "secret_key")

# Who runs this installation.
SITE_NAME = env.str("SITE_NAME", "Pontis")
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}").rstrip("/")
SITE_ACCENT = env.str("SITE_ACCENT", "")
SITE_IMPRINT_URL = env.str("SITE_IMPRINT_URL", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "matchmaking",
    "catalog",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "csp",
    "anymail",
]

MIDDLEWARE = [
    "matchmaking.logs.RequestLogMiddleware",
    "accounts.rest.bodies.AddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.PageGZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.SignedOutMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "matchmaking.urls"
WSGI_APPLICATION = "matchmaking.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "matchmaking.site.identity",
            ],
        },
    },
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # fields look alike everywhere: templates/django/forms

# An approximate index filtered by WHERE must go on until it has found k rows. How many of the right ones it finds is
# decided by how many rows it looks at first: of 100,000 offers, with all filters on, 0.89 of the exact first hundred
# with 200, 0.98 with 800. It takes no more than 1,000.
DATABASE_OPTIONS = {"options": "-c hnsw.iterative_scan=strict_order -c hnsw.ef_search=800"}
if EMBEDDED_DATABASE:
    DATABASES = {"default": {"ENGINE": "matchmaking.embedded.postgres", "NAME": "matchmaking"}}
else:
    DATABASES = {"default": env.dj_db_url("DATABASE_URL")}
DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | DATABASE_OPTIONS
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

CACHES = {
    "default": {
        "BACKEND": "matchmaking.cache.PatientCache",
        "LOCATION": env.str("REDIS_URL", "") or redis_cache_url(VAR_DIR),
        "OPTIONS": {"pool_class": "matchmaking.embedded.redis.connections.ConnectionPool"} if EMBEDDED_REDIS else {},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "matchmaking.account_mail.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.LoginForm", "signup": "accounts.forms.SignupForm"}

# One proxy in front, or none: whose word counts on where a request comes from.
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.rest.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.rest.bodies.Parser"],
    "DEFAULT_PAGINATION_CLASS": "accounts.rest.paging.Page",
    "DEFAULT_SCHEMA_CLASS": "accounts.rest.schema.Described",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("API_RATE_ANONYMOUS", "60/min"),
        "user": env.str("API_RATE_USER", "600/min"),
    },
    "NUM_PROXIES": int(BEHIND_PROXY),
    "EXCEPTION_HANDLER": "accounts.rest.errors.explain",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME}: API",
    "DESCRIPTION": "Needs, offers and their matches, with the same rules and the same disclosure as the pages.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.rest.schema.let_fields_be_left_out",
    ],
    "ENUM_NAME_OVERRIDES": {
        "StateEnum": "catalog.codes.State.choices",
        "DocumentKindEnum": "catalog.codes.DocumentKind.choices",
        "MatchStateEnum": "matchmaking.codes.MatchState.choices",
        "CountryEnum": "accounts.codes.Country.choices",
        "CostBandEnum": "catalog.codes.CostBand.choices",
        "OrganisationKindEnum": "accounts.codes.OrganisationKind.choices",
        "SideEnum": "matchmaking.codes.Side.choices",
        "WebhookEventEnum": "matchmaking.models.WebhookEvent.choices",
        "LanguageEnum": "accounts.codes.Language.choices",
        "EcosystemEnum": "catalog.codes.Ecosystem.choices",
        "PartnershipTypeEnum": "catalog.codes.PartnershipType.choices",
        "ReasonEnum": "matchmaking.codes.Reason.choices",
        "LabelKindEnum": "catalog.codes.LabelKind.choices",
        "JoinableKindEnum": "accounts.forms.JOINABLE_KINDS",
        "AdmissionStateEnum": "accounts.models.Membership.State",
        "ScoutingStateEnum": "matchmaking.models.ScoutingState.choices",
        "GlossaryVerdictEnum": "matchmaking.models.GlossaryVerdict.choices",
        "VerdictEnum": "matchmaking.codes.Verdict.choices",
        "FrequencyEnum": "accounts.codes.Frequency.choices",
        "GreenAimEnum": "catalog.codes.GreenAim.choices",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
KNOX_TOKEN_MODEL = "knox.AuthToken"  # noqa: S105 - a model, which knox names later than our tables need it
REST_KNOX = {"TOKEN_TTL": timedelta(days=env.int("API_TOKEN_DAYS", 30))}
API_TOKENS = env.int("API_TOKENS", 20)  # a person; a new one ends the oldest

# Celery only wakes somebody up to ask the database what is pending; no result is ever stored.
CELERY_BROKER_URL = env.str("REDIS_URL", "") or redis_url(VAR_DIR)
if EMBEDDED_REDIS:
    CELERY_BROKER_TRANSPORT = "matchmaking.embedded.redis.connections:Transport"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 0}  # a page must not wait 6 s for a Redis that is down
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "encode": {"task": "catalog.tasks.encode_stale_documents", "schedule": 60},
    "corpus": {"task": "catalog.tasks.measure_corpus", "schedule": crontab(hour=2, minute=45)},
    "match": {"task": "matchmaking.tasks.match_due_needs", "schedule": 60},
    "digests": {"task": "matchmaking.tasks.send_due_digests", "schedule": 300},
    "searches": {"task": "matchmaking.tasks.send_due_searches", "schedule": 300},
    "mails": {"task": "matchmaking.tasks.send_due_mails", "schedule": 60},
    "peers": {"task": "matchmaking.tasks.sync_peers", "schedule": 60},
    "words to peers": {"task": "matchmaking.tasks.tell_peers", "schedule": 60},
    "webhooks": {"task": "matchmaking.tasks.send_due_webhooks", "schedule": 60},
    "reminders": {"task": "matchmaking.tasks.remind_silent_sides", "schedule": crontab(minute=7)},
    "imports": {"task": "catalog.tasks.import_files", "schedule": 60},
    "expiry": {"task": "catalog.tasks.expire_documents", "schedule": crontab(minute=17)},
    "expiry notices": {"task": "matchmaking.tasks.announce_expiry", "schedule": crontab(minute=27)},
    "follow-ups": {"task": "matchmaking.tasks.ask_how_it_went", "schedule": crontab(minute=37)},
    "admissions": {"task": "matchmaking.tasks.announce_admissions", "schedule": 300},
    "retention": {"task": "matchmaking.tasks.apply_retention", "schedule": crontab(hour=3, minute=30)},
    "heartbeat": {"task": "matchmaking.tasks.beat_heart", "schedule": 30, "options": {"expires": 30}},
}

# The encoder is warm in one process; everybody else asks it over this socket.
EMBEDDING_MODEL = env.str("EMBEDDING_MODEL", "")
ENCODER_SOCKET = env.str("ENCODER_SOCKET", str(VAR_DIR / "encoder" / "encoder.sock"))
# A process that must never load the model itself (780 MB, 8 s) waits for the encoder's process instead.
ENCODER_REQUIRED = env.bool("ENCODER_REQUIRED", False)

# `/healthz` complains when pending work has waited for longer.
PENDING_LATE_SECONDS = env.int("PENDING_LATE_SECONDS", 3600)

# Matching: how many candidates each way of retrieving brings, how many offers a need is proposed,
# and how often all open needs are matched against what came new.
CANDIDATES = env.int("CANDIDATES", 120)
PROPOSALS = env.int("PROPOSALS", 10)
# Variety: offers of one provider a need is proposed at most, and how far providers that were proposed often are
# pulled down, in the unit of the scores (texts that fit score 0.1 to 0.5).
OFFERS_A_PROVIDER = env.int("OFFERS_A_PROVIDER", 3)
EXPOSURE_PULL = env.float("EXPOSURE_PULL", 0.0)
REMATCH_HOURS = env.int("REMATCH_HOURS", 6)
# The least probability with which an offer is proposed. Chosen on the demo and half of tests/off_topic: see README.
LEAST_PROBABILITY = env.float("LEAST_PROBABILITY", 0.02)

# Life of documents, in days.
VALID_DAYS = env.int("VALID_DAYS", 365)
EXPIRY_NOTICE_DAYS = env.int("EXPIRY_NOTICE_DAYS", 14)
RETENTION_DAYS = {
    "drafts": env.int("RETENTION_DRAFTS_DAYS", 365),
    "ended": env.int("RETENTION_ENDED_DAYS", 730),  # closed or expired, until archived
    "archived": env.int("RETENTION_ARCHIVED_DAYS", 730),  # in the archive, until deleted
    "runs": env.int("RETENTION_RUNS_DAYS", 180),
    "deliveries": env.int("RETENTION_DELIVERIES_DAYS", 90),  # to webhooks, and digests without anything in them
    "trials": env.int("RETENTION_TRIALS_DAYS", 7),
    "kept_answers": env.int("RETENTION_KEPT_ANSWERS_DAYS", 1),  # of the API, for requests that are repeated
}
CHANGES_DAYS = env.int("CHANGES_DAYS", 30)  # how long a cursor of the feed of changes is good
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", 4 * 1024 * 1024)
ATTACHMENTS_A_DOCUMENT = env.int("ATTACHMENTS_A_DOCUMENT", 10)
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", 20 * 1024 * 1024)  # of a file of offers or needs
IMPORT_MAX_ROWS = env.int("IMPORT_MAX_ROWS", 20_000)

# Asking the two sides of a match, in days; "later" leaves a side in peace for LATER_DAYS.
REMIND_AFTER_DAYS = env.int("REMIND_AFTER_DAYS", 7)
LAPSE_AFTER_DAYS = env.int("LAPSE_AFTER_DAYS", 21)
UNDO_MINUTES = env.int("UNDO_MINUTES", 10)  # a broker may take back a decision, before anybody was asked
LATER_DAYS = env.int("LATER_DAYS", 30)
ANSWER_LINK_DAYS = env.int("ANSWER_LINK_DAYS", 45)

# Mail: without EMAIL_URL it is written to .eml files under var/mail; `check --deploy` does not let that pass.
EMAIL_URL = env.str("EMAIL_URL", "")
if EMAIL_URL:
    email = env.dj_email_url("EMAIL_URL")
    if email["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
        email["EMAIL_BACKEND"] = "matchmaking.smtp.SmtpBackend"
    locals().update(email)
else:
    EMAIL_BACKEND = "matchmaking.mailbox.EmlBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
# Or a provider that django-anymail knows, by its name there; its keys are in ANYMAIL_… variables.
MAIL_PROVIDER = env.str("MAIL_PROVIDER", "")
if MAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
ANYMAIL = {
    # Nobody knows this one: what a provider tells is heard only where the operator has set a secret.
    "WEBHOOK_SECRET": f"closed:{secrets.token_urlsafe(32)}",
    **{name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")},
}
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 30)
ANYMAIL["REQUESTS_TIMEOUT"] = EMAIL_TIMEOUT
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <matches@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
DIGEST_ITEMS = env.int("DIGEST_ITEMS", 8)
# Whether a need's own author may read in the digest of suggestions that no broker has looked at yet.
DIGEST_UNREVIEWED = env.bool("DIGEST_UNREVIEWED", True)
WEBHOOK_HOSTS = env.list("WEBHOOK_HOSTS", [])  # "host:port" that may be private and without https
EVENT_MINUTES = env.int("EVENT_MINUTES", 15)  # what happens to a person within this time becomes one mail
MAILS_A_MINUTE = env.int("MAILS_A_MINUTE", 300)  # of all workers together; 0 is without limit

LANGUAGE_CODE = "en"
LOCALE_PATHS = [compiled(VAR_DIR / "locale")]
LANGUAGES = [
    ("en", _("English")),
    ("de", _("German")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("it", _("Italian")),
    ("pl", _("Polish")),
]
FORMAT_MODULE_PATH = ["matchmaking.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Safe by default. Plain http is for an address on this machine only.
HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked on the machine itself, behind what ends TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # the arrows and marks of the administration's own style sheet
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = ATTACHMENT_MAX_BYTES + DATA_UPLOAD_MAX_MEMORY_SIZE  # of a whole request with its files
IMPORT_UPLOAD_MAX_BYTES = IMPORT_MAX_BYTES + DATA_UPLOAD_MAX_MEMORY_SIZE
FILE_UPLOAD_HANDLERS = [
    "catalog.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# One JSON object a line on standard error; texts of needs and offers are never logged.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "matchmaking.logs.DiscreetFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},  # no mail with local variables to anybody, either
        "django.db.backends": {"level": "INFO"},  # statements carry texts, whatever LOG_LEVEL says
        "django.request": {"level": "ERROR"},  # what was refused stands in our own line
        "sentence_transformers": {"level": "WARNING"},  # it tells each loading, twice
    },
}
