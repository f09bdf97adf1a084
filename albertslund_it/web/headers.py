"""What a browser is told of every answer, static files and pages of errors among them."""

# The camera reads labels at a stocktake. Nothing else of the machine that a page is shown on is for
# a page of ours, nor for what it might load.
PERMISSIONS = (
    "accelerometer=(), camera=(self), display-capture=(), geolocation=(), gyroscope=(), hid=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), "
    "screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"
)
HEADERS = {
    "Permissions-Policy": PERMISSIONS,
    # No other site may show or read a file of ours, and no page of ours is opened by another's.
    "Cross-Origin-Resource-Policy": "same-origin",
}


def tell_the_browser(get_response):
    """Say what a browser may do with an answer, where the answer does not say so itself."""

    def middleware(request):
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware
