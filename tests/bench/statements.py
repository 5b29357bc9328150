"""How many SQL statements a database was given, as PostgreSQL's own pg_stat_statements counts them."""

import contextlib
import re

from database import Database

# The table that a statement writes to. FOR UPDATE only locks, and DO UPDATE belongs to an INSERT.
WRITTEN = re.compile(
    r"\b(?:INSERT\s+INTO|MERGE\s+INTO|DELETE\s+FROM|(?<!FOR )(?<!KEY )(?<!DO )UPDATE)\s+(\w+)", re.IGNORECASE)


@contextlib.contextmanager
def counted(servers, template):
    """In every database that is made from `template` meanwhile."""
    with Database(servers.database_url) as admin:
        admin.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
    servers.restart_postgres()
    with Database(servers.database_url_of(template)) as prepared:
        prepared.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    try:
        yield
    finally:
        with Database(servers.database_url) as admin:
            admin.execute("ALTER SYSTEM RESET shared_preload_libraries")


def forget(database):
    """Counts from zero; what this session asks for is not counted."""
    database.execute("SET pg_stat_statements.track = 'none'")
    database.value("SELECT pg_stat_statements_reset()::text")


def so_far(database, besides=()):
    """All, and those that write to another table than `besides`."""
    found = database.rows(
        """SELECT calls, query FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
           WHERE datname = current_database()""")
    return {"total": sum(calls for calls, _ in found),
            "writing": sum(calls for calls, query in found if set(WRITTEN.findall(query)) - set(besides))}
