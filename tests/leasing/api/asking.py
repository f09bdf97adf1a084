"""Asking as a program does: with a token, for JSON."""

import json
from uuid import uuid4

from django.test import Client

from leasing.api.presenters.words import WORDS
from leasing.models import ApiClient, Settings
from tests import builders as make

EVERYTHING = tuple(WORDS)
ROOT = "/api/v1/"


class Program:
    """A client with a token; `get` and `post` return responses, `items` what all pages hold."""

    def __init__(self, user, scopes=EVERYTHING, secret="", **token):
        Settings.objects.update(uses_api=True)
        self.secret = secret or f"pcl_{user.username}"
        made = ApiClient.objects.filter(user=user).first()
        self.client = made or make.api_client(user, scopes, name=user.username)
        self.token = make.api_token(self.client, self.secret, **token)
        self.http = Client(headers={"Authorization": f"Bearer {self.secret}"})

    def get(self, path, **query):
        headers = query.pop("headers", None)
        return self.http.get(ROOT + path, query, headers=headers)

    def post(self, path, body, key=None):
        return self.http.post(
            ROOT + path,
            json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": key or str(uuid4())},
        )

    def items(self, path, **query):
        found, cursor = [], ""
        while cursor is not None:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            assert page.status_code == 200, page.content
            found += page.json()["items"]
            cursor = page.json()["next_cursor"]
        return found


def problem_of(response, status):
    """Return an error, which is a problem and never a page."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    told = response.json()
    assert (told["status"], bool(told["title"])) == (status, True)
    return told
