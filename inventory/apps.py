from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Things and people: departments, units, employees, devices and who had which when."""

    name = "inventory"
    verbose_name = "Udstyr og organisation"

    def ready(self):
        from albertslund_it.web.lists.presets import SAVED
        from inventory.presets.selectors import saved_presets

        SAVED.append(saved_presets)
