"""The parts that a policy's one statement is put together from."""

from odoo.fields import Domain
from odoo.tools import SQL

from .subject import PARTNER

# All companies of a corporate group as one: a kind of record that measures may be of. Those
# below the topmost parent company, or, as "corporate:field", those that share a field.
CORPORATE_GROUP = "corporate"

# The field of a contact that names the customer: itself, or the company that it belongs to.
CUSTOMER = "commercial_partner_id"


def narrow_to(column, ids):
    """Return the condition that ``column`` is one of ``ids``; all where they are ``None``."""
    return SQL() if ids is None else SQL("AND %s IN %s", column, tuple(ids) or (0,))


def get_corporate_groups_sql(ids=None):
    """Return the query of the companies that have a parent, ``member_id``, and the topmost one.

    :param ids: only members among these contacts; ``None``: all
    """
    return SQL(
        """
        WITH RECURSIVE above (id, parent_id) AS (
            SELECT id, parent_id FROM res_partner
             WHERE parent_id IS NOT NULL AND commercial_partner_id = id AND %s
             UNION
            SELECT above.id, parent.parent_id FROM above
              JOIN res_partner parent ON parent.id = above.parent_id
             WHERE parent.parent_id IS NOT NULL
        )
        SELECT above.id AS member_id, top.id AS top_id FROM above
          JOIN res_partner top ON top.id = above.parent_id AND top.parent_id IS NULL
        """,
        SQL("TRUE") if ids is None else SQL("id IN %s", tuple(ids)),
    )


def is_corporate_group(of):
    """Return whether a kind of record is that of corporate groups."""
    return bool(of) and of.partition(":")[0] == CORPORATE_GROUP


def join_corporate_group(env, of, query, customer, ids=None):
    """Return what stands for the group of ``customer``: itself where it belongs to none.

    That is the topmost parent company or, where a field is shared, what is shared: below
    zero where that is no contact, whose ids they are not.

    :param of: the kind of group
    :param ids: as in :func:`get_corporate_groups_sql`
    """
    alias, _colon, name = of.partition(":")
    if name:
        Partner = env[PARTNER.model]
        alias = query.make_alias(alias, name)
        same = SQL("%s = %s", SQL.identifier(alias, "id"), customer)
        query.add_join("LEFT JOIN", alias, SQL.identifier(Partner._table), same)
        shared = Partner._field_to_sql(alias, name, query)
        if Partner._fields[name].comodel_name != PARTNER.model:
            shared = SQL("-%s", shared)
        return SQL("COALESCE(%s, %s)", shared, customer)
    member, top = SQL.identifier(alias, "member_id"), SQL.identifier(alias, "top_id")
    groups = SQL("(%s)", get_corporate_groups_sql(ids))
    query.add_join("LEFT JOIN", alias, groups, SQL("%s = %s", member, customer))
    return SQL("COALESCE(%s, %s)", top, customer)


def join_path(model, alias, query, path, contacts=None):
    """Return the value at ``path`` of the records at ``alias``, joining what leads there.

    :param contacts: ids of the only ones whose customer at the end of ``path`` is of interest
    """
    name, _dot, rest = path.partition(".")
    if not rest:
        return model._field_to_sql(alias, name, query)
    field = model._fields[name]
    if rest == CUSTOMER and field.comodel_name == PARTNER.model:
        return _join_customer(model, alias, query, name, contacts)
    return join_path(*field.join(model, alias, query), query, rest, contacts)


def _join_customer(model, alias, query, name, contacts=None):
    """Return the commercial entity of the contact in the field ``name``.

    Most contacts are their own: where millions of documents are read, only the few others
    are worth a join. They have a parent, which also tells PostgreSQL how few they are.
    """
    contact = model._field_to_sql(alias, name, query)
    Partner = model.env[model._fields[name].comodel_name]
    others = SQL(
        "(SELECT id, %(customer)s AS customer_id FROM %(table)s"
        " WHERE %(parent)s IS NOT NULL AND %(customer)s <> id %(asked)s)",
        customer=Partner._field_to_sql(Partner._table, CUSTOMER),
        parent=Partner._field_to_sql(Partner._table, "parent_id"),
        table=SQL.identifier(Partner._table),
        asked=narrow_to(SQL("id"), contacts),
    )
    joined = query.make_alias(alias, f"{name}__customer")
    same = SQL("%s = %s", SQL.identifier(joined, "id"), contact)
    query.add_join("LEFT JOIN", joined, others, same)
    return SQL("COALESCE(%s, %s)", SQL.identifier(joined, "customer_id"), contact)


