"""What describes the bus of the settings to machines; asks nobody."""

from importlib.metadata import version

from bus.asyncapi import SOMEWHERE, About, document
from bus.client.schemas import default_folder, load_catalogue
from bus.contracts.codec import parse_schema
from processors.settings import Settings
from processors.wiring.adapters import declared_topology


def asyncapi(settings: Settings, *, places: bool = True) -> dict[str, object]:
    """The AsyncAPI document of the topics and schemas that the settings name.

    Without `places` it says nothing of where Kafka and the registry are: everybody
    may read that one.

    Raises:
        ConfigurationError: one of the files cannot be used.
        InvalidEventError: no example can be made of a schema.
    """
    attempts = (default_folder() / "Attempt.avsc").read_text(encoding="utf-8")
    about = About(
        version=version("orderbus"),
        kafka=(settings.bootstrap_servers if places else None) or SOMEWHERE,
        registry=settings.registry_url if places else None,
        attempts=parse_schema(attempts),
    )
    topology = declared_topology(settings.topics_file, settings.replication_factor)
    return document(topology, load_catalogue(settings.schemas_dir), about)
