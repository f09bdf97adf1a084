"""The four pages that change who has devices: typed, shown with what it costs, then saved."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.generic import View

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import NotAsShown, agreed_by, status_of
from albertslund_it.web.query import number_in, page_before
from albertslund_it.web.requests import Request
from inventory.acts.presenters import tag_of
from inventory.models import Act
from inventory.organisation.selectors.scope import devices_seen_by
from leasing.models import OrderedDevice, OrderLine
from leasing.movements.forms import DevicesForm, HandOutForm, LendForm, TakeBackForm, TransferForm
from leasing.movements.presenters import TO_TAKE_BACK
from leasing.movements.selectors.overdue import next_to_take_back
from leasing.movements.selectors.states import moved_by, states_of
from leasing.movements.services.moves import Moved
from leasing.movements.views.carrying import carry_out
from leasing.movements.views.preview import preview_of
from leasing.orders.presenters.queues import next_tag
from leasing.orders.selectors.queues import Queue, next_in

PREVIEW = "virkning"  # the id of what is swapped in as one types


class MovementPage(PermissionRequiredMixin, View):
    """Show the form, then what it would do and cost, then do it."""

    permission_required = HANDLE_ORDERS
    raise_exception = True
    request: Request
    form_class: type[DevicesForm]
    title = ""
    heading = ""
    button = ""
    kind: Act.Kind
    done = ""  # what is said when it is done, of (so many devices)

    def get(self, request):
        return self.first_shown(request.GET)

    def first_shown(self, given):
        """Show the form with what a list or an address gives; numbers by lines, commas or names."""
        initial = {
            "serial_numbers": "\n".join(
                number
                for text in given.getlist("serienumre")
                for number in text.replace(",", " ").split()
            ),
            "employee": given.get("initialer", ""),
            "unit": given.get("enhed", ""),
            "used_for": given.get("bruges-til", ""),
            "starts_on": given.get("fra") or f"{today():%d-%m-%Y}",
            "replaces": given.get("erstatter", ""),
            "line": given.get("linje", ""),
            **self.further_initial(given),
        }
        # What the address gives is looked up as if it had been typed.
        form = self.make_form({name: value for name, value in initial.items() if value})
        form.is_valid()
        preview = preview_of(form, today())
        form.errors.clear()
        return self.page(form, preview)

    def further_initial(self, given) -> dict:
        """Return what the kind of page fills in beside."""
        return {}

    def post(self, request):
        if request.POST.get("trin") == "valgt":  # more than an address holds
            return self.first_shown(request.POST)
        form = self.make_form(request.POST)
        is_valid = form.is_valid()
        if request.htmx and request.htmx.target == PREVIEW:
            return self.fragment(form)
        if request.POST.get("trin") == "vis" or not is_valid:
            return self.page(form, preview_of(form, today()), 200 if is_valid else 422)
        agree = agreed_by(request.POST, lambda: preview_of(form, today()).told)
        try:
            moved, act = carry_out(self.kind, form, agree=agree, actor=request.user, now=now())
        except Refused as refused:
            if isinstance(refused, NotAsShown):
                self.name_who_moved(form, refused)
            return self.page(form, preview_of(form, today()), status_of(form, refused))
        self.tell(form, moved, act)
        return redirect(self.next_page(form))

    def name_who_moved(self, form, changed: NotAsShown) -> None:
        """Say by whom the devices were moved that are elsewhere than the person saw."""
        states = [s for s in states_of(form.found.ids).values() if str(s.device) in changed.what]
        names = moved_by(states) if states else {}
        changed.reasons[:0] = [
            f"{state.device} er sidst flyttet af {names[state.device.pk]}."
            for state in states
            if state.device.pk in names
        ]

    def make_form(self, data):
        devices = devices_seen_by(self.request.user, today())
        return self.form_class(data, today=today(), devices=devices)

    def tell(self, form, moved: Moved, act: Act | None) -> None:
        day = f"{form.cleaned_data['starts_on']:%d-%m-%Y}"
        if moved.changed:
            told = f"{_named(moved.changed)} {self.done} fra {day}."
            tags = f"{tag_of(act)} {next_tag(self.next_queue(form))}".strip()
            messages.success(self.request, told, extra_tags=tags)
        if moved.unchanged:
            messages.success(
                self.request, f"{_named(moved.unchanged)} {self.done} i forvejen: intet ændret."
            )

    def next_queue(self, form) -> str:
        """Return the queue that one works through, while there is more in it."""
        return ""

    def next_page(self, form) -> str:
        """Return the page that the form was opened from, or else where the devices are shown."""
        if back := page_before(self.request, ""):
            return back
        devices = form.found.devices
        if len(devices) == 1:
            return reverse("device-detail", args=[devices[0].pk])
        unit = form.cleaned_data.get("unit")
        query = {"unit": unit.pk} if unit else {}
        return f"{reverse('device-list')}?{urlencode(query)}" if query else reverse("device-list")

    def page(self, form, preview, status=200):
        context = {
            "form": form,
            "preview": preview,
            "title": self.title,
            "heading": self.heading,
            "button": self.button,
            "back": page_before(self.request, ""),
        }
        response = render(self.request, "leasing/movements/handle.html", context, status=status)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def fragment(self, form):
        context = {"form": form, "preview": preview_of(form, today())}
        return render(self.request, "leasing/movements/preview.html", context)


def _named(devices) -> str:
    return str(devices[0]) if len(devices) == 1 else f"{len(devices)} stk."


class HandOutPage(MovementPage):
    """Hand out."""

    form_class = HandOutForm
    kind = Act.Kind.HAND_OUT
    title = "Udlever"
    heading = "Udlever udstyr"
    button = "Udlever"
    done = "er udleveret"

    def further_initial(self, given):
        """Fill in what an order line asks for, and the device that is set aside for it."""
        number = number_in(given.get("linje", ""))
        if number is None:
            return {}
        line = OrderLine.objects.select_related("employee", "replaces").filter(pk=number).first()
        if line is None:
            return {}
        waiting = line.devices.filter(handed_out_on=None).select_related("device")
        numbers = "\n".join(str(one.device) for one in waiting)
        typed = "\n".join(given.getlist("serienumre"))
        return {
            "serial_numbers": typed or numbers,
            "employee": line.employee.short_name if line.employee else "",
            "unit": str(line.unit_id),
            "used_for": line.used_for,
            "replaces": str(line.replaces) if line.replaces else given.get("erstatter", ""),
        }

    def next_queue(self, form):
        was_for_an_order = OrderedDevice.objects.filter(device__in=form.found.ids).exists()
        return Queue.READY if was_for_an_order and next_in(Queue.READY) else ""

    def next_page(self, form):
        if form.lines and len(form.found.devices) > 1:
            if not next_in(Queue.READY):
                return reverse("front")  # the board says what is to be done next
            ready = f"{reverse('order-list')}?{urlencode({'status': 'Klar'})}"
            return page_before(self.request, ready)
        return super().next_page(form)


class TransferPage(MovementPage):
    """Move from one holder to another."""

    form_class = TransferForm
    kind = Act.Kind.TRANSFER
    title = "Flyt"
    heading = "Flyt udstyr"
    button = "Flyt"
    done = "er flyttet"


class TakeBackPage(MovementPage):
    """Take back to the stock."""

    form_class = TakeBackForm
    kind = Act.Kind.TAKE_BACK
    title = "Tag tilbage"
    heading = "Tag udstyr tilbage"
    button = "Tag tilbage"
    done = "er på it-lager"

    def next_queue(self, form):
        return TO_TAKE_BACK if next_to_take_back(today()) else ""


class LendPage(MovementPage):
    """Lend from the stock."""

    form_class = LendForm
    kind = Act.Kind.LOAN
    title = "Lån ud"
    heading = "Lån udstyr ud"
    button = "Lån ud"
    done = "er udlånt"
