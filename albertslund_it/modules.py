"""Close the pages of what the settings have switched off."""

from django.http import Http404

from leasing.settings.selectors import module_of, modules_off


class OnlyWhatIsUsed:
    """Let a page of a module be found only while the module is on; other pages ask nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        module = module_of(request.resolver_match.url_name or "")
        if module and module in modules_off():
            raise Http404("the module is switched off")
