from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

# What the tags of a dimension are called and shown by; and whose grades they say.
NAMING_FIELDS = ("name", "active")
WRITING_FIELDS = ("writes_tags", "tag_company_id", "company_scope")


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
                    "“%s” does not grade customers: only their grades are written as contact tags.",
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
        for vals in vals_list:
            if vals.get("writes_tags"):
                vals.setdefault("tag_company_id", self.env.company.id)
        dimensions = super().create(vals_list)
        dimensions.filtered("writes_tags")._follow_choice()
        return dimensions

    def write(self, vals):
        if vals.keys() & {*WRITING_FIELDS}:
            self.filtered("writes_tags")._check_may_show()
        if vals.get("writes_tags"):
            self.filtered(
                lambda dimension: not dimension.tag_company_id
            ).tag_company_id = self.env.company
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

    def _write_tags(self, partners=None):
        """Give everybody the tag of the grade in effect, writing only what differs.

        :param partners: only of these contacts, SQL that lists their ids; ``None``: of all, and
            the tags are made and named, too
        """
        writing = self.filtered("writes_tags")
        if partners is None:
            writing._keep_tags()
        few = SQL("partner_id IN %s", partners) if partners else SQL("TRUE")
        self.env.flush_all()
        for dimension in writing:
            self.env.cr.execute(dimension._get_tagging_sql(few))
            if self.env.cr.rowcount:
                self.env["res.partner"].invalidate_model(["category_id"], flush=False)

    def _write_tags_of(self, partner_ids):
        """Give these contacts the tags of their grades in effect."""
        if partner_ids:
            self._write_tags(SQL("%s", tuple(partner_ids)))

    def _get_tagging_sql(self, few):
        """Return the statement that takes off and gives tags, and returns whom.

        A customer has the tag of its grade, else that of who is not graded; none where it is
        nobody whom the dimension is about. Contacts that are no customers have none.

        :param few: which contacts are looked at, SQL on ``partner_id``
        """
        tags = self.with_context(active_test=False).grade_ids.tag_id | self.ungraded_tag_id
        return SQL(
            """
            WITH differing AS MATERIALIZED (
                SELECT partner_id, tag_id, present.place
                  FROM (
                    SELECT result.partner_id,
                           CASE WHEN result.grade_id IS NOT NULL THEN grade.tag_id
                                WHEN result.reason = 'left' THEN NULL
                                WHEN result.policy_id IS NOT NULL THEN %(ungraded)s
                           END AS tag_id
                      FROM customer_grading_result result
                      LEFT JOIN customer_grade grade ON grade.id = result.grade_id
                     WHERE result.dimension_id = %(dimension)s
                       AND result.company_id IS NOT DISTINCT FROM %(company)s
                       AND %(few)s
                  ) wanted
                  FULL JOIN (
                    SELECT partner_id, category_id AS tag_id, ctid AS place
                      FROM res_partner_res_partner_category_rel
                     WHERE category_id = ANY (%(tags)s) AND %(few)s
                  ) present USING (partner_id, tag_id)
                 WHERE tag_id IS NOT NULL AND (wanted.partner_id IS NULL OR present.place IS NULL)
            ), taken AS (
                DELETE FROM res_partner_res_partner_category_rel
                 WHERE ctid = ANY (ARRAY(SELECT place FROM differing WHERE place IS NOT NULL))
                RETURNING partner_id
            ), given AS (
                INSERT INTO res_partner_res_partner_category_rel (partner_id, category_id)
                SELECT partner_id, tag_id FROM differing WHERE place IS NULL
                ON CONFLICT DO NOTHING
                RETURNING partner_id
            )
            SELECT partner_id FROM taken UNION SELECT partner_id FROM given
            """,
            ungraded=self.ungraded_tag_id.id,
            dimension=self.id,
            company=self._get_tag_company().id or None,
            few=few,
            tags=tags.ids,
        )
