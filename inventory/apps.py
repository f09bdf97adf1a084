from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Things and people: departments, units, employees, devices and who had which when."""

    name = "inventory"
    verbose_name = "Udstyr og organisation"
