"""Deciding and wishing about ends that were ticked on the board, or all that its filters leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE, WISH_FOR_END
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import agreed_by, refuse_unless_sure, status_of
from albertslund_it.web.query import BACK, numbers_in, page_before
from albertslund_it.web.refusals import tell_refusal
from albertslund_it.web.requests import Request
from inventory.organisation.selectors.scope import devices_seen_by, sees_all, units_seen_by
from leasing.cost_table.moment import one_moment
from leasing.lease_end.forms import DecideForm, WishForm
from leasing.lease_end.presenters import board_url, change_of, choice_words
from leasing.lease_end.selectors.board import right_to_decide
from leasing.lease_end.selectors.offers import extensions_offered
from leasing.lease_end.selectors.term_ends import TermEnd, ends_of_terms
from leasing.lease_end.services.decisions import decide_ends, not_on_the_list
from leasing.lease_end.services.planned import PlannedEnds, planned
from leasing.lease_end.services.wishes import wish_for_end
from leasing.lease_end.views.asked import asked_board
from leasing.leases.selectors.limits import Limits

MOST = 10_000  # ends at a time
SHOWN = 500  # rows written out; the rest are in the table of alike ones
NOTHING_TICKED = "Sæt kryds ved det udstyr, der skal besluttes noget om."


def _offered(ends: Sequence[TermEnd]) -> dict[int, int]:
    """Return what the lessor offers a quarter of an extension for, by device."""
    offers = extensions_offered({end.device_id: end.model_id for end in ends}, today())
    return {device: offer.extension_ore or 0 for device, offer in offers.items()}


@dataclass
class Chosen:
    """The ends that an address or a form names, within what the user may see."""

    request: Request

    @property
    def is_sent(self) -> bool:
        """Return whether the form itself is sent, and not only more ends than an address holds."""
        return self.request.method == "POST" and self.request.POST.get("trin") != "valgt"

    @cached_property
    def asked(self) -> QueryDict:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @cached_property
    def term_ids(self) -> set[int]:
        """Return the terms; on the first page perhaps all that the board's filters leave."""
        if not self.is_sent and self.asked.get("alle"):
            with one_moment():
                board = asked_board(self.request)
                return set(board.term_ids()) if len(board) <= MOST else set()
        texts = chain.from_iterable(one.split(",") for one in self.asked.getlist("slut"))
        return numbers_in(texts)

    @cached_property
    def ends(self) -> list[TermEnd]:
        """Return the ends.

        Raises:
            Refused: when nothing is chosen, too much, or what the user does not see.
        """
        if not self.term_ids:
            if self.asked.get("alle"):
                raise Refused(f"Vælg færre: der kan besluttes om {MOST} ad gangen, og mindst ét.")
            raise Refused(NOTHING_TICKED)
        if len(self.term_ids) > MOST:
            raise Refused(f"Vælg højst {MOST} ad gangen.")
        found = ends_of_terms(self.term_ids)
        if len(found) < len(self.term_ids) or not self._sees({one.device_id for one in found}):
            raise not_on_the_list()
        return found

    def _sees(self, devices: set[int]) -> bool:
        user, day = self.request.user, today()
        if sees_all(user):
            return True
        seen = devices_seen_by(user, day).order_by().values_list("pk", flat=True)
        return devices.issubset(seen)

    @property
    def back(self) -> str:
        """Return the list they were chosen on, or else the page of the one that is chosen."""
        alone = ""
        if len(self.ends) == 1:
            alone = reverse("device-detail", args=[self.ends[0].device_id])
        return page_before(self.request, alone or self.board)

    @property
    def board(self) -> str:
        """Return the board as it was narrowed."""
        kept = self.request.GET.copy()
        for name in ("slut", "alle", "side", BACK):
            kept.pop(name, None)
        return f"{reverse('end-board')}?{kept.urlencode()}" if kept else reverse("end-board")

    def context(self) -> dict:
        return {
            "ends": self.ends[:SHOWN],
            "count": len(self.ends),
            "more": max(0, len(self.ends) - SHOWN),
            "term_ids": ",".join(str(end.term_id) for end in self.ends),
            "back": self.back,
        }


