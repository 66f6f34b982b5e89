"""What can be asked for: topics."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Pages, Sync
from bus.api.exchange import Call, segment
from bus.api.models.topics import Groups, TopicShown, TopicWhole


class TopicsCalls(Sync):
    """What can be asked for: topics."""

    def list_topics(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        q: str | None = None,
    ) -> Pages[TopicShown]:
        """List the declared topics, and how the cluster has them.

        GET `/v1/topics`
        with a key of scope `status:read`
        """
        return self._pages(
            Call[TopicShown](
                "GET", "/v1/topics", query={"limit": limit, "cursor": cursor, "q": q}
            )
        )

    def get_topic(self, topic: str) -> TopicWhole:
        """Show a topic by partition: offsets, what is committed, what waits.

        GET `/v1/topics/{topic}`
        with a key of scope `status:read`
        """
        return self._ask(Call[TopicWhole]("GET", f"/v1/topics/{segment(topic)}"))

    def list_groups(self) -> Groups:
        """The groups that deliver: members, what waits for them, since when.

        GET `/v1/groups`
        with a key of scope `status:read`
        """
        return self._ask(Call[Groups]("GET", "/v1/groups"))
