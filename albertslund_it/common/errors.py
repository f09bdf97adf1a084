"""The one error that a person sees."""


class Refused(Exception):
    """A request that cannot be met, with every reason in Danish; nothing was written.

    Services and importers raise it; a page shows the reasons, a command prints them to standard
    error and exits with 1.
    """

    def __init__(self, *reasons: str):
        self.reasons = list(reasons)
        super().__init__("\n".join(reasons))
