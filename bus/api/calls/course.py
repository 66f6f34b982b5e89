"""What can be asked for: course."""

# Written from the table of routes by `make client`, not by hand.
from typing import Literal, TypeAlias

from bus.api.asking import Sync
from bus.api.exchange import Call, segment
from bus.api.models.course import Course

GetSubscriptionCourseSpan: TypeAlias = Literal["1h", "24h"]


class CourseCalls(Sync):
    """What can be asked for: course."""

    def get_subscription_course(
        self, subscription: str, *, span: GetSubscriptionCourseSpan | None = None
    ) -> Course:
        """How deliveries fared over the last hour or day, step by step.

        GET `/v1/subscriptions/{subscription}/course`
        with a key of scope `subscriptions:read`
        """
        return self._ask(
            Call[Course](
                "GET",
                f"/v1/subscriptions/{segment(subscription)}/course",
                query={"span": span},
            )
        )
