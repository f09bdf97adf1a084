"""Settings, all of them from the environment; without any, a local run on SQLite."""

import ipaddress
import os
from datetime import date
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from albertslund_it import roles
from albertslund_it.common.urls import origin_of, parse_database_url, parse_email_url
from albertslund_it.web import logs

BASE_DIR = Path(__file__).resolve().parent.parent


def flag(name: str, default: bool) -> bool:
    """Read an on/off setting from the environment."""
    value = os.environ.get(name, "").strip().lower()
    return default if not value else value in {"1", "true", "yes", "on", "ja"}


def count_of(name: str) -> int:
    """Read a number from the environment; none is 0."""
    value = os.environ.get(name, "").strip() or "0"
    if not (value.isascii() and value.isdecimal() and len(value) < 3):
        raise ImproperlyConfigured(f"{name} skal være et helt tal fra 0, fx 1.")
    return int(value)


def networks_in(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Read networks from the environment, with commas between."""
    parts = os.environ.get(name, "").split(",")
    try:
        return [ipaddress.ip_network(part.strip()) for part in parts if part.strip()]
    except ValueError:
        raise ImproperlyConfigured(f"{name} skal være netværk, fx 10.2.0.0/16.") from None


# A server that was given a key is a server that other people use: debugging is off there.
SECRET_KEY = os.environ.get("SECRET_KEY", "")
DEBUG = flag("DEBUG", default=not SECRET_KEY)
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("SECRET_KEY mangler. Sæt den i miljøet, når DEBUG=0.")
    SECRET_KEY = "kun-til-lokal-afproevning-" + "x" * 40

ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h] or (
    ["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
)
CSRF_TRUSTED_ORIGINS = [f"https://{h.lstrip('.')}" for h in ALLOWED_HOSTS if h != "*"]

# Training and tests: the date that the whole system takes for today.
TODAY = date.fromisoformat(os.environ["TODAY"]) if os.environ.get("TODAY") else None

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_tables2",
    "django_filters",
    "django_htmx",
    "js_lib_bootstrap5",
    "auditlog",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_tasks",
    "django_tasks_db",
    # Ours last: when their migrations are done, every other app's permissions are there.
    "inventory",
    "leasing",
    "albertslund_it",
]

MIDDLEWARE = [
    # First: who asks whether we are alive asks by address, without https and without a login.
    "albertslund_it.operation.probes.answer_probes",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "albertslund_it.web.headers.tell_the_browser",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "albertslund_it.web.logs.RequestLog",
    "albertslund_it.operation.watching.Watch",
    "albertslund_it.web.problems.answer_programs",
    "csp.middleware.CSPMiddleware",
    "albertslund_it.web.caching.keep_no_copies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "albertslund_it.web.query.refuse_nothing_signs",
    # Closed unless opened: a view is open only if it carries @login_not_required.
    "albertslund_it.web.sessions.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "albertslund_it.web.database.history.WhoIsAsking",
    "axes.middleware.AxesMiddleware",
    "albertslund_it.modules.OnlyWhatIsUsed",
    # Last: it works out what a view has changed, once that is committed.
    "albertslund_it.kept_costs.follow_changes",
]

ROOT_URLCONF = "albertslund_it.urls"
WSGI_APPLICATION = "albertslund_it.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "albertslund_it.context.frame",
            ],
            "builtins": [
                "albertslund_it.templatetags.format",
                "albertslund_it.templatetags.icons",
                "albertslund_it.templatetags.agreement",
                "albertslund_it.templatetags.parts",
            ],
        },
    },
]

DATABASES = {
    "default": parse_database_url(os.environ.get("DATABASE_URL", ""), BASE_DIR / "db.sqlite3")
}
# Read by what only shows; it follows the primary by PostgreSQL's own replication.
if REPLICA_DATABASE_URL := os.environ.get("REPLICA_DATABASE_URL", "").strip():
    DATABASES["replica"] = parse_database_url(REPLICA_DATABASE_URL, BASE_DIR / "db.sqlite3")
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    if {one["ENGINE"] for one in DATABASES.values()} != {"django.db.backends.postgresql"}:
        raise ImproperlyConfigured("REPLICA_DATABASE_URL er for PostgreSQL, som DATABASE_URL.")
    DATABASE_ROUTERS = ["albertslund_it.web.database.replica.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

EMAIL_CONFIG = parse_email_url(os.environ.get("EMAIL_URL", ""))
EMAIL_BACKEND = EMAIL_CONFIG["backend"]
EMAIL_HOST = EMAIL_CONFIG["host"]
EMAIL_PORT = EMAIL_CONFIG["port"]
EMAIL_HOST_USER = EMAIL_CONFIG["user"]
EMAIL_HOST_PASSWORD = EMAIL_CONFIG["password"]
EMAIL_USE_TLS = EMAIL_CONFIG["tls"]
EMAIL_USE_SSL = EMAIL_CONFIG["ssl"]
EMAIL_TIMEOUT = 5  # seconds: so long may a page wait for a mail server that says nothing
# Set and empty, as compose.yaml leaves it, is not set.
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "").strip() or "pc-leasing@localhost"

# The helpdesk's mailbox, which `fetch_mail` reads; by its name Django hides it from every report.
IMAP_SECRET_URL = os.environ.get("IMAP_URL", "")
# Where its server takes no password but a token, as Exchange Online does.
IMAP_OAUTH_SECRET = {
    name: os.environ.get(f"IMAP_OAUTH_{name}", "").strip()
    for name in ("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET", "SCOPE")
}

LANGUAGE_CODE = "da"
TIME_ZONE = "Europe/Copenhagen"
USE_I18N = True
USE_TZ = True
# On, it would print ids and years as 2.026; amounts are grouped by the |kr filter.
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = ["albertslund_it.formats"]

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or BASE_DIR / "static-collected")
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Networks of our own that webhooks may be sent into, as 10.2.0.0/16,10.3.1.7/32; else none is.
WEBHOOK_NETWORKS = networks_in("WEBHOOK_NETWORKS")

# What takes long, where an administrator has turned a worker on: `manage.py db_worker` takes it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- what is logged
DEFAULT_EXCEPTION_REPORTER_FILTER = "albertslund_it.web.failure.NoSecrets"
LOGGING = logs.configuration(debug=DEBUG)
globals().update(logs.LEVELS)

# Who monitors reads /metrics with it; without one there is no such page.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "").strip()
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN er for kort: mindst 20 tilfældige tegn.")
# When each user last asked for a page, to within minutes: for the page of operation.
WATCH_PRESENCE = True

# --- who gets in
AUTHENTICATION_BACKENDS = [
    "albertslund_it.web.backends.RightsInOne",
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
RESERVED_RIGHTS = roles.RESERVED
ROLE_NOTES, POST_ROLES = roles.NOTES, roles.POSTS
# How long the link lasts that one chooses a first password by; it works once.
PASSWORD_RESET_TIMEOUT = 7 * 24 * 60 * 60
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "front"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = (count_of("SESSION_HOURS") or 8) * 60 * 60
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_HANDLER = "albertslund_it.web.login.Throttle"
AXES_LOCKOUT_CALLABLE = "albertslund_it.web.login.locked_out"
AXES_CLIENT_IP_CALLABLE = "albertslund_it.web.login.address_of"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says when the wait is over
# How many proxies of our own stand in front: X-Forwarded-For is read that far and no further.
TRUSTED_PROXIES = count_of("TRUSTED_PROXIES")
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False  # in English, and a lockout ends by itself

# Sign-on with the municipality's accounts: on when the environment names the provider.
OIDC = {
    name: os.environ.get(name, "")
    for name in (
        "OIDC_RP_CLIENT_ID",
        "OIDC_RP_CLIENT_SECRET",
        "OIDC_OP_ISSUER",
        "OIDC_OP_AUTHORIZATION_ENDPOINT",
        "OIDC_OP_TOKEN_ENDPOINT",
        "OIDC_OP_USER_ENDPOINT",
        "OIDC_OP_JWKS_ENDPOINT",
    )
}
OIDC_ENABLED = any(OIDC.values())
# Which claim gives roles, and which value which; who leads what, by a claim or by mail.
OIDC_ROLE_CLAIM = os.environ.get("OIDC_ROLE_CLAIM", "")
OIDC_UNIT_CLAIM = os.environ.get("OIDC_UNIT_CLAIM", "")
OIDC_LEADERS_FROM_REGISTER = flag("OIDC_LEADERS_FROM_REGISTER", default=False)
try:
    OIDC_ROLES = roles.claimed(os.environ.get("OIDC_ROLES", ""))
except ValueError as error:
    raise ImproperlyConfigured(f"OIDC_ROLES: {error}") from None
OIDC_STAFF_ROLE = roles.ADMINISTRATOR
# Where the provider is told that somebody logs out; it may be without.
OIDC_OP_LOGOUT_ENDPOINT = os.environ.get("OIDC_OP_LOGOUT_ENDPOINT", "")
OIDC_TIMEOUT = 10  # seconds in all that a sign-on may take the provider
if OIDC_ENABLED:
    if missing := [name for name, value in OIDC.items() if not value]:
        raise ImproperlyConfigured(f"Kommunens login mangler {', '.join(missing)} i miljøet.")
    globals().update(OIDC)  # mozilla_django_oidc reads them one by one
    # Before the one that counts failed passwords, so that they never lock those who sign on.
    AUTHENTICATION_BACKENDS.insert(1, "albertslund_it.sign_on.accounts.CommonAccount")
    OIDC_RP_SIGN_ALGO = os.environ.get("OIDC_RP_SIGN_ALGO", "RS256")
    OIDC_RP_SCOPES = os.environ.get("OIDC_RP_SCOPES", "openid email profile")
    OIDC_USE_PKCE = True
    LOGIN_REDIRECT_URL_FAILURE = "/log-ind/"

# Whoever can let others in gives a code besides a password: on where people sign on otherwise.
SECOND_FACTOR = flag("SECOND_FACTOR", default=OIDC_ENABLED)
OTP_TOTP_ISSUER = "Pc-leasing"

# --- in the browser
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        # What is not named is not loaded: no frames, no plug-ins, no workers, no media.
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's select arrows are data: images
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
if OIDC_OP_LOGOUT_ENDPOINT:  # logging out is a form, and leads on to the provider
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(origin_of(OIDC_OP_LOGOUT_ENDPOINT))
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "albertslund_it.web.sessions.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True  # forms carry their token; no script asks for it
if not DEBUG:
    SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # By these names a browser takes a cookie from this host alone, over https, for all of its
    # paths: no other site of the municipality's domain can put one of its own in the place.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

DJANGO_TABLES2_TEMPLATE = "web/table.html"
# Loading a fixture is not something a person did.
AUDITLOG_DISABLE_ON_RAW_SAVE = True
AUDITLOG_CID_HEADER = None
# The history names people, not machines; a forged X-Forwarded-For would stop the write.
AUDITLOG_DISABLE_REMOTE_ADDR = True

# An import file may be this large; beyond it, it is refused unread.
IMPORT_MAX_BYTES = 20 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "albertslund_it.web.forms.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
