"""Asking the API what its document promises, and what it does not, as schemathesis makes up."""

from collections import Counter
from dataclasses import dataclass, field

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from albertslund_it.wsgi import application
from leasing.api.presenters.problems import UNKNOWN

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = 25
HOST = "http://testserver"


@dataclass
class Asked:
    """What was asked of the API, and how it answered."""

    statuses: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.statuses.values())


def ask(secret, each, *, foreign=(), number=1, only=()):
    """Make so many requests of each operation, or only some; half of them as they should not be."""
    told = Asked()
    document = (
        Client().get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {secret}"}).json()
    )
    for signal in (request_started, request_finished):  # as Django's own client does
        signal.disconnect(close_old_connections)
    try:
        _ask_all(document, secret, each, foreign, number, only, told)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return told


def _ask_all(document, secret, each, foreign, number, only, told):
    schema = schemathesis.openapi.from_dict(document)
    schema.app = application
    for result in schema.get_all_operations():
        operation = result.ok()
        if only and operation.definition.raw["operationId"] not in only:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask_one(operation, mode, secret, each // 2, foreign, number, told)


def _ask_one(operation, mode, secret, count, foreign, number, told):
    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case):
        response = case.call(base_url=HOST, headers={"Authorization": f"Bearer {secret}"})
        told.statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)
        text = response.text
        for word in foreign:
            assert word not in text, f"{word} is in the answer of {case.method} {case.path}"
        assert UNKNOWN not in text, f"no words for a fault: {text}"
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"]

    try:
        one()
    except Exception as error:
        told.faults.append(f"{operation.label} {mode}: {error!r:.1500} {error}")
