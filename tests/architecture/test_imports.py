import pytest

from tests.architecture.imports import Module, faults, our_modules


def test_every_import_goes_down_and_only_one_module_reads_the_clock():
    modules = our_modules()
    assert {"leasing.domain.accrual", "inventory.models", "albertslund_it.settings"} <= {
        module.name for module in modules
    }
    assert faults(modules) == []


THERE = [
    Module("albertslund_it", "", is_package=True),
    Module("albertslund_it.roles", ""),
    Module("albertslund_it.web.clock", ""),
    Module("albertslund_it.common.money", ""),
    Module("inventory", "", is_package=True),
    Module("inventory.models", "", is_package=True),
    Module("inventory.selectors.devices", ""),
    Module("leasing", "", is_package=True),
    Module("leasing.models", "", is_package=True),
    Module("leasing.selectors.facts", ""),
    Module("leasing.services.closing", ""),
    Module("leasing.importers.prices", ""),
    Module("leasing.views.quarter", ""),
]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("albertslund_it.common.x", "from django.db import models"),
        ("albertslund_it.common.x", "import django"),
        ("albertslund_it.common.x", "from albertslund_it.web import clock"),
        ("albertslund_it.web.x", "from albertslund_it import roles"),
        ("albertslund_it.web.x", "from inventory.models import Unit"),
        ("inventory.views.x", "from leasing.models import Lease"),
        ("inventory.views.x", "import leasing.models"),
        ("inventory.views.x", "def f():\n    from leasing import models"),
        ("leasing.views.x", "from albertslund_it.roles import ALL"),
        ("leasing.domain.x", "from django.utils import timezone"),
        ("leasing.domain.x", "from leasing.models import Lease"),
        ("leasing.domain.x", "from ..models import Lease"),
        ("leasing.models.x", "from leasing.selectors.facts import facts"),
        ("leasing.selectors.x", "from leasing.services.closing import close_quarter"),
        ("leasing.selectors.x", "from albertslund_it.web.clock import today"),
        ("leasing.services.x", "from albertslund_it.web import clock"),
        ("leasing.services.x", "from leasing.views import quarter"),
        ("leasing.importers.x", "from .. import views"),
        ("leasing.exports.x", "from leasing.services.closing import close_quarter"),
        ("leasing.exports.x", "from leasing.models import Lease\nLease.objects.all()"),
        ("leasing.services.x", "from datetime import date\ndate.today()"),
        ("leasing.selectors.x", "import datetime\ndatetime.datetime.now()"),
        ("leasing.models.x", "from django.utils import timezone\nf(default=timezone.now)"),
        ("leasing.views.x", "from django.utils.timezone import localdate"),
        ("albertslund_it.demo.x", "import datetime as dt\ndt.date.today()"),
    ],
)
def test_a_wrong_import_or_a_look_at_the_clock_is_found(name, source):
    (fault,) = faults([*THERE, Module("leasing.views", "", True), Module(name, source)])
    assert fault.startswith(f"{name}:")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("leasing.views.x", "from albertslund_it.web import clock\nclock.today()"),
        ("leasing.views.x", "from . import quarter\nfrom leasing.services import closing"),
        ("leasing.importers.x", "from leasing.services.closing import close_quarter"),
        ("leasing.services.x", "from leasing.importers import prices"),
        ("leasing.selectors.x", "from inventory.selectors.devices import devices"),
        ("leasing.exports.x", "from leasing.selectors.facts import facts"),
        ("leasing.domain.x", "from albertslund_it.common.money import format_kroner"),
        ("albertslund_it.demo.x", "from leasing.services.closing import close_quarter"),
        ("inventory.models.x", "from django.db import models\nmodels.DateField(auto_now=True)"),
    ],
)
def test_an_import_that_goes_down_is_fine(name, source):
    assert faults([*THERE, Module("leasing.importers", "", True), Module(name, source)]) == []
