"""What an API does not give."""


class FailedError(Exception):
    """Something cannot be had of an API; says why. `for_good`: nor will it ever."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.for_good = for_good
