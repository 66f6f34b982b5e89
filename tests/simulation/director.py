"""Carries out a plan: writes events, brings troubles, heals, waits for rest."""

from collections.abc import Callable
from functools import partial

from bus.contracts.codec import parse_schema
from bus.delivery.subscription import State, Subscription
from bus.delivery.succession import following
from bus.record import Commit, Message, TopicPartition
from processors.delivery.acks import ack_key
from processors.subscriptions.stored import store
from tests.simulation.crew import Crew
from tests.simulation.forms import SCHEMA, reformed
from tests.simulation.known import Known
from tests.simulation.odd import PADDING
from tests.simulation.partners import Endpoints
from tests.simulation.plan import (
    PATIENCE_S,
    Damage,
    Fate,
    Form,
    Kind,
    Mood,
    Partner,
    Send,
    Trouble,
)
from tests.simulation.producers import an_event, key_of, name_of, written
from tests.simulation.programs import SCHEMA_IDS, MakeEngine
from tests.simulation.rest import lagging
from tests.simulation.world import TOPOLOGY, World
from tests.support.facts import NOON, a_subscription
from tests.support.worlds import KEYS, Randomness

_SCHEMA = parse_schema(SCHEMA)
_SOURCE = "oms.order"
_NO_UTF8 = (b"\xff\xfe".decode(errors="surrogateescape"), b"v")
_LOOK_S = 0.5
_REST_S = 120.0
_SCHEDULES = (("1s", "5s"), ("5s", "1s"), ("1s",), ("5s",))
_SECRET = {
    "id": "first",
    "value": "whsec_" + "A" * 32,
    "created_at": NOON.isoformat(),
}


