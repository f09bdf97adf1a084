from leasing.models import Settings


def frame(request):
    """Give every page what its frame needs."""
    return {"site_settings": Settings.objects.filter(id=1).first()}
