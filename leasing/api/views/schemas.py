"""What programs send and are sent: the kinds of values, and the parts that several have."""

from datetime import date
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints

from albertslund_it.common.signs import without_unseen
from leasing.api.presenters.problems import DAY, NO_NUL, PERIOD, RUN_CODE, SERIAL_NUMBER
from leasing.api.selectors.paging import LARGEST


def _iso(value):
    """Take a day as ISO 8601 writes it, of a year that pages read too; nothing looser."""
    if isinstance(value, str):
        if len(value) != 10 or not ("2000" <= value[:4] <= "2099"):
            raise ValueError(DAY)
    elif value is not None and not isinstance(value, date):
        raise ValueError(DAY)
    return value


Id = Annotated[int, Field(ge=1, le=LARGEST)]
Seen = AfterValidator(without_unseen)  # as a form reads it
Text = Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL), Seen]
LongText = Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL), Seen]
Day = Annotated[date, BeforeValidator(_iso)]
Period = Annotated[str, StringConstraints(pattern=PERIOD)]
RunCode = Annotated[str, StringConstraints(pattern=RUN_CODE)]
SerialNumber = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=SERIAL_NUMBER)]


class Strict(Schema):
    """What is sent: a field that is not known is a misspelt one, and refused."""

    model_config = ConfigDict(extra="forbid")


class UnitRef(Schema):
    """A unit, and the department that it belongs to."""

    id: int
    number: str
    name: str
    department: str


class PersonRef(Schema):
    """An employee; null where the client's role reads no names."""

    id: int
    initials: str
    name: str


class DeviceRef(Schema):
    """A device by its serial number of today."""

    id: int
    serial_number: str


class FieldError(Schema):
    """What is wrong with one field."""

    where: str
    what: str


class Problem(Schema):
    """An error (RFC 9457). `detail` and `errors` are in Danish, as the pages say it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None
    request_id: str | None = None
    preview: list[list[str]] | None = None
    agreed: str | None = None
