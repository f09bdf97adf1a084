"""What users are called on the screen and in what is recorded as done by them."""


def name_of(user) -> str:
    """Give a user's full name, or the user name of who has none; '' for nobody."""
    return (user.get_full_name() or user.get_username()) if user else ""
