"""The bus described for machines: topics and webhooks as an AsyncAPI 3 document.

It says what the topic declaration and the schemas say, and decides nothing.
"""

from bus.asyncapi.document import About, document
from bus.asyncapi.kafka import SOMEWHERE

__all__ = ["SOMEWHERE", "About", "document"]
