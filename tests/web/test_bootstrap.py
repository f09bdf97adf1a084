"""The Bootstrap that a small package carries is the one its makers published."""

import base64
import hashlib
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders


# Version 5.3.3, as its documentation gives them for the integrity attribute.
@pytest.mark.parametrize(
    ("name", "published"),
    [
        (
            "css/bootstrap.min.css",
            "QWTKZyjpPEjISv5WaRU9OFeRpok6YctnYmDr5pNlyT2bRjXh0JMhjY6hW+ALEwIH",
        ),
        (
            "js/bootstrap.bundle.min.js",
            "YvpcrYf0tY3lHB60NNkmXc5s9fDVZLESaAA55NDzOxhy9GkcIdslK1eN7N6jIeHz",
        ),
    ],
)
def test_the_file_is_the_published_one(name, published):
    content = Path(finders.find(f"js-lib-bootstrap5/{name}")).read_bytes()
    assert base64.b64encode(hashlib.sha384(content).digest()).decode() == published
