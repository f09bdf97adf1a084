"""What can be read, and how each looks. How a resource is added is in CONTRIBUTING.md."""

from leasing.api.views.resources import billing, devices, leases, lessor, orders, organisation

RESOURCES = tuple(
    resource
    for theme in (devices, organisation, leases, orders, billing, lessor)
    for resource in theme.RESOURCES
)
