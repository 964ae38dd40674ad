import json
import os

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window, tell
from odoo.exceptions import UserError
from odoo.tools.misc import file_open, file_path

from ..tools.policy_format import restore_wording, walk_criteria, write
from .limit_suggester import LimitSuggester
from .policy_exporter import PolicyExporter
from .policy_loader import PolicyLoader


class CustomerGradingPolicy(models.Model):
    """Makes policies from files, of the library or of a person, and files from policies."""

    _inherit = "customer.grading.policy"

    file_form = fields.Json(
        help="What the policy's file named, and how it worded what records cannot tell."
    )
    has_limits_to_suggest = fields.Boolean(compute="_compute_has_limits_to_suggest")

    @api.model
    def load_policy(self, text, file_name):
        """Make a draft policy of the ``text`` of a policy file (docs/policy-format.md).

        Dimension, grades, questions and measures that exist are taken as they are, by their
        codes; the others are made.

        :param file_name: as the person knows the file; errors name it
        :return: the draft
        :raise ValidationError: naming everything wrong with the file, where it stands and
            what to do; nothing has been written then
        """
        self.check_access("create")
        return self._load_text(text, file_name)

    @api.model
    def _load_text(self, text, file_name):
        return PolicyLoader(self.env, file_name or self.env._("The file")).load(text)

    @api.model
    def _load_file(self, key, loading=()):
        """Make a draft of the policy ``key`` of the library.

        Policies whose grades it looks at come along, where their dimensions are not there yet.

        :param loading: keys of those that it comes along with: none of them is begun again
        :raise UserError: where the library has no such policy
        """
        text = self._read_library_file(key)
        loading = (*loading, key)
        # Looked up anew each time: one of them may have brought the next along.
        while needed := [k for k in self._get_needed_files(json.loads(text)) if k not in loading]:
            self._load_file(needed[0], loading)
        return self._load_text(text, f"{key}.json")

    @api.model
    def _get_needed_files(self, content):
        """Return the keys of the library's policies that grade what another one looks at."""
        looked_at = {c["dimension"] for c in walk_criteria(content) if "dimension" in c}
        Dimension = self.env["customer.grading.dimension"].with_context(active_test=False)
        known = Dimension.search([("code", "in", list(looked_at))])
        missing = looked_at - set(known.mapped("code"))
        if not missing:
            return []
        by_code = {
            json.loads(self._read_library_file(key))["dimension"]["code"]: key
            for key in sorted(self._get_library_files(), reverse=True)
        }
        return [by_code[code] for code in sorted(missing) if code in by_code]

    # ------------------------------------------------------------------ start

    @api.model
    def _get_new_action(self, name):
        """A policy begins in the dialog that asks what to start from."""
        return open_window(name, "customer.grading.new.policy", target="new")

    @api.model
    def _get_first_action(self):
        """While nobody was graded a manager sees the first steps."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading_policy_file.customer_grading_first_use_action"
        )

    @api.model
    def action_start(self):
        """Open what the draft that there is would do, or else the default one: no grade is saved."""
        draft = self._get_first_draft()
        if draft and any(problem["level"] == "danger" for problem in draft._get_problems()):
            return draft._get_records_action()
        wizard = self.env["customer.grading.new.policy"]
        return (draft or wizard.create({})._make_policy()).action_try_on()

    @api.model
    def _get_first_draft(self):
        """Return the draft to go on with: the latest one of the current company's customers."""
        return self.search(
            [
                ("state", "=", "draft"),
                ("dimension_id.subject", "=", "partner"),
                ("company_id", "in", [False, self.env.company.id]),
            ],
            order="id desc",
            limit=1,
        )

    # ------------------------------------------------------------------ limits

    def _get_limits_to_suggest(self):
        """Return the levels and the conditions whose limits its own figures are to give."""
        return [
            records.filtered("suggest_percent")
            for records in (self.criterion_ids.band_ids, self.rule_ids.line_ids)
        ]

    @api.depends("criterion_ids.band_ids.suggest_percent", "rule_ids.line_ids.suggest_percent")
    def _compute_has_limits_to_suggest(self):
        for policy in self:
            policy.has_limits_to_suggest = any(policy._get_limits_to_suggest())

    def _suggest_limits(self):
        """Take limits from the figures of whom the draft grades, and say so; else nothing."""
        self.ensure_one()
        dimension = self.dimension_id
        unseen = dimension.company_scope == "group" and not dimension.is_seen_whole
        if not self.has_limits_to_suggest or unseen:
            return None
        count = LimitSuggester(self).suggest()
        return count and self.env._(
            "The limits are taken from the figures of %s. Change them as you like.",
            dimension._get_number_text(count),
        )

    def action_suggest_limits(self):
        """Take the limits that wait for figures from those that there are now."""
        self.check_access("write")
        self._check_unlocked()
        self._check_complete(alone=True)
        self.dimension_id._check_seen_whole()
        if text := self._suggest_limits():
            return tell(text, "success", RELOAD)
        raise UserError(self.env._("There are no figures yet: nobody is there to be graded."))

    def _get_own_problems(self):
        """Tell where limits still are those of the file."""
        problems = super()._get_own_problems()
        if self.has_limits_to_suggest:
            text = self.env._(
                "The limits are those of the file: there were no figures to take them from. Press "
                "“Suggest limits” once there are, or write your own."
            )
            problems.append(self._prepare_problem(text, level="warning"))
        return problems

    # ------------------------------------------------------------------ library

    @api.model
    def _get_library_folders(self):
        """Hook: return the folders that hold policy files; an addon adds its own."""
        return ["customer_grading_policy_file/data/policies"]

    @api.model
    def _get_library(self, subject=None):
        """Return the policies of the library as ``(key, name in the user's language)``.

        :param subject: only those that grade such records
        """
        library = []
        for key in sorted(self._get_library_files()):
            content = json.loads(self._read_library_file(key))
            if subject and content["dimension"].get("subject", "partner") != subject:
                continue
            name = content["name"]
            if isinstance(name, dict):
                name = name.get(self.env.lang) or name["en"]
            library.append((key, name))
        return library

    @api.model
    def _get_library_files(self):
        """Return ``{key: path}`` of the library's files."""
        return {
            name.removesuffix(".json"): f"{folder}/{name}"
            for folder in self._get_library_folders()
            for name in os.listdir(file_path(folder))
            if name.endswith(".json")
        }

    @api.model
    def _read_library_file(self, key):
        files = self._get_library_files()
        if key not in files:
            raise UserError(
                self.env._(
                    "The library has no policy “%(key)s”. It has: %(keys)s.",
                    key=key,
                    keys=", ".join(sorted(files)),
                )
            )
        with file_open(files[key], filter_ext=(".json",)) as file:
            return file.read()

    # ------------------------------------------------------------------ export

    def _export_policy(self):
        """Return the content of the policy's file; a loaded one comes back key for key."""
        self.ensure_one()
        form = self.file_form or {}
        said = form.get("said", {})
        exporter = PolicyExporter(self.env)
        content = exporter.export_policy(self, said)
        return restore_wording(content, form.get("made", {}), said, exporter.shapes)

    def action_export(self):
        """Download the policy as a file that loads again, here or in another company."""
        self.ensure_one()
        if self.state == "draft":
            self._check_complete()
        content = self._export_policy()
        name = f"{content['key']}.json"
        domain = [("res_model", "=", self._name), ("res_id", "=", self.id), ("name", "=", name)]
        vals = {
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "mimetype": "application/json",
            "raw": write(content).encode(),
        }
        attachment = self.env["ir.attachment"].search(domain, limit=1)
        if attachment:
            attachment.write(vals)
        else:
            attachment = attachment.create(vals)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }
