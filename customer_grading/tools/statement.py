"""The parts that a policy's one statement is put together from."""

from odoo.tools import SQL


class Source:
    """One scan of the documents of a source, by subject.

    Measures that read the same documents are columns of one source; what tells them
    apart (period, narrower domain) is the ``FILTER`` of their aggregate.

    :param domain: which documents of the model these are
    :param of_few: whether the query finds the documents of few subjects by an index
    """

    def __init__(self, model, query, subject_path, domain, of_few=False):
        self.model = model
        self.query = query
        self.documents = (model._name, subject_path, domain.optimize(model))
        self.subject = self.get_field_sql(subject_path)
        self.columns = []
        self.of_few = of_few
        self._bounds = []
        self.alias = None

    def get_field(self, path):
        """Return the field object at the end of ``path``."""
        model = self.model
        *steps, last = path.split(".")
        for name in steps:
            model = model.env[model._fields[name].comodel_name]
        return model._fields[last]

    def get_field_sql(self, path):
        """Return the value at ``path`` of a document, joining what leads there."""
        model, alias = self.model, self.query.table
        *steps, last = path.split(".")
        for name in steps:
            model, alias = model._fields[name].join(model, alias, self.query)
        return model._field_to_sql(alias, last, self.query)

    def get_sql(self, domain):
        """Return whether a document matches ``domain``."""
        domain = domain.optimize_full(self.model)
        return domain._to_sql(self.model, self.query.table, self.query)

    def add_aggregate(self, aggregate, conditions, bounds=None):
        """Add a column and return the expression that reads it beside the subjects.

        :param conditions: which documents the column counts, as ``SQL``
        :param bounds: the dates these documents lie within, ``(date, first, last)`` with
            ``first`` possibly ``None``; ``None`` where they may have any date
        """
        self._bounds.append(bounds)
        if conditions:
            aggregate = SQL("%s FILTER (WHERE %s)", aggregate, SQL(" AND ").join(conditions))
        return self.add_column(aggregate)

    def add_column(self, expression):
        if expression not in self.columns:
            self.columns.append(expression)
        return SQL.identifier(self.alias, f"c{self.columns.index(expression)}")

    def to_sql(self):
        """Return the query giving ``subject_id`` and the columns ``c0``, ``c1``..."""
        self._restrict_to_bounds()
        self.query.groupby = self.subject
        columns = [
            SQL("%s AS %s", column, SQL.identifier(f"c{position}"))
            for position, column in enumerate(self.columns)
        ]
        return self.query.select(SQL("%s AS subject_id", self.subject), *columns)

    def _restrict_to_bounds(self):
        """Leave out documents that no column looks at.

        Those of few subjects are all read: PostgreSQL would also go through everybody's
        documents of the period.
        """
        if self.of_few or None in self._bounds or len({date for date, *_ in self._bounds}) != 1:
            return
        date = self._bounds[0][0]
        self.query.add_where(SQL("%s <= %s", date, max(last for *_, last in self._bounds)))
        if all(first for _, first, _ in self._bounds):
            self.query.add_where(SQL("%s >= %s", date, min(first for _, first, _ in self._bounds)))


class QuerySource:
    """One scan of a query that gives ``subject_id`` and more, by subject."""

    documents = None  # not those of one model

    def __init__(self, alias, query):
        self.alias = alias
        self.query = query
        self.columns = []

    def add_column(self, aggregate):
        """Add an aggregate over the query's columns and return what reads it."""
        if aggregate not in self.columns:
            self.columns.append(aggregate)
        return SQL.identifier(self.alias, f"c{self.columns.index(aggregate)}")

    def to_sql(self):
        """Return the query giving ``subject_id`` and the columns ``c0``, ``c1``..."""
        columns = [
            SQL("%s AS %s", column, SQL.identifier(f"c{position}"))
            for position, column in enumerate(self.columns)
        ]
        return SQL(
            "SELECT subject_id, %s FROM (%s) read GROUP BY subject_id",
            SQL(", ").join(columns),
            self.query,
        )


class Statement:
    """The values of a policy's criteria for its subjects, as one statement.

    :param model: the subjects' model, as the run reads it
    :param query: the subjects
    :param scope: the :class:`Scope`
    :param contact_ids: contacts of the subjects asked for, or ``None`` for all
    """

    def __init__(self, model, query, scope, contact_ids=None):
        self.model = model
        self.query = query
        self.scope = scope
        self.contact_ids = contact_ids
        self._sources = {}
        self._relations = []

    @property
    def sources(self):
        """Return the sources opened so far."""
        return list(self._sources.values())

    def get_source(self, key, open_source):
        """Return the source of ``key``, opened by ``open_source`` the first time."""
        if key not in self._sources:
            source = open_source(self.scope, self.contact_ids)
            source.alias = f"source_{len(self._sources)}"
            self._sources[key] = source
        return self._sources[key]

    def get_query_source(self, key, query):
        """Return the source over ``query``, shared by all that name the same ``key``."""
        if key not in self._sources:
            self._sources[key] = QuerySource(f"source_{len(self._sources)}", query)
        return self._sources[key]

    def add_relation(self, query, column, empty=None):
        """Join a relation that has ``subject_id``, and return its ``column``.

        :param empty: what stands for no row; unknown by default
        """
        if query not in self._relations:
            self._relations.append(query)
        alias = f"relation_{self._relations.index(query)}"
        value = SQL.identifier(alias, column)
        return value if empty is None else SQL("COALESCE(%s, %s)", value, empty)

    def get_subject_field_sql(self, name):
        """Return a field of the subject."""
        return self.model._field_to_sql(self.query.table, name, self.query)

    def get_subject_domain_sql(self, domain):
        """Return whether the subject matches ``domain``."""
        domain = domain.optimize_full(self.model)
        return domain._to_sql(self.model, self.query.table, self.query)

    def to_sql(self, columns):
        """Return the query giving ``subject_id`` and ``columns``.

        :param columns: ``{name: expression}``
        """
        subject = SQL.identifier(self.query.table, "id")
        relations = {
            **{source.alias: source.to_sql() for source in self._sources.values()},
            **{f"relation_{i}": query for i, query in enumerate(self._relations)},
        }
        for alias, relation in relations.items():
            self.query.add_join(
                "LEFT JOIN",
                alias,
                SQL("(%s)", relation),
                SQL("%s = %s", SQL.identifier(alias, "subject_id"), subject),
            )
        return self.query.select(
            SQL("%s AS subject_id", subject),
            *(SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items()),
        )
