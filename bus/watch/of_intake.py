"""What the rules say of sources of intake: shops, partners, payment accounts."""

from collections.abc import Iterator, Mapping

from bus.intake.health import words
from bus.watch.burning import Share, wilson_low
from bus.watch.facts import Facts, IntakeFacts
from bus.watch.limits import Limits
from bus.watch.usual import SURELY, chance_of_none
from bus.watch.verdicts import Kind, Said, Subject
from bus.watch.wording import count, percent, span

_SHOWN = 3


def intake_silent(facts: Facts, limits: Limits) -> Iterator[Said]:
    """A source sends nothing at all, which this hour of the week makes unlikely."""
    del limits
    for one in _active(facts):
        expected = one.arrivals.expected
        if expected is not None and chance_of_none(expected) < SURELY:
            yield Said(
                of(one),
                f"nothing for {span(one.arrivals.silent_s)};"
                f" {expected:.0f} submissions are usual in such a time",
            )


def intake_waiting(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Submissions of a source are kept, and wait for too long to be converted."""
    for one in _active(facts):
        waiting = one.waiting
        if not waiting.records:
            continue
        if waiting.oldest_s is None:
            yield Said(of(one), certain=False)
        elif waiting.oldest_s > limits.lag_s:
            told = (
                f"{count(waiting.records, 'submission')} not converted,"
                f" the oldest for {span(waiting.oldest_s)}"
            )
            yield Said(of(one), told + _standing(one.still, limits))


def _standing(still: Mapping[int, float], limits: Limits) -> str:
    """Whether all go on slowly, or some not at all."""
    names = [str(n) for n, s in sorted(still.items()) if s > limits.still_s]
    return f"; partition {', '.join(names[:10])} stands still" if names else ""


def intake_refused(facts: Facts, limits: Limits) -> Iterator[Said]:
    """More signatures of a source are wrong than strangers explain: none is kept."""
    for one in _active(facts):
        hour = one.figures.hour
        refused = hour.of(words.REFUSED)
        share = Share(refused, refused + hour.of(words.CAME))
        if refused >= limits.intake_fewest and wilson_low(share) > limits.refused_share:
            why = ", ".join(f"{n} {word}" for word, n in hour.by(words.REFUSED).items())
            text = f"{percent(share.ratio)} of {share.all} refused: {why}"
            yield Said(of(one), text + _since_rotation(one, facts.at))


def intake_unmapped(facts: Facts, limits: Limits) -> Iterator[Said]:
    """More of what a source sends cannot be read or mapped than may be."""
    for one in _active(facts):
        hour = one.figures.hour
        share = Share(hour.unmapped, hour.parts)
        if (
            share.bad >= limits.intake_fewest
            and wilson_low(share) > limits.unmapped_share
        ):
            yield Said(of(one), f"{percent(share.ratio)} of {share.all} cannot be read")


def intake_gaps(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Numbers of orders are missing in a sequence that has no holes usually."""
    del limits
    for one in _active(facts):
        if one.figures.missing:
            first = ", ".join(map(str, one.figures.first_missing[:_SHOWN]))
            more = ", …" if one.figures.missing > _SHOWN else ""
            numbers = count(one.figures.missing, "number")
            yield Said(of(one), f"{numbers} never came: {first}{more}")


def intake_uncaptured(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Orders of a source never come by themselves: they are taken from its list."""
    for one in _active(facts):
        day = one.figures.day
        missed, listed = day.of(words.MISSED), day.of(words.LISTED)
        share = Share(missed, listed)
        if (
            missed >= limits.intake_fewest
            and wilson_low(share) > limits.uncaptured_share
        ):
            text = f"{missed} of {count(listed, 'order')} in a day did not come"
            yield Said(of(one), text)


def intake_unreconciled(facts: Facts, limits: Limits) -> Iterator[Said]:
    """The list of a source's orders cannot be had: nobody knows what is missing."""
    del limits
    for one in _active(facts):
        rounds = one.figures.hour.by(words.ROUND)
        failed = rounds.get("failed", 0)
        if failed > 1 and not rounds.get("done"):
            yield Said(of(one), f"{failed} looks in an hour failed, none did not")


def intake_unregistered(facts: Facts, limits: Limits) -> Iterator[Said]:
    """A source's sender no longer holds the webhooks that it is to send by."""
    del limits
    for one in _active(facts):
        looks = one.figures.lately.by(words.WEBHOOKS)
        if looks.get("gone"):
            made = one.figures.day.by(words.WEBHOOKS).get("made", 0)
            again = f"; {made} made again in a day" if made else ""
            yield Said(of(one), f"its sender lacks webhooks{again}")
        elif looks.get("failed", 0) > 1 and not looks.get("there"):
            yield Said(of(one), "the list of its webhooks cannot be had")


def intake_fields(facts: Facts, limits: Limits) -> Iterator[Said]:
    """A source leaves out fields that its channel's mapping reads."""
    del limits
    for one in _active(facts):
        if one.figures.gone:
            names = [f"{name} of {kind}" for kind, name in one.figures.gone]
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield Said(of(one), f"no longer sent: {', '.join(names[:_SHOWN])}{more}")


def intake_slow(facts: Facts, limits: Limits) -> Iterator[Said]:
    """A source is answered so slowly that its sender may give up, or punish."""
    for one in _active(facts):
        answers = one.figures.hour.of(words.ANSWER)
        p99 = one.figures.hour.answered_within(0.99)
        if p99 is None or answers < limits.p95_fewest or p99 <= limits.answer_s:
            continue
        last = words.ANSWER_S[-1]
        took = f"over {last:g} s" if p99 > last else f"up to {p99:g} s"
        yield Said(of(one), f"99 of 100 answers took {took}")


def intake_put_off(facts: Facts, limits: Limits) -> Iterator[Said]:
    """A source is put off, to be sent again, more often than may be."""
    for one in _active(facts):
        hour = one.figures.hour
        put_off = hour.of(words.PUT_OFF)
        share = Share(put_off, put_off + hour.of(words.CAME))
        if put_off >= limits.intake_fewest and wilson_low(share) > limits.put_off_share:
            yield Said(of(one), f"{percent(share.ratio)} of {share.all} put off")


def intake_repeats(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Far more repeats than usual come: a sender does not hear our answers."""
    for one in _active(facts):
        hour = one.figures.hour
        share = Share(hour.of(words.REPEAT), hour.parts)
        if (
            share.bad >= limits.intake_fewest
            and wilson_low(share) > limits.repeats_share
        ):
            yield Said(
                of(one), f"{percent(share.ratio)} of {share.all} came before already"
            )


def intake_clock(facts: Facts, limits: Limits) -> Iterator[Said]:
    """The clock of a source goes wrong: times of its orders lie in the future."""
    for one in _active(facts):
        hour = one.figures.hour
        ahead, stale = hour.of(words.AHEAD), hour.by(words.REFUSED).get("stale", 0)
        share = Share(ahead, hour.of(words.TOLD))
        if ahead >= limits.intake_fewest and wilson_low(share) > limits.ahead_share:
            text = f"{ahead} of {share.all} orders happened a minute after they came"
            yield Said(of(one), text)
        elif stale >= limits.intake_fewest:
            yield Said(of(one), f"{count(stale, 'signature')} of another time refused")


def intake_old_secret(facts: Facts, limits: Limits) -> Iterator[Said]:
    """A source still signs with a secret that is about to end."""
    for one in _active(facts):
        used = one.figures.hour.by(words.SECRET)
        for secret, until in sorted(one.ending.items()):
            left = until - facts.at
            if used.get(secret) and left < limits.old_secret_s:
                signed = f"{used[secret]} signed with {secret}"
                yield Said(of(one), f"{signed}, which ends in {span(left)}")
                break


def of(one: IntakeFacts) -> Subject:
    """The subject that a source of intake is."""
    return Subject(Kind.INTAKE, one.id)


def _active(facts: Facts) -> Iterator[IntakeFacts]:
    return (one for one in facts.intakes if one.state == "active")


def _since_rotation(one: IntakeFacts, at: float) -> str:
    """A rotation is what most wrong signatures follow."""
    ago = None if one.rotated is None else at - one.rotated
    if ago is None or not 0 <= ago < 2 * 86_400:
        return ""
    return f"; its secret was rotated {span(ago)} ago"
