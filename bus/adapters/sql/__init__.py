"""The log in a database: SQLite in a file, or PostgreSQL.

The only place that knows SQLAlchemy, alembic and psycopg. Here stand the tables, the
statements and what is particular to each database; what a row means, and which rows
are written, is decided in `bus.log`.
"""

from bus.adapters.sql.log import SqlLog
from bus.adapters.sql.opening import open_log

__all__ = ["SqlLog", "open_log"]
