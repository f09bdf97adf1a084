from leasing.models import Lease

# Up to here a full computation is done before the reader has blinked.
AT_ONCE = 2_000


def is_computed_now(request) -> bool:
    """Return whether a page works everything out at once, or shows first and computes after.

    The part that comes after fetches the same page with ?vis=beregning; so does its plain link.
    """
    return request.GET.get("vis") == "beregning" or Lease.objects.count() <= AT_ONCE
