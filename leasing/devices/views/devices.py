from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, render

from albertslund_it.common.permissions import (
    HANDLE_ORDERS,
    OBJECT_TO_DEVICE,
    SEE_LAST_SEEN,
    VIEW_DEVICE,
    VIEW_EMPLOYEE,
    WISH_FOR_END,
)
from albertslund_it.web.clock import now, today
from albertslund_it.web.lists.columns import ActsColumn
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.picking import BulkAction, Picking
from albertslund_it.web.lists.presets import Preset
from inventory.history.presenters import history_shown
from inventory.history.views import shown_history
from inventory.organisation.selectors.scope import devices_seen_by, sees_all
from leasing.confirmation.selectors.items import open_objection
from leasing.cost_table.moment import one_moment
from leasing.devices.presenters import (
    MayDo,
    acts_for,
    charges_with_runs,
    costs_with_names,
    stays_with_names,
)
from leasing.devices.selectors.device_list import leased_pc_cost
from leasing.devices.selectors.device_page import ReaderScope, charges, costs, timeline
from leasing.devices.selectors.history import history_of_device
from leasing.devices.tables.devices import DeviceRows, DeviceTable
from leasing.devices.tables.filters import (
    LEASED_PC,
    PLACED,
    UNLEASED,
    DeviceFilter,
)
from leasing.lease_end.presenters import what_happens
from leasing.lease_end.selectors.board import right_to_decide, wishes_of
from leasing.lease_end.selectors.term_ends import last_ends
from leasing.leases.presenters import lease_mark
from leasing.leases.selectors.leases import leasing_of
from leasing.models import Settings
from leasing.movements.presenters import breach_told, device_handling
from leasing.movements.selectors.states import device_state, expected_returns
from leasing.notes.views import notes_shown
from leasing.returns.presenters import MARKS
from leasing.returns.selectors.cages import cage_of
from leasing.undo.selectors.acts import last_act_on

# Without people there is no »Fra« either: a placement is imported whole, and would lose its person.
WITH_PEOPLE = ("person", "initials", "used_for", "placed_from")


class DeviceList(ListPage):
    """Every device that the user may see."""

    permission_required = VIEW_DEVICE
    table_class = DeviceTable
    filter_class = DeviceFilter
    title = "Udstyr"
    file_name = "udstyr"
    template_name = "leasing/devices/list.html"

    def get(self, request, *args, **kwargs):
        with one_moment():
            return super().get(request, *args, **kwargs)

    def presets(self):
        leased = Preset("Leasede pc'er", f"state={LEASED_PC}")
        unleased = Preset("Uden leasing", f"state={UNLEASED}")
        if not sees_all(self.request.user):
            return [leased, unleased, Preset("Alt")]
        return [
            leased,
            Preset("Hos enheder", f"state={PLACED}"),
            Preset("Leaset på lager", "waits=shelf"),
            Preset("Udløber uden valg", "waits=ending"),
            unleased,
            Preset("Alt"),
        ]

    def picking(self):
        if not self.request.user.has_perm(HANDLE_ORDERS):
            return None
        actions = [
            BulkAction("Flyt", "transfer", "held"),
            BulkAction("Tag tilbage", "take-back", "held"),
            BulkAction("Udlever", "hand-out", "stock"),
            BulkAction("Ret", "device-facts"),
            BulkAction("Skriv til brugerne", "device-message", "held"),
        ]
        if Settings.objects.filter(uses_labels=True).exists():
            actions.append(BulkAction("Etiketter", "labels"))
        return Picking(
            "serienumre",
            value=lambda row: row.serial_number,
            actions=tuple(actions),
            ore=lambda row: row.quarter_ore or 0,
            in_stock=lambda row: not (row.unit_id or row.left_on),
        )

    def acts(self):
        user = self.request.user
        may = MayDo(
            handles=user.has_perm(HANDLE_ORDERS),
            decides=right_to_decide(user, today()).is_given,
            wishes=user.has_perm(WISH_FOR_END),
            objects=user.has_perm(OBJECT_TO_DEVICE),
        )
        return ActsColumn(acts_for(may), lambda row: row.serial_number) if may else None

    def rows(self):
        return devices_seen_by(self.request.user, today())

    def filter_options(self):
        return {"people": self.request.user.has_perm(VIEW_EMPLOYEE)}

    def table_data(self, filtered):
        asked = self.request.GET
        by = {name: asked[name] for name in self.filter_class.base_filters if asked.get(name)}
        sees_everything = sees_all(self.request.user)
        counted = sees_everything and by == {"state": LEASED_PC}
        return DeviceRows(
            filtered,
            today(),
            is_narrowed=bool(by) or not sees_everything,
            cost=leased_pc_cost if counted else None,
        )

    def table_options(self):
        user = self.request.user
        hidden = [] if user.has_perm(VIEW_EMPLOYEE) else [*WITH_PEOPLE]
        hidden += [] if user.has_perm(SEE_LAST_SEEN) else ["last_seen"]
        return {"exclude": hidden}


@permission_required(VIEW_DEVICE, raise_exception=True)
def device_detail(request, pk):
    """Show everything about one device; out of scope it does not exist."""
    user, on = request.user, today()
    devices = devices_seen_by(user, on).select_related("model__category")
    device = get_object_or_404(devices.prefetch_related("former_serial_numbers"), pk=pk)
    reader = ReaderScope(user, on)
    sees_people = user.has_perm(VIEW_EMPLOYEE)
    found = costs(device, reader, on)
    leasing = leasing_of(device, on)
    state = device_state(device.pk)
    caged = cage_of(device) if reader.all else None
    end = last_ends([leasing.lease.pk]).get(leasing.lease.pk) if leasing else None
    context = {
        "device": device,
        "stays": stays_with_names(timeline(device, reader, on)),
        "leasing": leasing,
        "lease_mark": lease_mark(leasing.state) if leasing else "",
        "end": end and what_happens(end, on, with_people=sees_people),
        "term": end and end.term_id,
        "decides": end and right_to_decide(user, on).is_given,
        "wish": wishes_of([leasing.lease.pk], on).get(leasing.lease.pk) if leasing else None,
        "costs": found,
        "cost_rows": costs_with_names(found.rows),
        "charges": charges_with_runs(charges(device, reader)),
        "history": history_shown(
            history_of_device(device, with_people=sees_people, shown=shown_history(request))
        )
        if reader.all
        else None,
        "caged": caged and (caged[0], *MARKS[caged[1]]),
        "has_left": state.has_left(on),
        "sees_people": sees_people,
        "sees_last_seen": user.has_perm(SEE_LAST_SEEN),
        "handling": device_handling(
            state,
            expected_returns(state, on),
            on,
            may_handle=user.has_perm(HANDLE_ORDERS),
            with_people=sees_people,
        ),
        "breach": breach_told(state.loss, now()),
        "last_act": last_act_on(device, user, now()) if user.has_perm(HANDLE_ORDERS) else None,
        "notes": notes_shown(user, "device", device, "device-notes"),
        "objection": open_objection(device, user, on) if user.has_perm(OBJECT_TO_DEVICE) else None,
    }
    return render(request, "leasing/devices/detail.html", context)
