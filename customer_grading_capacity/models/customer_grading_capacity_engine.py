from odoo import api, models
from odoo.addons.customer_grading.tools.statement import CUSTOMER
from odoo.tools import SQL


class CustomerGradingCapacityEngine(models.AbstractModel):
    """Counts in one statement who has how many of each grade, and who could go or come.

    Whose customers are many is counted once by all that they are counted for; the lines of
    capacity then add up what is left, a few hundred rows.
    """

    _name = "customer.grading.capacity.engine"
    _description = "Engine of Capacity"

    # ------------------------------------------------------------------ whose grades are shown

    @api.model
    def _get_shown(self):
        """Return whose grades each company shows that the user works in, of what has a capacity.

        :return: list of ``(dimension, company, company that grades)``: that one is the company
            itself or its nearest parent, and empty where all are graded as one. A company is
            missing where nobody is graded: nobody is too few there.
        """
        capacities = (
            self.env["customer.grading.capacity"]
            .sudo()
            .search([("dimension_id.active", "=", True)])
        )
        Result, Policy = (
            self.env[f"customer.grading.{name}"].sudo() for name in ("result", "policy")
        )
        shown = []
        for dimension in capacities.dimension_id:
            for company in self.env.companies:
                grading = Result._find_company(dimension, company)
                own = [("dimension_id", "=", dimension.id), ("company_id", "=", grading.id)]
                running = Policy._get_in_force(dimension, company)[1]
                if running or Result.search_count(own, limit=1):
                    shown.append((dimension, company, grading))
        return shown

    @staticmethod
    def _get_shown_sql(shown):
        """Return whether a result is one of those of :meth:`_get_shown`."""
        kept = dict.fromkeys((dimension, grading) for dimension, _company, grading in shown)
        parts = [
            SQL(
                "result.dimension_id = %s AND result.company_id %s",
                dimension.id,
                SQL("= %s", grading.id) if grading else SQL("IS NULL"),
            )
            for dimension, grading in kept
        ]
        return SQL("(%s)", SQL(" OR ").join(parts)) if parts else SQL("FALSE")

    # ------------------------------------------------------------------ who has how many

    @api.model
    def _get_stands_sql(self, shown):
        """Return the common table expressions up to ``stands``: one row a line and place.

        :param shown: as :meth:`_get_shown` gives it, here and below
        """
        return SQL(
            """
            %(graded)s, crowd AS MATERIALIZED (
                SELECT dimension_id, company_id, grade_id, user_id, team_id, state_id, country_id,
                       city, COUNT(*) AS number
                  FROM graded GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
            ), placed AS (
                SELECT line.id AS line_id, crowd.company_id, place.key,
                       CASE WHEN crowd.grade_id = line.grade_id THEN crowd.number ELSE 0 END AS held
                  FROM line JOIN crowd ON crowd.dimension_id = line.dimension_id
                  CROSS JOIN LATERAL (SELECT %(key)s AS key) place
                 WHERE place.key IS NOT NULL
                 UNION ALL
                %(nobody)s
            ), stands AS MATERIALIZED (
                SELECT ROW_NUMBER() OVER (ORDER BY line.id, placed.company_id, placed.key)::integer
                           AS id,
                       line.id AS capacity_id, line.grade_id, line.dimension_id, line.within,
                       line.least, line.most, placed.company_id, placed.key,
                       SUM(placed.held)::integer AS held
                  FROM placed JOIN line ON line.id = placed.line_id
                 GROUP BY line.id, line.grade_id, line.dimension_id, line.within, line.least,
                          line.most, placed.company_id, placed.key
            )
            """,
            graded=self._get_graded_sql(shown),
            key=self._get_key_sql("line", "crowd"),
            nobody=self._get_nobody_sql(shown),
        )

    @api.model
    def _get_graded_sql(self, shown):
        """Return the common table expressions ``line``, and ``graded``: whom lines may count."""
        return SQL(
            """
            line AS MATERIALIZED (
                SELECT capacity.id, capacity.grade_id, grade.dimension_id, capacity.within,
                       capacity.least, capacity.most
                  FROM customer_grading_capacity capacity
                  JOIN customer_grade grade ON grade.id = capacity.grade_id
                  JOIN customer_grading_dimension dimension ON dimension.id = grade.dimension_id
                 WHERE grade.active AND dimension.active
            ), graded AS (
                %s UNION ALL %s
            )
            """,
            self._get_partners_sql(shown),
            self._get_leads_sql(shown),
        )

    @api.model
    def _get_counted_sql(self, shown):
        """Return ``line``, ``graded`` and ``stands``, which was counted by a query before.

        PostgreSQL then knows how many places there are, and looks each up by a hash: from
        a statement in one it expects a handful, and compares everybody with each of them.
        """
        rows = self.env.execute_query(
            SQL(
                "WITH %s SELECT id, capacity_id, company_id, key, held FROM stands",
                self._get_stands_sql(shown),
            )
        )
        columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
        return SQL(
            """
            %s, stands AS (
                SELECT counted.*, line.grade_id, line.within, line.least, line.most
                  FROM UNNEST(%s::integer[], %s::integer[], %s::integer[], %s::text[],
                              %s::integer[])
                       AS counted (id, capacity_id, company_id, key, held)
                  JOIN line ON line.id = counted.capacity_id
            )
            """,
            self._get_graded_sql(shown),
            *columns,
        )

    @staticmethod
    def _get_key_sql(line, of):
        """Return, as text, for whom a row is counted by a line; NULL: for nobody."""
        return SQL(
            "CASE %s WHEN 'user_id' THEN %s::text WHEN 'team_id' THEN %s::text"
            " WHEN 'state_id' THEN %s::text WHEN 'country_id' THEN %s::text"
            " WHEN 'city' THEN NULLIF(%s, '') ELSE '' END",
            SQL.identifier(line, "within"),
            *(
                SQL.identifier(of, name)
                for name in ("user_id", "team_id", "state_id", "country_id", "city")
            ),
        )

    @api.model
    def _get_partners_sql(self, shown):
        """Return the graded customers that are counted, and for whom."""
        return SQL(
            """
            SELECT result.id, result.dimension_id, result.company_id, result.grade_id,
                   result.score, result.partner_id, NULL::integer AS lead_id, partner.user_id,
                   salesperson.sale_team_id AS team_id, partner.state_id, partner.country_id,
                   TRIM(partner.city) AS city, NULL::numeric AS amount,
                   salesperson.sale_team_id AS owner_team_id
              FROM customer_grading_result result
              JOIN res_partner partner ON partner.id = result.partner_id AND partner.active
              LEFT JOIN res_users salesperson ON salesperson.id = partner.user_id
             WHERE result.dimension_id IN (SELECT dimension_id FROM line)
               AND result.grade_id IS NOT NULL AND %s
            """,
            self._get_shown_sql(shown),
        )

    @api.model
    def _get_leads_sql(self, shown):
        """Return the graded opportunities that are still open, and for whom they are counted."""
        return SQL(
            """
            SELECT result.id, result.dimension_id, result.company_id, result.grade_id,
                   result.score, NULL, lead.id, lead.user_id, lead.team_id, lead.state_id,
                   lead.country_id, TRIM(lead.city), lead.expected_revenue,
                   salesperson.sale_team_id
              FROM customer_grading_result result
              JOIN crm_lead lead ON lead.id = result.lead_id AND lead.active
              LEFT JOIN res_users salesperson ON salesperson.id = lead.user_id
             WHERE result.dimension_id IN (SELECT dimension_id FROM line)
               AND result.grade_id IS NOT NULL AND lead.won_status = 'pending' AND %s
            """,
            self._get_shown_sql(shown),
        )

    @api.model
    def _get_nobody_sql(self, shown):
        """Return the salespeople and teams that may hold some, with none: they have room.

        They stand at the company that grades theirs.
        """
        rows = [
            (dimension.id, company.id, grading.id or None) for dimension, company, grading in shown
        ]
        return SQL(
            """
            SELECT line.id, shown.grading_id,
                   CASE line.within WHEN 'user_id' THEN place.user_id ELSE place.team_id END::text, 0
              FROM line
              JOIN UNNEST(%s::integer[], %s::integer[], %s::integer[])
                   AS shown (dimension_id, company_id, grading_id)
                ON shown.dimension_id = line.dimension_id
              JOIN (
                  SELECT member.user_id, team.id AS team_id,
                         COALESCE(team.company_id, salesperson.company_id) AS company_id
                    FROM crm_team_member member
                    JOIN crm_team team ON team.id = member.crm_team_id AND team.active
                    JOIN res_users salesperson ON salesperson.id = member.user_id
                                              AND salesperson.active
                   WHERE member.active
              ) place ON place.company_id = shown.company_id
             WHERE line.within IN ('user_id', 'team_id')
            """,
            *([list(column) for column in zip(*rows, strict=True)] or [[]] * 3),
        )

    @api.model
    def _get_crowd_sql(self, subject):
        """Return the query of the ids of who is among too many, in dimensions that the user may see.

        :param subject: ``partner`` or ``lead``
        """
        visible = self.env["customer.grading.dimension"]._get_visible(subject)
        shown = [place for place in self._get_shown() if place[0] in visible]
        return SQL(
            """
            WITH %s, placed AS MATERIALIZED (
                SELECT graded.%s AS subject_id, graded.company_id, line.id AS line_id, %s AS key
                  FROM line JOIN graded ON graded.dimension_id = line.dimension_id
                                       AND graded.grade_id = line.grade_id
                 WHERE line.most > 0
            )
            SELECT placed.subject_id
              FROM placed JOIN stands ON stands.capacity_id = placed.line_id
                                     AND stands.key = placed.key
                                     AND stands.company_id IS NOT DISTINCT FROM placed.company_id
             WHERE stands.held > stands.most AND placed.subject_id IS NOT NULL
            """,
            self._get_counted_sql(shown),
            SQL.identifier(f"{subject}_id"),
            self._get_key_sql("line", "graded"),
        )

    # ------------------------------------------------------------------ who could go, or come

    @api.model
    def _get_proposals_sql(self):
        """Return the query of who could go elsewhere, or come in, one row a customer.

        Of too many the weakest go, by score, or where none is known by revenue: of 12 months for
        a customer, what is expected for an opportunity. They go to a colleague of the same sales team, who
        has room for them, the one with the fewest first; else to the grade below. Where there
        are too few, the best of the grade below come in.
        """
        shown = self._get_shown()
        return SQL(
            """
            WITH %(stands)s, ladder AS (
                SELECT id, LEAD(id) OVER (PARTITION BY dimension_id ORDER BY sequence, id) AS below_id
                  FROM customer_grade WHERE active
            ), placed AS MATERIALIZED (
                SELECT graded.*, line.id AS line_id, ladder.below_id, %(key)s AS key,
                       graded.grade_id <> line.grade_id AS comes
                  FROM line
                  JOIN ladder ON ladder.id = line.grade_id
                  JOIN graded ON graded.dimension_id = line.dimension_id
                             AND (graded.grade_id = line.grade_id AND line.most > 0
                                  OR graded.grade_id = ladder.below_id AND line.least > 0)
            ), candidate AS (
                SELECT placed.*, stands.id AS stands_id, stands.capacity_id, stands.within,
                       stands.held,
                       CASE WHEN placed.comes THEN stands.grade_id ELSE placed.below_id END
                           AS to_grade_id,
                       CASE WHEN placed.comes THEN stands.least - stands.held
                            ELSE stands.held - stands.most END AS number
                  FROM placed JOIN stands ON stands.capacity_id = placed.line_id
                                         AND stands.key = placed.key
                                         AND stands.company_id IS NOT DISTINCT FROM placed.company_id
                 WHERE CASE WHEN placed.comes THEN stands.held < stands.least
                            ELSE stands.held > stands.most END
            ), ranked AS (
                SELECT candidate.*,
                       ROW_NUMBER() OVER (
                           PARTITION BY stands_id, comes
                           ORDER BY CASE WHEN comes THEN COALESCE(-score::float, 'Infinity')
                                         ELSE COALESCE(score::float, '-Infinity') END,
                                    CASE WHEN comes THEN -1 ELSE 1 END
                                        * COALESCE(amount, revenue.total, 0), candidate.id
                       ) AS position
                  FROM candidate CROSS JOIN LATERAL (%(revenue)s) revenue
            ), leaving AS (
                SELECT ranked.*, NOT comes AND within = 'user_id' AS goes,
                       ROW_NUMBER() OVER (
                           PARTITION BY within, comes, grade_id, company_id, owner_team_id
                           ORDER BY position, id
                       ) AS place
                  FROM ranked WHERE position <= number
            ), room AS (
                SELECT stands.grade_id, stands.company_id, colleague.sale_team_id,
                       ARRAY_AGG(colleague.id ORDER BY stands.held + free.number, colleague.id)
                           AS user_ids
                  FROM stands
                  JOIN res_users colleague ON colleague.id::text = stands.key AND colleague.active
                  CROSS JOIN LATERAL GENERATE_SERIES(
                      1, LEAST(stands.most - stands.held, (SELECT COUNT(*) FROM leaving))
                  ) free (number)
                 WHERE stands.within = 'user_id' AND stands.most > stands.held
                 GROUP BY stands.grade_id, stands.company_id, colleague.sale_team_id
            )
            SELECT DISTINCT ON (leaving.id) leaving.id, leaving.partner_id, leaving.lead_id,
                   leaving.company_id, leaving.dimension_id, leaving.grade_id, leaving.user_id,
                   leaving.team_id, leaving.state_id, leaving.country_id, leaving.city,
                   leaving.capacity_id, leaving.within, leaving.held, leaving.position::integer,
                   colleague.id AS to_user_id,
                   CASE WHEN colleague.id IS NULL THEN leaving.to_grade_id END AS to_grade_id,
                   CASE WHEN leaving.comes THEN 'raise' WHEN colleague.id IS NOT NULL THEN 'assign'
                        ELSE 'lower' END AS kind
              FROM leaving
              LEFT JOIN room ON leaving.goes AND room.grade_id = leaving.grade_id
                            AND room.company_id IS NOT DISTINCT FROM leaving.company_id
                            AND room.sale_team_id = leaving.owner_team_id
              CROSS JOIN LATERAL (SELECT room.user_ids[leaving.place] AS id) colleague
             ORDER BY leaving.id, colleague.id, leaving.comes, leaving.capacity_id
            """,
            stands=self._get_counted_sql(shown),
            key=self._get_key_sql("line", "graded"),
            revenue=self._get_revenue_sql(shown),
        )

    @api.model
    def _get_revenue_sql(self, shown):
        """Return what was invoiced to a ``candidate`` in 12 months, by the company that graded it.

        It is looked up by index, of those without a score alone: how many that are PostgreSQL
        cannot know beforehand.
        """
        grading = dict.fromkeys((dimension, company) for dimension, _company, company in shown)
        of_customers = [key for key in grading if key[0].subject == "partner"]
        return SQL(
            "SELECT SUM(amount) AS total FROM (%s) invoiced",
            SQL(" UNION ALL ").join(
                [SQL("SELECT NULL::numeric AS amount")]
                + [self._get_invoiced_sql(*key) for key in of_customers]
            ),
        )

    def _get_invoiced_sql(self, dimension, company):
        """Return the query of the invoices of a ``candidate`` of a dimension in a company.

        :param company: its branches count, too; empty: all as one
        """
        Owner, Engine = self.env["customer.grading.owner"], self.env["customer.grading.engine"]
        # Its own policies, of whichever version, would count in the same currency.
        policy = self.env["customer.grading.policy"].sudo().new({"dimension_id": dimension.id})
        scope = Engine._get_scope(policy, company, Engine._get_today(company))
        query, _customer, _day, amount = Owner._open_invoices(scope, *Owner._get_year(scope.date))
        Owner._narrow_to_contact(query, self.env["account.move"].sudo(), CUSTOMER)
        return SQL(
            """
            SELECT invoice.amount
              FROM res_partner contact CROSS JOIN LATERAL (%s) invoice
             WHERE candidate.score IS NULL
               AND candidate.dimension_id = %s AND COALESCE(candidate.company_id, 0) = %s
               AND contact.commercial_partner_id = candidate.partner_id
            """,
            query.select(SQL("(%s)::numeric AS amount", amount)),
            dimension.id,
            company.id or 0,
        )
