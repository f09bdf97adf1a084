"""What is in the scene that a new person meets, looked at on one day."""

from datetime import date

TODAY = date(2026, 11, 23)
