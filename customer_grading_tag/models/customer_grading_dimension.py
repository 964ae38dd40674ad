from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

# What the tags of a dimension are called and shown by; and whose grades they say.
NAMING_FIELDS = ("name", "active")
WRITING_FIELDS = ("writes_tags", "tag_company_id", "company_scope")
# Who has a result without a grade, and is nobody whom the dimension is about.
OUTSIDE_REASONS = ("left", "hand")


class CustomerGradingDimension(models.Model):
    """Writes its grades as contact tags: one below its own tag for each grade, exclusively."""

    _inherit = "customer.grading.dimension"

    writes_tags = fields.Boolean(
        "Write as contact tags",
        copy=False,
        help="Each customer has the tag of its grade, or the one of who is not graded. Tags set "
        "or taken off by hand are put right by the next run of everybody. Everybody who sees a "
        "contact sees its tags, in all companies.",
    )
    tag_company_id = fields.Many2one(
        "res.company",
        "Tags say the grades of",
        default=lambda self: self.env.company,
        help="Contact tags are shared by all companies: they say the grades that this one gives.",
    )
    tag_id = fields.Many2one(
        "res.partner.category", "Contact tag", readonly=True, copy=False, index="btree_not_null"
    )
    ungraded_tag_id = fields.Many2one(
        "res.partner.category",
        "Contact tag of who is not graded",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    @api.constrains("subject", "group_ids", *WRITING_FIELDS)
    def _check_tags(self):
        for dimension in self.filtered("writes_tags"):
            if dimension.subject != "partner":
                message = self.env._(
                    "“%s” grades opportunities: only the grades of customers are written as "
                    "contact tags.",
                    dimension.name,
                )
                raise ValidationError(message)
            if dimension.group_ids:
                message = self.env._(
                    "Everybody sees contact tags, and “%s” is for some groups only: empty “Visible "
                    "to”, or do not write its grades as tags.",
                    dimension.name,
                )
                raise ValidationError(message)
            if dimension.company_scope == "company" and not dimension.tag_company_id:
                message = self.env._(
                    "All companies share contact tags: choose the company whose grades “%s” writes.",
                    dimension.name,
                )
                raise ValidationError(message)

    def _check_may_show(self):
        """Raise where the user would show grades of companies in which he does not work.

        :raise AccessError: naming the companies
        """
        self._check_seen_whole()
        if self.env.su:
            return
        mine = self.env.user.company_ids
        for dimension in self:
            if company := dimension.sudo()._get_tag_company() - mine:
                raise AccessError(
                    self.env._(
                        "“%(dimension)s” would write the grades of %(company)s as contact tags, and "
                        "you do not work there. Ask somebody who does.",
                        dimension=dimension.name,
                        company=company.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        dimensions = super().create(vals_list)
        dimensions.filtered("writes_tags")._follow_choice()
        return dimensions

    def write(self, vals):
        done = super().write(vals)
        if vals.keys() & {*WRITING_FIELDS}:
            self._follow_choice()
        elif vals.keys() & {*NAMING_FIELDS}:
            self._keep_tags()
        return done

    def unlink(self):
        self._remove_tags()
        return super().unlink()

    def _follow_choice(self):
        """Give everybody the tags of these dimensions, or take them off, as is chosen."""
        writing = self.filtered("writes_tags")
        writing._check_may_show()
        (self - writing)._remove_tags()
        writing._keep_tags()
        writing._write_tags()

    # ------------------------------------------------------------------ the tags

    def _get_tag_company(self):
        """Return the company whose grades the tags say; none where all are graded as one."""
        return self.tag_company_id if self.company_scope == "company" else self.env["res.company"]

    def _keep_tags(self):
        """Make the tags that are missing, and keep all as their grades are."""
        writing = self.sudo().filtered("writes_tags")
        Tag = self.env["res.partner.category"].sudo()
        for dimension in writing:
            if not dimension.tag_id:
                dimension.tag_id = Tag.create({"name": dimension.name, "color": 0})
            below = {"parent_id": dimension.tag_id.id, "color": 0}
            if not dimension.ungraded_tag_id:
                dimension.ungraded_tag_id = dimension._create_ungraded_tag(below)
            grades = dimension.with_context(active_test=False).grade_ids
            grades = grades.filtered(lambda grade: not grade.tag_id)
            tags = Tag.create([{"name": grade.name, **below} for grade in grades])
            for grade, tag in zip(grades, tags, strict=True):
                grade.tag_id = tag
        writing._name_tags()

    def _create_ungraded_tag(self, vals):
        """Return the tag of who is not graded, named in every language; people may rename it."""
        tag = self.env["res.partner.category"].sudo().create({"name": "Not graded", **vals})
        names = {
            lang: self.with_context(lang=lang).env._("Not graded")
            for lang, _name in self.env["res.lang"].get_installed()
        }
        tag.update_field_translations("name", names)
        return tag

    def _name_tags(self):
        """Call and show the tags as the dimensions and grades, in every language."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner_category tag
                   SET name = told.name, color = told.color, active = told.active
                  FROM (
                    SELECT tag_id AS id, name, 0 AS color, active
                      FROM customer_grading_dimension WHERE id IN %(ids)s
                     UNION ALL
                    SELECT tag.id, tag.name, tag.color, dimension.active
                      FROM customer_grading_dimension dimension
                      JOIN res_partner_category tag ON tag.id = dimension.ungraded_tag_id
                     WHERE dimension.id IN %(ids)s
                     UNION ALL
                    SELECT grade.tag_id, grade.name, COALESCE(grade.color, 0),
                           grade.active AND dimension.active
                      FROM customer_grading_dimension dimension
                      JOIN customer_grade grade ON grade.dimension_id = dimension.id
                     WHERE dimension.id IN %(ids)s
                  ) told
                 WHERE tag.id = told.id
                   AND (tag.name, tag.color, tag.active)
                       IS DISTINCT FROM (told.name, told.color, told.active)
                """,
                ids=self._ids,
            )
        )
        if self.env.cr.rowcount:
            self.env["res.partner.category"].invalidate_model(flush=False)

    def _remove_tags(self):
        """Delete the tags of these dimensions."""
        tagged = self.sudo().with_context(active_test=False).filtered("tag_id")
        grades = tagged.grade_ids
        tags = tagged.tag_id | tagged.ungraded_tag_id | grades.tag_id
        grades.tag_id = False
        tagged.write({"tag_id": False, "ungraded_tag_id": False})
        tags._unlink_alone()

    # ------------------------------------------------------------------ who has them

    def _write_tags(self, partner_ids=None):
        """Give everybody the tag of the grade in effect, writing only what differs.

        :param partner_ids: only of these contacts; ``None``: of all, and the tags are named, too
        """
        writing = self.filtered("writes_tags")
        if partner_ids is None:
            writing._keep_tags()
        for dimension in writing:
            dimension._write_own_tags(partner_ids)

    def _write_own_tags(self, partner_ids):
        few = SQL("TRUE") if partner_ids is None else SQL("partner_id = ANY (%s)", list(partner_ids))
        self.env.flush_all()
        results = SQL(
            "(SELECT partner_id, dimension_id, company_id, reason, grade_id"
            " FROM customer_grading_result WHERE dimension_id = %s AND %s)",
            self.id,
            few,
        )
        statement = SQL(
            "WITH %s SELECT (SELECT COUNT(*) FROM tag_taken) + (SELECT COUNT(*) FROM tag_given)",
            self._get_tagging_sql(results, SQL("own.dimension_id = %s AND %s", self.id, few)),
        )
        [[count]] = self.env.execute_query(statement)
        if count:
            self.env["res.partner"].invalidate_model(["category_id"], flush=False)

    @api.model
    def _get_tagging_sql(self, results, looked_at):
        """Return the common table expressions that give customers the tags of their grades.

        A customer has the tag of its grade, else that of who is not graded; none where it is
        nobody whom the dimension is about.

        :param results: relation with ``partner_id``, ``dimension_id``, ``company_id``, ``reason``
            and the ``grade_id`` that the tag shall say
        :param looked_at: which tags are taken off where they are not wanted, SQL on ``link``, a tag
            of a contact, and ``own``: that of a grade, with ``dimension_id``
        """
        return SQL(
            """
            tag_wanted AS MATERIALIZED (
                SELECT result.partner_id, result.dimension_id,
                       CASE WHEN result.grade_id IS NOT NULL THEN grade.tag_id
                            WHEN result.reason NOT IN %(outside)s THEN dimension.ungraded_tag_id
                       END AS tag_id
                  FROM %(results)s result
                  JOIN customer_grading_dimension dimension ON dimension.id = result.dimension_id
                   AND dimension.writes_tags
                   AND result.company_id IS NOT DISTINCT FROM CASE
                       WHEN dimension.company_scope = 'company' THEN dimension.tag_company_id END
                  LEFT JOIN customer_grade grade ON grade.id = result.grade_id
            ), tag_own AS (
                SELECT dimension_id, tag_id FROM customer_grade WHERE tag_id IS NOT NULL
                 UNION ALL
                SELECT id, ungraded_tag_id FROM customer_grading_dimension
                 WHERE ungraded_tag_id IS NOT NULL
            ), tag_taken AS (
                DELETE FROM res_partner_res_partner_category_rel link
                 USING tag_own own
                 WHERE link.category_id = own.tag_id AND %(looked_at)s
                   AND NOT EXISTS (
                       SELECT FROM tag_wanted wanted
                        WHERE wanted.partner_id = link.partner_id
                          AND wanted.tag_id = link.category_id)
                RETURNING link.partner_id
            ), tag_given AS (
                INSERT INTO res_partner_res_partner_category_rel (partner_id, category_id)
                SELECT partner_id, tag_id FROM tag_wanted wanted
                 WHERE tag_id IS NOT NULL AND NOT EXISTS (
                       SELECT FROM res_partner_res_partner_category_rel link
                        WHERE link.partner_id = wanted.partner_id
                          AND link.category_id = wanted.tag_id)
                ON CONFLICT DO NOTHING
                RETURNING partner_id
            )
            """,
            outside=OUTSIDE_REASONS,
            results=results,
            looked_at=looked_at,
        )
