"""Filling big tables fast: rows after the pattern of a real one, indexes afterwards."""

from contextlib import contextmanager

from odoo.tools import SQL


def copy_row(cr, table, row_id, source, values):
    """Insert into ``table`` a row for each row of ``source``.

    Columns are those of row ``row_id``, which Odoo itself wrote, unless ``values`` says
    otherwise: whatever modules add to a table is filled as they fill it.

    :param source: name of a relation
    :param values: ``{column: SQL expression}`` over ``doc``, the source's row, and
        ``pattern``, the real one
    """
    columns = _get_columns(cr, table)
    unknown = values.keys() - set(columns)
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    expressions = [
        SQL(values[name]) if name in values else SQL.identifier("pattern", name) for name in columns
    ]
    statement = SQL(
        "INSERT INTO %(table)s (%(columns)s) SELECT %(expressions)s FROM %(source)s doc"
        " CROSS JOIN (SELECT * FROM %(table)s WHERE id = %(row_id)s) pattern",
        table=SQL.identifier(table),
        columns=SQL(", ").join(map(SQL.identifier, columns)),
        expressions=SQL(", ").join(expressions),
        source=SQL.identifier(source),
        row_id=row_id,
    )
    cr.execute(statement)
    return cr.rowcount


def _get_columns(cr, table):
    cr.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    return [name for (name,) in cr.fetchall()]


def get_last_id(cr, table):
    """Return the highest id in use."""
    cr.execute(SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table)))
    return cr.fetchone()[0]


@contextmanager
def loading(cr, tables):
    """Drop the tables' indexes and silence their triggers; restore all of it at the end.

    Sequences are moved behind the highest id. The transaction is the caller's, so that
    an error leaves everything as it was.
    """
    cr.execute("SET LOCAL session_replication_role = replica")
    cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
    cr.execute("SET LOCAL work_mem = '128MB'")
    definitions = _drop_indexes(cr, tables)
    yield
    for definition in definitions:
        cr.execute(SQL("%s", SQL(definition.replace("%", "%%"))))
    for table in tables:
        cr.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
            [table, max(get_last_id(cr, table), 1)],
        )
    cr.execute("SET LOCAL session_replication_role = DEFAULT")


def _drop_indexes(cr, tables):
    """Drop the indexes that no constraint needs, and return their definitions."""
    cr.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
          FROM pg_index
         WHERE indrelid = ANY(%s::text[]::regclass[])
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
         ORDER BY indexrelid
        """,
        [list(tables)],
    )
    rows = cr.fetchall()
    for name, _definition in rows:
        cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
    return [definition for _name, definition in rows]
