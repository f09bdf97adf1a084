import pytest

from tests.web import urls_with_oidc  # read before a test turns sign-on on
from tests.web.provider import Provider


@pytest.fixture
def use_provider(settings):
    """Return a function that turns sign-on on, with the settings of a provider."""

    def use(named):
        for name, value in named.items():
            setattr(settings, name, value)
        settings.OIDC_ENABLED = True
        settings.OIDC_ROLE_CLAIM = ""
        settings.OIDC_RP_SIGN_ALGO = "RS256"
        settings.OIDC_RP_SCOPES = "openid email profile"
        settings.OIDC_USE_PKCE = True
        settings.LOGIN_REDIRECT_URL, settings.LOGIN_REDIRECT_URL_FAILURE = "/", "/log-ind/"
        settings.ROOT_URLCONF = urls_with_oidc.__name__
        settings.AUTHENTICATION_BACKENDS = [
            "albertslund_it.sign_on.accounts.CommonAccount",
            *settings.AUTHENTICATION_BACKENDS,
        ]

    return use


@pytest.fixture
def provider(use_provider):
    """Return a provider that this process runs, with sign-on turned on."""
    provider = Provider()
    use_provider(provider.settings())
    yield provider
    provider.stop()
