from graphlib import TopologicalSorter

import pytest

from tests.architecture.imports import Module, faults, our_modules, uses
from tests.architecture.subjects import SUBJECTS


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
    Module("inventory.devices.selectors", ""),
    Module("leasing", "", is_package=True),
    Module("leasing.urls", ""),
    Module("leasing.models", "", is_package=True),
    Module("leasing.billing.selectors.facts", ""),
    Module("leasing.billing.services.closing", ""),
    Module("leasing.leases.importers", ""),
    Module("leasing.quarters.views.quarters", ""),
]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("albertslund_it.common.x", "from django.db import models"),
        ("albertslund_it.common.x", "import django"),
        ("albertslund_it.common.x", "from albertslund_it.web import clock"),
        ("albertslund_it.web.x", "from albertslund_it import roles"),
        ("albertslund_it.web.x", "from inventory.models import Unit"),
        ("inventory.rollout.views", "from leasing.models import Lease"),
        ("inventory.rollout.views", "import leasing.models"),
        ("inventory.rollout.views", "def f():\n    from leasing import models"),
        ("inventory.history.selectors", "from inventory.devices.selectors import matching"),
        ("leasing.quarters.views.x", "from albertslund_it.roles import ALL"),
        ("leasing.quarters.views.x", "from leasing import urls"),
        ("leasing.domain.x", "from django.utils import timezone"),
        ("leasing.domain.x", "from leasing.models import Lease"),
        ("leasing.domain.x", "from ..models import Lease"),
        ("leasing.models.x", "from leasing.billing.selectors.facts import facts"),
        ("leasing.billing.selectors.x", "from leasing.billing.services.closing import f"),
        ("leasing.billing.selectors.x", "from albertslund_it.web.clock import today"),
        ("leasing.billing.services.x", "from albertslund_it.web import clock"),
        ("leasing.billing.services.x", "from leasing.quarters.views import quarters"),
        ("leasing.billing.services.x", "from leasing.leases.services import prices"),
        ("leasing.quarters.services", "from leasing.leases.importers import PRICES"),
        ("leasing.rebilling.exports.x", "from leasing.supplier.importers import xml"),
        ("leasing.rebilling.exports.x", "from leasing.models import Lease\nLease.objects.all()"),
        ("leasing.quarters.selectors", "from inventory.rollout.views import machine"),
        ("leasing.billing.services.x", "from datetime import date\ndate.today()"),
        ("leasing.billing.selectors.x", "import datetime\ndatetime.datetime.now()"),
        ("leasing.models.x", "from django.utils import timezone\nf(default=timezone.now)"),
        ("leasing.quarters.views.x", "from django.utils.timezone import localdate"),
        ("albertslund_it.demo.x", "import datetime as dt\ndt.date.today()"),
        ("leasing.quarters.helpers", ""),
        ("leasing.misc.views", ""),
        ("leasing.device_list", ""),
    ],
)
def test_what_stands_or_opens_where_it_may_not_is_found(name, source):
    (fault,) = faults([*THERE, Module("leasing.quarters.views", "", True), Module(name, source)])
    assert fault.startswith(f"{name}:")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("leasing.quarters.views.x", "from albertslund_it.web import clock\nclock.today()"),
        ("leasing.quarters.views.x", "from . import quarters"),
        ("leasing.quarters.views.x", "from leasing.billing.services import closing"),
        ("leasing.leases.importers", "from leasing.billing.services.closing import close_quarter"),
        ("leasing.billing.selectors.x", "from inventory.devices.selectors import devices"),
        ("leasing.rebilling.exports.x", "from leasing.billing.selectors.facts import facts"),
        ("leasing.rebilling.services", "from leasing.rebilling.presenters import words"),
        ("leasing.domain.x", "from albertslund_it.common.money import format_kroner"),
        ("leasing.management.commands.x", "from leasing.billing.services.closing import f"),
        ("albertslund_it.demo.x", "from leasing.billing.services.closing import close_quarter"),
        ("inventory.models.x", "from django.db import models\nmodels.DateField(auto_now=True)"),
    ],
)
def test_an_import_that_goes_down_is_fine(name, source):
    assert faults([*THERE, Module("leasing.quarters.views", "", True), Module(name, source)]) == []


def test_subjects_stand_on_each_other_without_a_circle_and_name_only_what_they_use():
    used = uses(our_modules())
    for app, subjects in SUBJECTS.items():
        TopologicalSorter(subjects).prepare()  # raises a CycleError for a circle
        assert {name: set(below) for name, below in subjects.items()} == used[app]
