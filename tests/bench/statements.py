"""How many SQL statements a database was given, as PostgreSQL's own pg_stat_statements counts them."""

import contextlib

from database import Database


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


def so_far(database):
    return int(database.value(
        """SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
           WHERE datname = current_database()"""))
