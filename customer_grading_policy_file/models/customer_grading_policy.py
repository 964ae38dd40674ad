import json
import os

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.exceptions import UserError
from odoo.tools.misc import file_open, file_path

from ..tools.policy_format import restore_wording, write
from .policy_exporter import PolicyExporter
from .policy_loader import PolicyLoader


class CustomerGradingPolicy(models.Model):
    """Makes policies from files, of the library or of a person, and files from policies."""

    _inherit = "customer.grading.policy"

    file_form = fields.Json(
        help="What the policy's file named, and how it worded what records cannot tell."
    )

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
    def _load_file(self, key):
        """Make a draft of the policy ``key`` of the library.

        :raise UserError: where the library has no such policy
        """
        return self._load_text(self._read_library_file(key), f"{key}.json")

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
