from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_USERS
from albertslund_it.web.clock import now, today
from albertslund_it.web.query import page_before
from albertslund_it.web.refusals import tell_refusal
from leasing.users.presenters import hindrance_shown, last_day
from leasing.users.selectors.posts import DEPARTMENT, Post, posts
from leasing.users.services.users import invite_leaders


@permission_required(MANAGE_USERS, raise_exception=True)
def post_list(request):
    """Show who answers for each department and unit, and invite the leaders that are chosen."""
    day = today()
    if request.method == "POST":
        chosen, onwards = request.POST.getlist("post"), request.get_full_path()
        try:
            if not chosen:
                raise Refused("Vælg de ledere, der skal have en mail.")
            invited = invite_leaders(actor=request.user, keys=chosen, today=day, now=now())
        except Refused as refused:
            tell_refusal(request, refused)
        else:
            if not invited.left_out:  # which is mended here
                onwards = page_before(request, onwards)
            if count := len(invited.users):
                leaders = "ledere" if count > 1 else "leder"
                messages.success(request, f"{count} {leaders} har fået adgang.")
            for post in invited.left_out:
                said = f"{post.leader} ({post.name}) er ikke inviteret. {hindrance_shown(post)}"
                messages.warning(request, said)
        return redirect(onwards)
    found = posts(day, request.user)
    context = {
        "departments": [_shown(one) for one in found if one.kind == DEPARTMENT],
        "units": [_shown(one) for one in found if one.kind != DEPARTMENT],
        "vacant": sum(one.is_vacant for one in found if one.kind == DEPARTMENT),
        "to_ask": sum(one.is_to_be_asked for one in found),
    }
    return render(request, "leasing/users/posts.html", context)


def _shown(post: Post) -> dict[str, object]:
    """Return a post with its holders and the last day of each."""
    asked = "afdeling" if post.kind == DEPARTMENT else "enhed"
    return {
        "new_url": f"{reverse('user-new')}?{asked}={post.id}",
        "post": post,
        "hindrance": hindrance_shown(post),
        "holders": [(one, one.ends_before and last_day(one.ends_before)) for one in post.holders],
        "is_department": post.kind == DEPARTMENT,
    }
