"""A database that is gone is told apart from an error of ours."""

import sqlite3

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError

from albertslund_it.web.failure import database_is_gone


def caused(error, cause):
    error.__cause__ = cause
    return error


def sqlite_error(code):
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "is_gone"),
    [
        (caused(OperationalError(), psycopg.OperationalError("refused")), True),
        (caused(OperationalError(), psycopg.errors.AdminShutdown()), True),
        (caused(OperationalError(), psycopg.errors.TooManyConnections()), True),
        (caused(InterfaceError(), psycopg.InterfaceError("closed")), True),
        (caused(OperationalError(), sqlite_error(sqlite3.SQLITE_CANTOPEN)), True),
        (caused(ValueError(), caused(OperationalError(), psycopg.OperationalError())), True),
        (caused(OperationalError(), psycopg.errors.DeadlockDetected()), False),
        (caused(OperationalError(), psycopg.errors.DiskFull()), False),
        (caused(OperationalError(), psycopg.errors.QueryCanceled()), False),
        (caused(OperationalError(), sqlite_error(sqlite3.SQLITE_BUSY)), False),
        (ProgrammingError(), False),
        (ValueError(), False),
        (None, False),
    ],
)
def test_only_a_database_that_cannot_be_reached_is_gone(error, is_gone):
    assert database_is_gone(error) is is_gone
