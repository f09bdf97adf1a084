"""What browsers and proxies may keep of a page: nothing, as it may name people."""

from django.utils.cache import patch_cache_control


def keep_no_copies(get_response):
    """Return who carries a page not to keep it: after logging out, Back must not show it."""

    def middleware(request):
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware
