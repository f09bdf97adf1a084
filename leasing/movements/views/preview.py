"""What a form that is being filled in would do: the devices, the person, the cost."""

from datetime import date
from itertools import islice

from leasing.data_quality.presenters.words import words_of_made
from leasing.movements.forms import DevicesForm
from leasing.movements.presenters import IN_STOCK, SHOWN, MovementPreview, where
from leasing.movements.selectors.plans import PlannedMovement
from leasing.movements.selectors.states import DROP_LATER, states_of
from leasing.movements.services.movements import faults_of_set_aside
from leasing.orders.selectors.people import people_matching


def preview_of(form: DevicesForm, today: date) -> MovementPreview:
    """Work out what a form, whole or half filled in, would do."""
    plan = _planned(form, today)
    day = plan.starts_on
    is_typed = "employee" in form.fields and form["employee"].value()
    faults = list(map(str, form.errors.get("employee", ()))) if is_typed else []
    people = people_matching(form["employee"].value()[:100], today) if faults else []
    holdings = plan.holdings()
    return MovementPreview(
        states=plan.states,
        rows=[
            (state, where(state.on(day)), where(holder) if holder else "")
            for state in plan.states
            for holder in [plan.holders.get(state.device.pk)]
        ],
        replaced=plan.replaced,
        taken=[(state, where(state.on(day)), IN_STOCK) for state in plan.taken_back()],
        unknown=form.found.unknown[:SHOWN],
        later=[
            (state, placement.starts_on, where(placement))
            for state, placement in islice(plan.later_moves(), SHOWN)
        ],
        later_choice=form.cleaned_data.get("later", ""),
        employee=plan.employee,
        # Those who fit are offered at the field; that nobody does is worth saying.
        employee_fault="" if people else " ".join(faults),
        people=people,
        had=plan.had(),
        holdings=holdings,
        is_second=plan.is_second(holdings),
        consequence=plan.consequence(today),
        findings=words_of_made(plan.findings()),
        hindrances=[
            fault
            for state in (plan.states if "line" in form.fields else ())
            if (holder := plan.holders.get(state.device.pk))
            for fault in faults_of_set_aside([state], holder)
        ][:SHOWN],
        starts_on=day,
    )


def _planned(form: DevicesForm, today: date) -> PlannedMovement:
    data = form.cleaned_data
    replaced = data.get("replaces")
    found = states_of([*form.found.ids, *([replaced.pk] if replaced else [])])
    old = found.pop(replaced.pk, None) if replaced else None
    replaces = form.replaced(found)
    missing = set(replaces.values()) - {old.device.pk if old else None}
    known = ({old.device.pk: old} if old else {}) | (states_of(sorted(missing)) if missing else {})
    return PlannedMovement(
        states=tuple(found.values()),
        holders=form.holders(found),
        starts_on=data.get("starts_on") or today,
        employee=data.get("employee"),
        replaced=old,
        olds={pk: known[of] for pk, of in replaces.items() if of in known},
        is_taken_back=bool(data.get("takes_old_back")),
        line=data.get("line"),
        is_loan="due_on" in form.fields,
        drops_later=data.get("later") == DROP_LATER,
    )
