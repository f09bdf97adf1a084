"""The browser's way to the provider and back, without a browser."""

from html import unescape
from urllib.parse import urlsplit

import requests
from django.contrib.auth.models import User
from django.urls import reverse

from albertslund_it.sign_on.views import FAILED


def sign_on(client, after=""):
    """Follow the browser's way: to the provider, and back with a code."""
    return client.get(way_back(client, after))


def way_back(client, after=""):
    """Return the address that the provider sends the browser back to."""
    away = client.get(reverse("oidc_authentication_init"), {"next": after} if after else {})
    back = requests.get(away["Location"], allow_redirects=False, timeout=10).headers["Location"]
    parts = urlsplit(back)
    assert parts.path == "/konto/retur/"
    return f"{parts.path}?{parts.query}"


def who(client):
    user_id = client.session.get("_auth_user_id")
    return user_id and User.objects.get(id=user_id)


def assert_refused(client, response, why=FAILED):
    assert who(client) is None
    assert response["Location"] == "/log-ind/"
    assert why in unescape(client.get("/log-ind/").content.decode())
