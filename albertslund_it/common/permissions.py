"""What our permissions are called: each name stands here and nowhere else.

Who has which is in `albertslund_it/roles.py`. The names lie below it, where any subject may look.
"""

IMPORT_INVENTORY = "inventory.import_inventory"
MANAGE_ROLLOUT = "inventory.manage_rollout"
SEE_LAST_SEEN = "inventory.see_last_seen"
VIEW_ALL_DEPARTMENTS = "inventory.view_all_departments"
VIEW_DEVICE = "inventory.view_device"
VIEW_EMPLOYEE = "inventory.view_employee"
VIEW_ROLL = "inventory.view_roll"

ADD_SCENARIO = "leasing.add_scenario"
CLOSE_QUARTER = "leasing.close_quarter"
DECIDE_APPROVAL = "leasing.decide_approval"
DECIDE_LEASE_END = "leasing.decide_lease_end"
EXPORT_REBILLING = "leasing.export_rebilling"
HANDLE_ORDERS = "leasing.handle_orders"
MANAGE_AMOUNTS = "leasing.manage_amounts"
OBJECT_TO_DEVICE = "leasing.object_to_device"
RECONCILE = "leasing.reconcile"
REGISTER_DELIVERIES = "leasing.register_deliveries"
SETTLE_OBJECTION = "leasing.settle_objection"
VIEW_BILLINGRUN = "leasing.view_billingrun"
VIEW_ORDER = "leasing.view_order"
VIEW_SUPPLIERINVOICE = "leasing.view_supplierinvoice"
WISH_FOR_END = "leasing.wish_for_end"
