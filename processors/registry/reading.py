"""The questions of Confluent's REST interface."""

from collections.abc import Iterable
from uuid import UUID

from aiohttp import web

from bus.registry.answers import (
    DEFAULT_LEVEL,
    DEFAULT_MODE,
    LATEST,
    NO_SCHEMA,
    Refused,
    complete_text,
    find_version,
    level_of,
    live,
    mode_of,
    no_subject,
    own_setting,
    referenced_by,
)
from bus.registry.records import Kind, Version
from processors.registry.http import (
    MAX_VERSION,
    SUBJECT,
    RefusedError,
    flag,
    handled,
    page,
    shown,
    shown_schema,
    subject_of,
    taken,
    version_of,
)
from processors.registry.journal import Journal
from processors.registry.local import with_id

_ANY_CONTEXT = ":*:"
_DEFAULT_CONTEXT = ":.:"


class Reading:
    """Answers from what the journal has read so far."""

    def __init__(self, journal: Journal, cluster_id: str) -> None:
        self._journal = journal
        self._cluster_id = cluster_id

    def routes(self) -> Iterable[web.RouteDef]:
        """The paths answered."""
        version = f"/subjects/{SUBJECT}/versions/{{version}}"
        guid = "/schemas/guids/{guid}"
        by_id = "/schemas/ids/{id}"
        for path, handler in (
            ("/", self.root),
            ("/subjects", self.subjects),
            (f"/subjects/{SUBJECT}/versions", self.versions),
            (version, self.version),
            (version + "/schema", self.version_schema),
            (version + "/referencedby", self.referenced_by),
            ("/schemas", self.schemas),
            ("/schemas/types", self.types),
            (by_id, self.by_id),
            (by_id + "/schema", self.by_id_schema),
            (by_id + "/subjects", self.by_id_subjects),
            (by_id + "/versions", self.by_id_versions),
            (guid, self.by_guid),
            (guid + "/ids", self.by_guid_ids),
            ("/config", self.config),
            (f"/config/{SUBJECT}", self.subject_config),
            ("/mode", self.mode),
            (f"/mode/{SUBJECT}", self.subject_mode),
            ("/contexts", self.contexts),
            ("/v1/metadata/id", self.metadata_id),
        ):
            yield web.get(path, handled(handler))

    # --- subjects and versions

    async def root(self, _request: web.Request) -> object:
        """Say that a registry is here."""
        return {}

    async def subjects(self, request: web.Request) -> object:
        """The names of the subjects."""
        prefix = _prefix(request)
        names = [
            subject
            for subject, versions in self._journal.log.subjects()
            if subject.startswith(prefix) and _seen(request, versions)
        ]
        return page(request, names)

    async def versions(self, request: web.Request) -> object:
        """The numbers of a subject's versions."""
        subject = subject_of(request)
        seen = _seen(request, self._journal.log.versions(subject))
        if not seen:
            raise RefusedError(no_subject(subject))
        return page(request, [version.version for version in seen])

    async def version(self, request: web.Request) -> object:
        """One version of a subject."""
        found = self._version(request)
        return shown(found, self._text(request, found))

    async def version_schema(self, request: web.Request) -> object:
        """The schema of one version, alone."""
        found = self._version(request)
        return self._text(request, found) or found.content.text

    async def referenced_by(self, request: web.Request) -> object:
        """The ids of the schemas that take a type from this version."""
        found = self._version(request)
        ids = referenced_by(self._journal.log, found.subject, found.version)
        return page(request, ids)

    async def schemas(self, request: web.Request) -> object:
        """All versions of all subjects."""
        prefix = _prefix(request)
        latest = flag(request, "latestOnly")
        found = [
            shown(version)
            for subject, versions in self._journal.log.subjects()
            if subject.startswith(prefix)
            for version in _seen(request, versions)[LATEST if latest else 0 :]
        ]
        return page(request, found)

    def _version(self, request: web.Request) -> Version:
        subject, number = subject_of(request), version_of(request)
        deleted = flag(request, "deleted")
        log = self._journal.log
        return taken(find_version(log, subject, number, deleted=deleted))

    def _text(self, request: web.Request, version: Version) -> str | None:
        if request.query.get("format") != "resolved":
            return None
        return taken(complete_text(self._journal.log, version.content))

    # --- ids

    async def types(self, _request: web.Request) -> object:
        """The types of schemas that are taken."""
        return ["AVRO"]

    async def by_id(self, request: web.Request) -> object:
        """The schema with an id."""
        held = (await self._with_id(request))[0]
        out = shown_schema(held, self._text(request, held))
        if flag(request, "fetchMaxId"):
            out["maxId"] = self._journal.log.next_id - 1
        return out

    async def by_id_schema(self, request: web.Request) -> object:
        """The schema with an id, alone."""
        held = (await self._with_id(request))[0]
        return self._text(request, held) or held.content.text

    async def by_id_subjects(self, request: web.Request) -> object:
        """The subjects that hold the schema with an id."""
        held = _seen(request, await self._with_id(request))
        return page(request, sorted({version.subject for version in held}))

    async def by_id_versions(self, request: web.Request) -> object:
        """The versions that hold the schema with an id."""
        held = _seen(request, await self._with_id(request))
        return page(
            request, [{"subject": v.subject, "version": v.version} for v in held]
        )

    async def by_guid(self, request: web.Request) -> object:
        """The schema with a GUID, the same in every registry."""
        held = await self._with_guid(request)
        if not held:
            word = request.match_info["guid"]
            raise RefusedError(Refused(NO_SCHEMA.code, f"Schema {word} not found"))
        return shown_schema(held[0], self._text(request, held[0]))

    async def by_guid_ids(self, request: web.Request) -> object:
        """The ids of the schema with a GUID, one a context."""
        ids = sorted({version.id for version in await self._with_guid(request)})
        return [{"context": ".", "id": number} for number in ids]

    async def _with_guid(self, request: web.Request) -> tuple[Version, ...]:
        try:
            guid = UUID(request.match_info["guid"])
        except ValueError:
            return ()
        return await with_id(self._journal, guid)

    async def _with_id(self, request: web.Request) -> tuple[Version, ...]:
        word = request.match_info["id"]
        number = int(word) if word.isascii() and word.isdigit() else -1
        held = (
            await with_id(self._journal, number) if 0 <= number <= MAX_VERSION else ()
        )
        if not held:
            raise RefusedError(Refused(NO_SCHEMA.code, f"Schema {word} not found"))
        return held

    # --- levels, modes and the rest

    async def config(self, _request: web.Request) -> object:
        """The compatibility level of all without their own."""
        level = own_setting(self._journal.log, Kind.CONFIG, None)
        return {"compatibilityLevel": level or DEFAULT_LEVEL}

    async def subject_config(self, request: web.Request) -> object:
        """The compatibility level of one subject."""
        subject, log = subject_of(request), self._journal.log
        level = own_setting(log, Kind.CONFIG, subject)
        if level is None and not flag(request, "defaultToGlobal"):
            what = "does not have subject-level compatibility configured"
            raise RefusedError(Refused(40408, f"Subject '{subject}' {what}"))
        return {"compatibilityLevel": level_of(log, subject)}

    async def mode(self, _request: web.Request) -> object:
        """The mode of all without their own."""
        return {"mode": own_setting(self._journal.log, Kind.MODE, None) or DEFAULT_MODE}

    async def subject_mode(self, request: web.Request) -> object:
        """The mode of one subject."""
        subject, log = subject_of(request), self._journal.log
        mode = own_setting(log, Kind.MODE, subject)
        if mode is None and not flag(request, "defaultToGlobal"):
            what = "does not have subject-level mode configured"
            raise RefusedError(Refused(40409, f"Subject '{subject}' {what}"))
        return {"mode": mode_of(log, subject)}

    async def contexts(self, _request: web.Request) -> object:
        """The contexts; there is just the default one."""
        return ["."]

    async def metadata_id(self, _request: web.Request) -> object:
        """Which cluster the registry belongs to."""
        clusters = {
            "kafka-cluster": self._cluster_id,
            "schema-registry-cluster": "orderbus",
        }
        return {"scope": {"path": [], "clusters": clusters}, "id": ""}


def _seen(request: web.Request, versions: tuple[Version, ...]) -> tuple[Version, ...]:
    if flag(request, "deletedOnly", "deleted_only"):
        return tuple(version for version in versions if version.deleted)
    return versions if flag(request, "deleted") else live(versions)


def _prefix(request: web.Request) -> str:
    """What the subjects asked for begin with; there is just the default context."""
    prefix = request.query.get("subjectPrefix", "")
    return prefix.removeprefix(_ANY_CONTEXT).removeprefix(_DEFAULT_CONTEXT)