class QuerySource:
    """One scan of a query that gives ``subject_id`` and more, by subject."""

    documents = None  # not those of one model

    def __init__(self, query):
        self.query = query
        self.columns = []
        self.alias = None

    def add_column(self, aggregate):
        """Add an aggregate over the query's columns and return what reads it."""
        if aggregate not in self.columns:
            self.columns.append(aggregate)
        return SQL.identifier(self.alias, f"c{self.columns.index(aggregate)}")

    @staticmethod
    def name_columns(columns):
        """Return ``columns`` as ``c0``, ``c1``..."""
        return [
            SQL("%s AS %s", column, SQL.identifier(f"c{position}"))
            for position, column in enumerate(columns)
        ]

    def to_sql(self):
        """Return the query giving ``subject_id`` and the columns ``c0``, ``c1``..."""
        columns = SQL(", ").join(self.name_columns(self.columns))
        statement = "SELECT subject_id, %s FROM (%s) read GROUP BY subject_id"
        return SQL(statement, columns, self.query)


class Source(QuerySource):
    """One scan of the documents of a source, by subject.

    Measures that read the same documents are columns of one source; what tells them
    apart (period, narrower domain) is the ``FILTER`` of their aggregate.

    :param domain: which documents of the model these are
    :param ids: the contacts or opportunities whose documents the query finds, few and by an
        index; ``None``: everybody's
    :param of: :data:`CORPORATE_GROUP` where the documents are by corporate group
    :param others: those of others than ``subject_path`` leads to: a field of the documents,
        and a query of its values, ``document_id``, whom they seem and whom they are of,
        ``now_id`` and ``customer_id``
    """

    def __init__(
        self, model, query, subject_path, company_field, domain, ids=None, of=None, others=None
    ):
        super().__init__(query)
        self.model = model
        self.documents = (model._name, subject_path, company_field, domain.optimize(model))
        # Whose documents are of others is told by whom they seem of, whoever that is.
        contacts = None if others else ids
        self.subject = join_path(model, query.table, query, subject_path, contacts)
        if others:
            self.subject = self._join_others(*others)
        if is_corporate_group(of):
            self.documents = None  # a group's do not tell who is a customer
            self.subject = join_corporate_group(model.env, of, query, self.subject, ids)
        self.of_few = ids is not None

    def _join_others(self, field, query):
        alias = self.query.make_alias(self.query.table, "others")
        same = SQL(
            "%s = %s AND %s = %s",
            SQL.identifier(alias, "document_id"),
            self.get_field_sql(field),
            SQL.identifier(alias, "now_id"),
            self.subject,
        )
        self.query.add_join("LEFT JOIN", alias, SQL("(%s)", query), same)
        return SQL("COALESCE(%s, %s)", SQL.identifier(alias, "customer_id"), self.subject)

    def get_field(self, path):
        """Return the field object at the end of ``path``."""
        model = self.model
        *steps, last = path.split(".")
        for name in steps:
            model = model.env[model._fields[name].comodel_name]
        return model._fields[last]

    def get_field_sql(self, path):
        """Return the value at ``path`` of a document."""
        return join_path(self.model, self.query.table, self.query, path)

    def join_reversed(self):
        """Join the invoice that a credit note reverses, and return its alias.

        Its columns are ``date``, ``currency_id``, and ``rate``: what one of its own currency
        was in the company's. Reversed invoices are few beside all.
        """
        table = self.query.table
        alias = self.query.make_alias(table, "reversed")
        invoices = SQL(
            "(SELECT id, invoice_date AS date, currency_id,"
            " ABS(amount_total_signed) / NULLIF(amount_total, 0) AS rate FROM account_move"
            " WHERE id IN (SELECT reversed_entry_id FROM account_move"
            " WHERE reversed_entry_id IS NOT NULL))"
        )
        names = (SQL.identifier(alias, "id"), SQL.identifier(table, "reversed_entry_id"))
        self.query.add_join("LEFT JOIN", alias, invoices, SQL("%s = %s", *names))
        return alias

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
        return self.add_column((aggregate, tuple(conditions), bounds))

    def to_sql(self):
        """Return the query giving ``subject_id`` and the columns ``c0``, ``c1``..."""
        within = self._restrict_to_bounds()
        columns = [self._filter(*column, *within) for column in self.columns]
        self.query.groupby = self.subject
        subject = SQL("%s AS subject_id", self.subject)
        return self.query.select(subject, *self.name_columns(columns))

    @staticmethod
    def _filter(aggregate, conditions, bounds, since, until):
        """Return a column of the documents it counts, which all lie between two days as it is."""
        date, first, last = bounds or (None, since, until)
        if first != since:
            conditions += (SQL("%s >= %s", date, first),)
        if last != until:
            conditions += (SQL("%s <= %s", date, last),)
        if not conditions:
            return aggregate
        return SQL("%s FILTER (WHERE %s)", aggregate, SQL(" AND ").join(conditions))

    def _restrict_to_bounds(self):
        """Leave out documents that no column looks at; return the days that all lie between.

        Those of few subjects are all read: PostgreSQL would also go through everybody's
        documents of the period.
        """
        every = [bounds for *_column, bounds in self.columns]
        if self.of_few or None in every or len({date for date, *_ in every}) != 1:
            return None, None
        dates, firsts, lasts = zip(*every, strict=True)
        since, until = min(firsts) if all(firsts) else None, max(lasts)
        self.query.add_where(SQL("%s <= %s", dates[0], until))
        if since:
            self.query.add_where(SQL("%s >= %s", dates[0], since))
        return since, until