@permission_required(VIEW_DEVICE, raise_exception=True)
def decide(request):
    """Decide about the ends that are ticked: what it does is shown first, then saved."""
    right = right_to_decide(request.user, today())
    if not right.is_given:
        raise PermissionDenied
    chosen = Chosen(request)
    try:
        ends = chosen.ends
    except Refused as refused:
        return _nothing_chosen(request, chosen, refused)
    sent = request.POST if chosen.is_sent else None
    form = DecideForm(sent, ends=ends, offered=_offered(ends))
    status, plan = 200, None
    if chosen.is_sent:
        status = 422
        if form.is_valid():
            plan = planned(ends, form.wanted(), today())
            try:
                saved = _decide(request, form, chosen, right.units)
            except Refused as refused:
                status = status_of(form, refused)
            else:
                messages.success(request, saved)
                return redirect(chosen.back)
    context = {**chosen.context(), "form": form, **(_shown(plan) if plan else {})}
    context["sees_people"] = request.user.has_perm(VIEW_EMPLOYEE)
    return render(request, "leasing/lease_end/decide.html", context, status=status)


def _decide(request, form: DecideForm, chosen: Chosen, units) -> str:
    """Save, and return what is said of it."""
    wanted, ends = form.wanted(), chosen.ends
    plan = planned(ends, wanted, today())
    term_ids = plan.term_ids if form.cleaned_data["skips"] else [end.term_id for end in ends]
    if not term_ids:
        raise Refused(*(fault for row in plan.refused for fault in row.faults))

    def told():
        fresh = ends_of_terms(chosen.term_ids)
        return _told(planned(fresh, wanted, today()))

    limits = Limits.on(today())
    most = max(wanted.prices_ore.values(), default=0)
    agree = agreed_by(request.POST, told)

    def agree_and_be_sure():
        agree()
        refuse_unless_sure(limits.of_price(most), form.cleaned_data["is_sure"])

    decide_ends(
        term_ids=term_ids,
        wanted=wanted,
        actor=request.user,
        today=today(),
        now=now(),
        units=units,
        agree=agree_and_be_sure,
    )
    said = f"{choice_words(wanted.choice)} for {len(plan.changed)} stk."
    if plan.unchanged:
        said += f" {len(plan.unchanged)} stod sådan i forvejen."
    if plan.refused:
        said += f" {len(plan.refused)} er ikke ændret."
    return said


def _told(plan: PlannedEnds) -> list[tuple[str, str]]:
    """Return what the person agrees to, end by end."""
    rows = []
    for row in plan.rows:
        before, after = change_of(row.end, row.after, today())
        said = " ".join(row.faults) if row.faults else f"{before} → {after}"
        if row.added_ore:
            said += f", {format_kroner(row.added_ore)}"
        rows.append((f"{row.end.serial_number} ved udløb {row.end.last_day:%d-%m-%Y}", said))
    return rows


def _shown(plan: PlannedEnds) -> dict:
    """Return what the page shows of what it would do."""
    rows = [(row, *change_of(row.end, row.after, today())) for row in plan.changed]
    alike: dict[tuple[str, str, str], list] = {}
    for row, before, after in rows:
        alike.setdefault((row.end.model_name, before, after), []).append(row)
    groups = [
        (*key, len(found), sum(row.added_ore for row in found), sum(r.dropped_ore for r in found))
        for key, found in sorted(alike.items())
    ]
    return {
        "plan": plan,
        "rows": rows[:SHOWN],
        "hidden_rows": max(0, len(rows) - SHOWN),
        "groups": groups,
        "refused": [fault for row in plan.refused for fault in row.faults],
        "added_ore": sum(row.added_ore for row in plan.changed),
        "dropped_ore": sum(row.dropped_ore for row in plan.changed),
        "told": _told(plan),
    }


def _nothing_chosen(request, chosen: Chosen, refused: Refused):
    """Return why nothing can be decided; a first look goes back to the board."""
    if not chosen.is_sent:
        tell_refusal(request, refused)
        return redirect(page_before(request, chosen.board))
    context = {"reasons": refused.reasons, "back": board_url()}
    return render(request, "leasing/lease_end/nothing_chosen.html", context, status=422)


@permission_required(WISH_FOR_END, raise_exception=True)
def wish(request):
    """Wish for the ends that are ticked; IT decides by it."""
    chosen = Chosen(request)
    try:
        chosen.ends  # noqa: B018
    except Refused as refused:
        return _nothing_chosen(request, chosen, refused)
    form = WishForm(request.POST if chosen.is_sent else None)
    status = 200
    if chosen.is_sent:
        status = 422
        if form.is_valid():
            try:
                count = wish_for_end(
                    lease_ids={end.lease_id for end in chosen.ends},
                    units=units_seen_by(request.user, today()),
                    actor=request.user,
                    today=today(),
                    now=now(),
                    **form.cleaned_data,
                )
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error(None, reason)
            else:
                said = f"Ønsket er gemt for {count} stk. It-helpdesk kan se det."
                messages.success(request, said if count else "Intet ændret.")
                return redirect(chosen.back)
    context = {**chosen.context(), "form": form}
    return render(request, "leasing/lease_end/wish.html", context, status=status)
