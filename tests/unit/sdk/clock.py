"""Time in the test's hand, in place of the module ``time``."""


class FakeTime:
    """``monotonic`` stands still but for what is slept."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
