"""What our permissions are called: each name stands here and nowhere else."""

SEES_ALL = "inventory.view_all_departments"


SEES_PEOPLE = "inventory.view_employee"
