"""Reads the dashboard as the browser does: each figure's question, with the filters it begins with."""

import json
from datetime import timedelta

from odoo.fields import Domain
from odoo.tools import SQL

from ..common import CustomerGradingCommon

ADDON = "spreadsheet_dashboard_customer_grading"
PERIOD_DAYS = 90  # what the filter Period begins with


class DashboardCommon(CustomerGradingCommon):
    addon = ADDON  # whose dashboard it is about

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(f"{cls.addon}.{cls.addon}")

    @classmethod
    def _let_be_known_since(cls, customers, day):
        """Let customers have been there on a past day: who came later was no customer then."""
        cls.env.flush_all()
        known = SQL("UPDATE res_partner SET create_date = %s WHERE id IN %s", day, customers._ids)
        cls.env.cr.execute(known)
        cls.env.invalidate_all()

    def _open(self, user=None, company=None):
        """Return the dashboard as it is sent to a user who works in ``company``, first of several."""
        company = company or self.company
        dashboard = self.dashboard.with_user(user or self.env.user)
        dashboard = dashboard.with_context(allowed_company_ids=company.ids)
        return json.loads(dashboard._get_serialized_readonly_dashboard())["snapshot"]

    @staticmethod
    def _get_charts(data):
        """Return ``{id: chart}`` of those that ask Odoo."""
        figures = [figure for sheet in data["sheets"] for figure in sheet["figures"]]
        return {
            figure["id"]: figure["data"]
            for figure in figures
            if figure["data"]["type"].startswith("odoo_")
        }

    @staticmethod
    def _get_sources(data):
        """Return ``[(model, domain, matched filters)]`` of all that asks Odoo."""
        charts = DashboardCommon._get_charts(data).values()
        return [
            *(
                (one["model"], one["domain"], one["fieldMatching"])
                for one in data["pivots"].values()
            ),
            *(
                (one["model"], one["domain"], one["fieldMatching"])
                for one in data["lists"].values()
            ),
            *(
                (one["metaData"]["resModel"], one["searchParams"]["domain"], one["fieldMatching"])
                for one in charts
            ),
        ]

    @staticmethod
    def _choose(data, name, value):
        """Let a filter begin with a value: records, none of them, or a period of so many days."""
        [chosen] = [one for one in data["globalFilters"] if one["id"] == f"customer_grading_{name}"]
        if chosen["type"] == "date":
            chosen["defaultValue"] = f"last_{value}_days"
        else:
            chosen["defaultValue"] = value and {"operator": "in", "ids": value.ids}

    def _get_domain(self, data, domain, matching, today):
        """Return a domain with that of the filters' default values."""
        domain = Domain(domain)
        for one in data["globalFilters"]:
            match, value = matching.get(one["id"]), one.get("defaultValue")
            if match and one["type"] == "relation" and value:
                domain &= Domain(match["chain"], value["operator"], value["ids"])
            elif match and one["type"] == "date":
                days = int(value.split("_")[1])  # last_90_days
                last = today + timedelta(days=days * match["offset"])
                first = last - timedelta(days=days - 1)
                domain &= Domain(match["chain"], ">=", first) & Domain(match["chain"], "<=", last)
        return domain

    def _read(self, data, source, group_by, measures, today, user=None):
        """Return ``{labels of the groups: values of the measures}`` as the browser asks for it.

        A group that is one record stands for it; a measure is summed, or counts rows.
        """
        if "metaData" in source:
            model, domain = source["metaData"]["resModel"], source["searchParams"]["domain"]
        else:
            model, domain = source["model"], source["domain"]
        domain = self._get_domain(data, domain, source["fieldMatching"], today)
        Model = self.env[model].with_user(user or self.env.user)
        sums = [name if name == "__count" else f"{name}:sum" for name in measures]
        rows = Model.formatted_read_group(list(domain), group_by, sums)
        read = {}
        for row in rows:
            key = tuple(
                row[spec][0] if isinstance(row[spec], (list, tuple)) else row[spec]
                for spec in group_by
            )
            values = tuple(row[name] for name in sums)
            read[key[0] if len(key) == 1 else key] = values[0] if len(values) == 1 else values
        return read

    def _read_pivot(self, data, id_, today, user=None):
        """Return what a pivot holds, by its rows and columns."""
        pivot = data["pivots"][id_]
        group_by = [
            f"{one['fieldName']}:{one['granularity']}" if "granularity" in one else one["fieldName"]
            for one in [*pivot["rows"], *pivot["columns"]]
        ]
        measures = [one["fieldName"] for one in pivot["measures"]]
        return self._read(data, pivot, group_by, measures, today, user)

    def _read_chart(self, data, name, today, user=None):
        """Return what a chart draws, by its groups."""
        chart = self._get_charts(data)[f"chart_{name}"]
        meta = chart["metaData"]
        return self._read(data, chart, meta["groupBy"], [meta["measure"]], today, user)
