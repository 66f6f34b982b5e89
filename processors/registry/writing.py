"""The changes of Confluent's REST interface, and the questions that carry a schema."""

from collections.abc import Iterable

from aiohttp import web

from bus.registry.admission import Check, incompatibilities, register
from bus.registry.answers import (
    DEFAULT_LEVEL,
    DEFAULT_MODE,
    find_content,
    to_content,
)
from bus.registry.records import Kind, Version
from bus.registry.rules import (
    delete_subject,
    delete_version,
    drop_setting,
    set_level,
    set_mode,
)
from processors.registry.http import (
    SUBJECT,
    body_of,
    candidate_of,
    flag,
    handled,
    level_of,
    shown,
    subject_of,
    subject_or_all,
    taken,
    text_of,
    version_of,
)
from processors.registry.journal import Journal


class Writing:
    """Changes the registry through the journal."""

    def __init__(self, journal: Journal, check: Check) -> None:
        self._journal = journal
        self._check = check

    def routes(self) -> Iterable[web.RouteDef]:
        """The paths answered."""
        compatibility = f"/compatibility/subjects/{SUBJECT}/versions"
        one = f"/subjects/{SUBJECT}/versions/{{version}}"
        for method, path, handler in (
            ("POST", f"/subjects/{SUBJECT}", self.lookup),
            ("POST", f"/subjects/{SUBJECT}/versions", self.register),
            ("DELETE", f"/subjects/{SUBJECT}", self.delete_subject),
            ("DELETE", one, self.delete_version),
            ("POST", compatibility, self.test),
            ("POST", compatibility + "/{version}", self.test),
            ("PUT", "/config", self.set_level),
            ("PUT", f"/config/{SUBJECT}", self.set_level),
            ("DELETE", "/config", self.drop_level),
            ("DELETE", f"/config/{SUBJECT}", self.drop_level),
            ("PUT", "/mode", self.set_mode),
            ("PUT", f"/mode/{SUBJECT}", self.set_mode),
            ("DELETE", f"/mode/{SUBJECT}", self.drop_mode),
        ):
            yield web.route(method, path, handled(handler))

    async def register(self, request: web.Request) -> object:
        """Register a schema under a subject."""
        candidate = await candidate_of(request)
        registered = await self._journal.submit(
            lambda log: register(log, candidate, self._check)
        )
        return self._registered(candidate.subject, taken(registered))

    def _registered(self, subject: str, schema_id: int) -> object:
        """What newer clients want to know besides the id."""
        for version in reversed(self._journal.log.versions(subject)):
            if version.id == schema_id:
                guid = str(version.content.guid)
                return {"id": schema_id, "version": version.version, "guid": guid}
        return {"id": schema_id}

    async def lookup(self, request: web.Request) -> object:
        """The version of a subject that holds a schema."""
        candidate = await candidate_of(request)
        content = taken(
            to_content(
                candidate.text, candidate.references, normalize=candidate.normalize
            )
        )
        deleted = flag(request, "deleted")
        subject = candidate.subject
        found = find_content(self._journal.log, subject, content, deleted=deleted)
        if not isinstance(found, Version):
            # Another instance may have registered it a moment ago.
            await self._journal.refresh()
            found = find_content(self._journal.log, subject, content, deleted=deleted)
        return shown(taken(found))

    async def test(self, request: web.Request) -> object:
        """May this schema follow a subject's versions?"""
        candidate = await candidate_of(request)
        against = version_of(request) if "version" in request.match_info else None
        reasons = taken(
            incompatibilities(self._journal.log, candidate, self._check, against)
        )
        out: dict[str, object] = {"is_compatible": not reasons}
        return out | {"messages": reasons} if flag(request, "verbose") else out

    # --- deleting

    async def delete_subject(self, request: web.Request) -> object:
        """Delete a subject."""
        subject, permanent = subject_of(request), flag(request, "permanent")
        answer = await self._journal.submit(
            lambda log: delete_subject(log, subject, permanent=permanent)
        )
        return taken(answer)

    async def delete_version(self, request: web.Request) -> object:
        """Delete a version of a subject."""
        subject, number = subject_of(request), version_of(request)
        permanent = flag(request, "permanent")
        answer = await self._journal.submit(
            lambda log: delete_version(log, subject, number, permanent=permanent)
        )
        return taken(answer)

    # --- levels and modes

    async def set_level(self, request: web.Request) -> object:
        """Set a compatibility level."""
        level = level_of(await body_of(request))
        subject = subject_or_all(request)
        answer = await self._journal.submit(lambda log: set_level(log, subject, level))
        return {"compatibility": taken(answer)}

    async def drop_level(self, request: web.Request) -> object:
        """Take a compatibility level back."""
        answer = await self._drop(request, Kind.CONFIG, DEFAULT_LEVEL)
        return {"compatibilityLevel": answer}

    async def set_mode(self, request: web.Request) -> object:
        """Set a mode."""
        mode = text_of(await body_of(request), "mode")
        subject, force = subject_or_all(request), flag(request, "force")
        answer = await self._journal.submit(
            lambda log: set_mode(log, subject, mode, force=force)
        )
        return {"mode": taken(answer)}

    async def drop_mode(self, request: web.Request) -> object:
        """Take a mode back."""
        return {"mode": await self._drop(request, Kind.MODE, DEFAULT_MODE)}

    async def _drop(self, request: web.Request, kind: Kind, default: str) -> str:
        subject = subject_or_all(request)
        answer = await self._journal.submit(
            lambda log: drop_setting(log, kind, subject, default)
        )
        return taken(answer)
