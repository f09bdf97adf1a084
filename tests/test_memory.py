"""Files of many rows: memory does not grow with them."""

import tracemalloc
from itertools import chain, repeat
from tempfile import TemporaryFile

import pytest
from django.urls import resolve

from albertslund_it.common.progress import told_nobody
from albertslund_it.web.lists.pages import write_list
from inventory.models import Device
from leasing.cost_table.moment import bring_up_to_date
from leasing.rebilling.exports import files
from tests import builders as make
from tests.leasing.closed import TODAY, close, town

pytestmark = pytest.mark.django_db
GROWS_AT_MOST = 1.3  # times, where there are four times as many rows


def peak_of(make_file):
    """Return what was held at once while a file was made; the file itself is on disk."""
    with TemporaryFile() as stream:
        tracemalloc.start()
        try:
            make_file(stream)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def test_a_workbook_of_a_quarter(monkeypatch):
    town()
    run = close()
    read = files.specified_lines

    def workbook(times):
        def many(run):
            return chain.from_iterable(repeat(line, times) for line in read(run))

        monkeypatch.setattr(files, "specified_lines", many)
        return lambda stream: files._write(
            stream, files.WORKBOOK, files.rebilling_of(run), TODAY, told_nobody
        )

    peak_of(workbook(200))  # what is made once and kept
    few, many = peak_of(workbook(250)), peak_of(workbook(1000))
    assert many < GROWS_AT_MOST * few


def test_a_list(cast):
    page = resolve("/udstyr/").func.view_class
    model = make.model()

    def lengthen(first, last):
        Device.objects.bulk_create(
            Device(serial_number=f"PF{n:06d}", model=model) for n in range(first, last)
        )
        assert bring_up_to_date()  # which whoever reads first does

    def file(stream):
        write_list(page, cast.helpdesk, "status=alle", {}, stream, told_nobody)

    lengthen(0, 1000)  # twice what is read at once
    peak_of(file)  # what is made once and kept
    few = peak_of(file)
    lengthen(1000, 4000)
    many = peak_of(file)
    assert many < GROWS_AT_MOST * few