class Director:
    """Runs in the world, outside all processes."""

    def __init__(self, world: World, make_engine: MakeEngine) -> None:
        self._world = world
        self._plan = world.plan
        self._endpoints = Endpoints(world)
        self._crew = Crew(world, self._endpoints, make_engine)
        self._troubles: dict[Kind, Callable[[Trouble], None]] = {
            Kind.CRASH: self._crew.crash,
            Kind.FREEZE: self._crew.freeze,
            Kind.ROLL: self._crew.roll,
            Kind.SCALE: self._crew.scale,
            Kind.EXPEL: self._crew.expel,
            Kind.BROKER_AWAY: self._broker_away,
            Kind.REGISTRY_AWAY: self._registry_away,
            Kind.CLOCK_JUMP: self._crew.clock_jump,
            Kind.PAUSE: self._pause,
            Kind.UPDATE: self._update,
            Kind.REMOVE: self._remove,
            Kind.ACK: self._ack,
            Kind.EXPIRE: self._expire,
            Kind.TOPIC_ANEW: self._topic_anew,
        }

    async def run(self) -> bool:
        """Do all of it; say if everything came to rest in the end."""
        for partner in self._plan.partners:
            if partner.late:
                self._world.at(2.0, self._add, partner)
            else:
                self._add(partner)
        for _ in range(self._plan.options.processes):
            self._crew.start()
        for send in self._plan.sends:
            self._world.at(send.at, self._send, send)
        for trouble in self._plan.troubles:
            self._world.at(trouble.at, self._bring, trouble)
        await self._world.clock.sleep(self._plan.heals_at)
        self._heal()
        until = self._world.loop.time() + _REST_S
        while not self._at_rest():
            if self._world.loop.time() > until:
                return False
            await self._world.clock.sleep(_LOOK_S)
            self._activate_all()
        return True

    # ------------------------------------------------ the OMS and its partners

    def _send(self, send: Send) -> None:
        world = self._world
        if not world.broker.is_up:
            self._world.at(world.up_at + 0.01, self._send, send)
            return
        if _SOURCE not in world.broker.topics:
            self._world.later(0.05, self._send, send)
            return
        key, ids = send.habit
        event = an_event(send.number, send.order, ids)
        schema_id = SCHEMA_IDS[send.number % len(SCHEMA_IDS)]
        value, headers = written(event, ids, _SCHEMA, schema_id)
        value, headers = reformed(send.form, event, schema_id, (value, headers))
        if send.damage is Damage.BODY:
            value = value[:2] + b"%d" % send.number
        elif send.damage is Damage.HEADER:
            headers = (*headers, _NO_UTF8)
        if send.large:
            headers = (*headers, PADDING)
        message = Message(
            _SOURCE,
            key_of(send.order, send.number, key),
            value,
            headers,
            int(send.order[-1]) % 2,  # an order stays in a partition, whatever its key
        )
        at = world.broker.append(message, send.created_ms)
        record = world.broker.log(TopicPartition(*at[:2])).read(at.offset, 1)[0]
        known = Known(
            f"e{send.number}",
            name_of(event, ids, record),
            send.order,
            str(event.data["status"]),
            self._fate(send),
            record,
            world.loop.time(),
        )
        world.witness.produced(known)

    def _fate(self, send: Send) -> Fate:
        refusal = self._plan.refusal
        if send.damaged:
            return Fate.ASIDE
        if refusal is None or not self._refused(send):
            return Fate.GIVEN
        if refusal.until == float("inf"):
            return Fate.ASIDE
        first = min(s.at for s in self._plan.sends if self._refused(s))
        in_time = refusal.until - first < PATIENCE_S
        return Fate.GIVEN if in_time else Fate.OPEN

    def _refused(self, send: Send) -> bool:
        """JSON names no schema, so that none is refused by its id."""
        return send.form is not Form.JSON and self._plan.refuses(send.number)

    def _add(self, partner: Partner) -> None:
        subscription = a_subscription(
            partner.id,
            url=f"https://{partner.id}.example/hook",
            filter="status == 'paid'" if partner.filtered else None,
            ordering=partner.ordering,
            on_exhausted=partner.on_exhausted,
            retry=partner.retry,
            concurrency=partner.concurrency,
            rate=partner.rate,
            timeout_s=partner.timeout_s,
            secrets=[_SECRET],
        )
        for topic in TOPOLOGY.topics_of(subscription):
            self._world.broker.create(topic)
        self._write(subscription)

    def _write(self, subscription: Subscription) -> None:
        world = self._world
        if not world.broker.is_up:
            self._world.at(world.up_at + 0.01, self._write, subscription)
            return
        value = store(subscription, KEYS, Randomness())
        key = subscription.id.encode()
        world.broker.append(Message(TOPOLOGY.subscriptions, key, value))

    def _change(self, target: int, **fields: object) -> None:
        if not self._world.broker.is_up:
            at = self._world.up_at + 0.01
            self._world.at(at, partial(self._change, target, **fields))
            return
        versions = self._world.witness.versions
        now = versions[sorted(versions)[target % len(versions)]][-1][1]
        if now.state is State.REMOVING:
            return
        new = following(now.model_copy(update=fields), now)
        for topic in TOPOLOGY.topics_of(new):
            self._world.broker.create(topic)
        self._write(new)

    # ------------------------------------------------ other troubles

    def _bring(self, trouble: Trouble) -> None:
        self._world.tell("world", f"trouble: {trouble.kind}")
        self._troubles[trouble.kind](trouble)

    def _broker_away(self, trouble: Trouble) -> None:
        world = self._world
        world.broker.down()
        world.up_at = max(world.up_at, world.loop.time() + trouble.length_s)
        self._world.at(world.up_at, self._broker_back)

    def _broker_back(self) -> None:
        if self._world.loop.time() >= self._world.up_at:
            self._world.tell("broker", "is back")
            self._world.broker.up()

    def _registry_away(self, trouble: Trouble) -> None:
        self._world.registry_back_at = self._world.loop.time() + trouble.length_s

    def _pause(self, trouble: Trouble) -> None:
        self._change(trouble.target, state=State.PAUSED)
        self._world.later(
            trouble.length_s,
            lambda: self._change(trouble.target, state=State.ACTIVE),
        )

    def _update(self, trouble: Trouble) -> None:
        names, moods = sorted(self._world.witness.versions), list(Mood)
        name = names[trouble.target % len(names)]
        self._endpoints.moods[name] = moods[trouble.callbacks % len(moods)]
        self._change(
            trouble.target,
            concurrency=trouble.callbacks,
            retry=_SCHEDULES[trouble.callbacks % len(_SCHEDULES)],
        )

    def _remove(self, trouble: Trouble) -> None:
        self._change(trouble.target, state=State.REMOVING)

    def _ack(self, trouble: Trouble) -> None:
        world = self._world
        events = sorted(world.witness.events)
        names = sorted(world.witness.versions)
        if not events or not world.broker.is_up:
            return
        event = events[trouble.callbacks % len(events)]
        name = world.witness.events[event].name
        key = ack_key(names[trouble.target % len(names)], name)
        world.witness.acknowledge(names[trouble.target % len(names)], event)
        world.broker.append(Message(TOPOLOGY.acks, key, b"{}"))

    def _expire(self, trouble: Trouble) -> None:
        """Kafka deletes source records, settled or not; the group has stood there."""
        broker = self._world.broker
        partitions = broker.partitions([_SOURCE])
        if not partitions:
            return
        tp = partitions[trouble.target % len(partitions)]
        stood = broker.group("fanout").positions.get(tp, Commit(-1)).offset
        if stood < 0 or not broker.is_up:
            return
        end = broker.log(tp).end
        before = end if trouble.callbacks % 2 else (stood + end + 1) // 2
        self._world.tell("broker", f"deletes {tp.topic}/{tp.partition} up to {before}")
        self._world.witness.deleted[tp] = before
        broker.expire(tp, before)

    def _topic_anew(self, trouble: Trouble) -> None:
        """A source topic is deleted, and made again at once or later."""
        world = self._world
        topic = world.broker.topics.get(_SOURCE)
        if topic is None or not world.broker.is_up:
            return
        world.broker.delete(_SOURCE)
        world.witness.topic_deleted(_SOURCE)
        if trouble.target % 2:
            world.later(trouble.length_s, world.broker.create, topic)
        else:
            world.broker.create(topic)

    # ------------------------------------------------ the end

    def _heal(self) -> None:
        world = self._world
        world.tell("world", "heals")
        world.healed = True
        world.up_at = world.registry_back_at = 0.0
        world.broker.up()
        self._crew.heal()
        self._activate_all()

    def _activate_all(self) -> None:
        for versions in self._world.witness.versions.values():
            now = versions[-1][1]
            if now.state not in (State.REMOVING, State.ACTIVE):
                self._write(now.model_copy(update={"state": State.ACTIVE}))

    def _at_rest(self) -> bool:
        return not any(True for _ in lagging(self._world))
