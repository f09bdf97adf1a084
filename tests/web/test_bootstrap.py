"""The Bootstrap that a small package carries is the one its makers published."""

import base64
import hashlib
from pathlib import Path

from django.contrib.staticfiles import finders


# Version 5.3.3, as its documentation gives them for the integrity attribute.
def test_the_file_is_the_published_one():
    content = Path(finders.find("js-lib-bootstrap5/css/bootstrap.min.css")).read_bytes()
    published = "QWTKZyjpPEjISv5WaRU9OFeRpok6YctnYmDr5pNlyT2bRjXh0JMhjY6hW+ALEwIH"
    assert base64.b64encode(hashlib.sha384(content).digest()).decode() == published
