from io import BytesIO

from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import get_object_or_404, render

from albertslund_it.common.permissions import SEE_LAST_SEEN, VIEW_EMPLOYEE
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import EXCEL
from inventory.models import Employee
from inventory.organisation.selectors.scope import sees_all
from leasing.retention.exports import write_person
from leasing.retention.presenters.held import matters_shown
from leasing.retention.presenters.person import sheets_of
from leasing.retention.selectors.person import held_on
from leasing.retention.selectors.roles import numbers_of_retention, permissions_by_role
from leasing.retention.services.handing_over import note_handing_over


def held(request):
    """Show what is held about people, for how long and who reads it; to whoever logs in."""
    matters = matters_shown(numbers_of_retention(), permissions_by_role())
    return render(request, "leasing/retention/held.html", {"matters": matters})


def person_file(request, pk):
    """Show what there is on one person, and hand it over as a file, which history tells of."""
    if not (request.user.has_perm(VIEW_EMPLOYEE) and sees_all(request.user)):
        raise PermissionDenied
    employee = get_object_or_404(Employee.objects.select_related("unit__department"), pk=pk)
    sees_use = request.user.has_perm(SEE_LAST_SEEN)
    sheets = sheets_of(held_on(employee, with_last_seen=sees_use))
    if request.method == "POST":
        note_handing_over(employee=employee, actor=request.user)
        stream = BytesIO()
        title = f"Persondata for {employee}, hentet {today():%d-%m-%Y}"
        write_person(stream, title=title, sheets=sheets)
        stream.seek(0)
        name = f"persondata-{employee.initials or employee.pk}.xlsx"
        return FileResponse(stream, as_attachment=True, filename=name, content_type=EXCEL)
    context = {"employee": employee, "sheets": sheets, "sees_use": sees_use}
    return render(request, "leasing/retention/person.html", context)
