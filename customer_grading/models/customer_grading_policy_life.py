from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerGradingPolicy(models.Model):
    """What becomes of a policy: tried on, put in force, run, revised, closed."""

    _inherit = "customer.grading.policy"

    def copy_data(self, default=None):
        """A copy is a draft with the same scope; what decides follows in :meth:`copy`."""
        vals_list = super().copy_data(default)
        for policy, vals in zip(self, vals_list, strict=True):
            if not (default or {}).keys() & {"name", "previous_id"}:
                vals["name"] = self.env._("%s (copy)", policy.name)
        return vals_list

    def copy(self, default=None):
        """Copy the policy with its criteria and requirements."""
        copies = super().copy(default)
        for policy, duplicate in zip(self, copies, strict=True):
            policy._copy_trees_to(duplicate)
        return copies

    def _copy_trees_to(self, duplicate):
        """Copy criteria, levels and requirements, each copy referring to the copies."""
        criteria, bands = {}, {}
        for criterion in self.criterion_ids.sorted(lambda c: c._get_depth()):
            new = criterion.copy(
                {
                    "policy_id": duplicate.id,
                    "key": criterion.key,
                    "parent_id": criteria.get(criterion.parent_id, criterion.browse()).id,
                }
            )
            criteria[criterion] = new
            bands.update(zip(criterion.band_ids, new.band_ids, strict=True))
        Rule = self.env["customer.grading.rule"]
        for root in self.rule_ids:
            strongest = criteria.get(root.limit_criterion_id, Rule)
            new_root = root.copy({"policy_id": duplicate.id, "limit_criterion_id": strongest.id})
            for line in root._get_ordered_lines():
                line.copy(
                    {
                        "root_id": new_root.id,
                        "policy_id": duplicate.id,
                        "criterion_id": criteria.get(line.criterion_id, Rule).id,
                        "level_id": bands.get(line.level_id, Rule).id,
                    }
                )

    def action_revise(self):
        """Open the next version as a draft; activating it closes this one."""
        self.ensure_one()
        self.check_access("write")
        self._check_revisable()
        draft = self.copy(
            {
                "previous_id": self.id,
                "version": max(self._get_versions().mapped("version")) + 1,
            }
        )
        draft.key = self.key
        return draft._get_records_action()

    def action_close(self):
        """End the policy: its customers keep their grades until another one grades them."""
        self.check_access("write")
        self.write({"state": "closed", "date_to": fields.Date.context_today(self)})

    def action_activate(self):
        """Open the try-on, from which the policy is put in force."""
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        return self.action_try_on()

    def action_try_on(self):
        """Evaluate the policy without changing a grade, and open what it would do."""
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        run = self._create_run("preview")
        run._execute()
        return run._get_try_on_action()

    def _put_in_force(self):
        """Make the policy run, close the versions it replaces, and return its first runs.

        One whose day is still to come is scheduled, and has no runs yet.
        """
        self.ensure_one()
        self._check_complete()
        if self._is_of_later():
            self._schedule()
            return self.env["customer.grading.run"]
        self._get_replaced().action_close()
        self.write({"state": "running", "date_from": fields.Date.context_today(self)})
        runs = self.env["customer.grading.run"]
        for company in self._get_companies() or [self.env["res.company"]]:
            runs += self._create_run("nightly", company)
        return runs

    def _create_run(self, mode, company=None):
        """Return a new run of the policy in ``mode``, of today in the company's time zone.

        :param company: the company to grade; the policy's own, or the current one, where
            it is not said
        """
        self.ensure_one()
        if company is None:
            companies = self._get_companies()
            company = self.env.company if self.env.company in companies else companies[:1]
        # A chatter is kept where everybody is graded, not of each customer graded at once.
        return (
            self.env["customer.grading.run"]
            .sudo()
            .with_context(tracking_disable=mode in ("on_demand", "incremental"))
            .create(
                {
                    "policy_id": self.id,
                    "company_id": company.id,
                    "mode": mode,
                    "user_id": self.env.uid,
                }
            )
        )

    @api.model
    def _regrade(self, records):
        """Grade ``records``, customers or opportunities, now, in the current company.

        :return: the runs made, done or failed
        :raise UserError: where no policy is running
        """
        runs = self.env["customer.grading.run"]
        for dimension in (
            self.env["customer.grading.dimension"]
            .sudo()
            .search([("subject", "=", records._grading_subject)])
        ):
            company, policies = self._get_in_force(dimension, self.env.company)
            runs += policies._regrade_in(company, records)
        if not runs:
            raise UserError(
                self.env._(
                    "No grading policy is running in %s. Set one up and activate it first.",
                    self.env.company.name,
                )
            )
        return runs

    @api.model
    def _regrade_everywhere(self, records):
        """Grade ``records`` now, by every running policy of every company."""
        running = [
            ("state", "=", "running"),
            ("dimension_id.subject", "=", records._grading_subject),
        ]
        for policy in self.sudo().search(running):
            for company in policy._get_companies() or [self.env["res.company"]]:
                policy._regrade_in(company, records)

    def _regrade_in(self, company, records):
        """Grade ``records`` for ``company`` by these policies, and return the runs."""
        runs = self.env["customer.grading.run"]
        for policy in self:
            run = policy._create_run("on_demand", company)
            run._execute(subject_ids=records.ids)
            runs += run
        return runs

    def action_view_results(self):
        """Open the results of the policy."""
        name = self.dimension_id._choose_text(self.env._("Customers"), self.env._("Opportunities"))
        return self._get_related_action("customer.grading.result", name)

    def action_view_not_graded(self):
        """Open the results without a grade."""
        return self._get_related_action(
            "customer.grading.result", self.env._("Not graded"), [("grade_id", "=", False)]
        )

    def action_view_changes(self):
        """Open the changes of grade that the policy made or proposes."""
        return self._get_related_action("customer.grading.change", self.env._("Changes"))

    def action_view_runs(self):
        """Open the runs of the policy."""
        return self._get_related_action("customer.grading.run", self.env._("Runs"))

    def _get_related_action(self, model, name, domain=()):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("policy_id", "=", self.id), *domain],
            "context": {"create": False, "grading_subject": self.subject},
        }

    def action_add_grade(self):
        """Open the dialog of a new grade with its requirement."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add a grade"),
            "res_model": "customer.grading.rule",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_policy_id": self.id,
                "default_kind": "all",
                "default_sequence": max(self.rule_ids.mapped("sequence"), default=0) + 10,
            },
        }

    def action_add_criterion(self):
        """Open the dialog of a new criterion."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add a criterion"),
            "res_model": "customer.grading.criterion",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_policy_id": self.id,
                "default_parent_id": self.decide_by == "points" and self.score_criterion_id.id,
                "default_sequence": max(self.criterion_ids.mapped("sequence"), default=0) + 10,
            },
        }
