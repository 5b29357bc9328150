"""Looking into PostgreSQL from a test."""

import psycopg2


class Database:
    def __init__(self, url):
        self._url = url
        self._connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _run(self, sql, parameters):
        if self._connection is None:
            self._connection = psycopg2.connect(self._url, connect_timeout=5)
            self._connection.autocommit = True
        cursor = self._connection.cursor()
        cursor.execute(sql, parameters or None)
        return cursor

    def _run_again_when_cut(self, sql, parameters):
        # Tests restart the server: a connection from before that is no longer of use.
        try:
            return self._run(sql, parameters)
        except psycopg2.OperationalError:
            self.close()
            try:
                return self._run(sql, parameters)
            except psycopg2.OperationalError as away:
                raise ConnectionError(str(away)) from away

    def execute(self, sql, *parameters):
        self._run_again_when_cut(sql, parameters).close()

    def rows(self, sql, *parameters):
        with self._run_again_when_cut(sql, parameters) as cursor:
            return cursor.fetchall()

    def column(self, sql, *parameters):
        return [row[0] for row in self.rows(sql, *parameters)]

    def value(self, sql, *parameters):
        """The only column of the only row, or None when there is no row."""
        rows = self.rows(sql, *parameters)
        assert len(rows) <= 1, f"{len(rows)} rows instead of one: {sql}"
        return rows[0][0] if rows else None