class Statement:
    """The values of a policy's criteria for its subjects, as one statement.

    A measure may be of the subject itself, or of the customer that it belongs to: what it
    is joined by follows from the kind of record that it is of.

    :param subject: the :class:`Subject` that is graded
    :param model: the subjects' model, as the run reads it
    :param query: the subjects
    :param scope: the :class:`Scope`
    :param found: ``{"partner": contacts, "lead": opportunities}`` whose documents to read,
        tuples of ids; empty for all
    """

    def __init__(self, subject, model, query, scope, found=None):
        self.subject = subject
        self.model = model
        self.query = query
        self.scope = scope
        self._found = found or {}
        self._sources = {}
        self._relations = []
        self._keys = {}

    @property
    def sources(self):
        """Return the sources opened so far."""
        return list(self._sources.values())

    def get_source(self, key, open_source, of=PARTNER.name):
        """Return the source of ``key``, opened by ``open_source`` the first time.

        :param of: the kind of record whose documents these are
        """
        if key not in self._sources:
            source = self._sources[key] = open_source(self.scope)
            source.alias = f"source_{len(self._sources) - 1}"
            self._keys[source.alias] = self.get_key_sql(of)
        return self._sources[key]

    def add_relation(self, query, column, empty=None, of=PARTNER.name):
        """Join a relation that has ``subject_id``, and return its ``column``.

        :param empty: what stands for no row; unknown by default
        :param of: the kind of record that ``subject_id`` names
        """
        if query not in self._relations:
            self._relations.append(query)
        alias = f"relation_{self._relations.index(query)}"
        self._keys[alias] = self.get_key_sql(of)
        value = SQL.identifier(alias, column)
        return value if empty is None else SQL("COALESCE(%s, %s)", value, empty)

    def get_ids(self, of=PARTNER.name):
        """Return the records (contacts, for customers) whose documents to read, or ``None``."""
        return self._found.get(of)

    def _get_path(self, of):
        """Return how the record of kind ``of`` is reached from the subject."""
        return "" if of == self.subject.name else f"{self.subject.customer}."

    def get_key_sql(self, of):
        """Return the record of kind ``of`` that the subject belongs to, or is.

        :param of: a kind of record; with a dot and a field, what that field of it holds
        """
        if is_corporate_group(of):
            customer = self.get_field_sql("id", PARTNER.name)
            ids = self.get_ids(of)
            return join_corporate_group(self.model.env, of, self.query, customer, ids)
        kind, _dot, name = of.partition(".")
        return self.get_field_sql(name or "id", kind)

    def get_field_sql(self, name, of=None):
        """Return a field of the subject, or of its customer where ``of`` says so."""
        path = self._get_path(of or self.subject.name) + name
        return join_path(self.model, self.query.table, self.query, path)

    def get_domain_sql(self, domain, of=None):
        """Return whether the subject, or its customer, matches ``domain``."""
        if path := self._get_path(of or self.subject.name):
            domain = Domain(path.rstrip("."), "any", domain)
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
                SQL("%s = %s", SQL.identifier(alias, "subject_id"), self._keys[alias]),
            )
        return self.query.select(
            SQL("%s AS subject_id", subject),
            *(SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items()),
        )
