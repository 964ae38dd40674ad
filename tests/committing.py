"""Tests on connections of their own: real transactions that commit, beside each other."""

import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

from .common import CustomerGradingCommon

MODELS = "odoo.addons.customer_grading.models"
SLICED = (
    "result.customer_grading_slices",
    "run.customer_grading_run",
    "run.customer_grading_store",
)


class Killed(BaseException):
    """What a killed process does: nothing catches it, nothing is cleaned up."""


class CommittingCase(BaseCase):
    """What each test commits, :meth:`_clean` takes back at its end."""

    def setUp(self):
        super().setUp()
        # Slices and batches of two: even six customers take three of each.
        for name in SLICED:
            patcher = patch(f"{MODELS}.{name}.SLICE", 2)
            patcher.start()
            self.addCleanup(patcher.stop)
        self.addCleanup(self._clean)
        with self._connect() as env:
            self._prepare(env)

    @contextmanager
    def _connect(self):
        """Open a connection of its own; what is done on it is committed at the end."""
        with Registry(get_db_name()).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _prepare(self, env):
        """Create what the tests need."""
        raise NotImplementedError

    def _clean(self):
        """Delete what the test left."""
        raise NotImplementedError

    @staticmethod
    def _make_factory(env, base=CustomerGradingCommon):
        """Return a class whose methods create documents and policies by ``env``."""
        return type("Factory", (base,), {"env": env, "company": env.company})

    @staticmethod
    def _delete_policy(policy):
        """Delete a policy with its dimension, and all that it ever gave."""
        env, dimension = policy.env, policy.dimension_id
        env.cr.execute(
            "UPDATE customer_grading_policy SET state = 'draft' WHERE id = %s", [policy.id]
        )
        policy.invalidate_recordset()
        for model in ("change", "result"):
            env[f"customer.grading.{model}"].search([("dimension_id", "=", dimension.id)]).unlink()
        policy.run_ids.unlink()
        policy.rule_ids.unlink()
        policy.criterion_ids.unlink()
        policy.unlink()
        dimension.unlink()

    # ------------------------------------------------------------------ what is done

    def _execute(self, run_id):
        """Make a run go as in a cron: every step is a transaction."""
        with self._connect() as env:
            env["customer.grading.run"].browse(run_id)._execute(commit=True)

    @staticmethod
    def _do_at_once(action, *arguments):
        """Call ``action`` with each of the ``arguments`` at the same time, and wait for all."""
        threads = [threading.Thread(target=action, args=(argument,)) for argument in arguments]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    @contextmanager
    def _before(self, method, action, on_call=1, model="customer.grading.run"):
        """Do ``action`` when ``method`` is called, after its transaction has begun."""
        cls = Registry(get_db_name())[model]
        original, calls = getattr(cls, method), []

        def wrapped(records, *args, **kwargs):
            calls.append(args)
            records.env.cr.execute("SELECT COUNT(*) FROM customer_grading_result")
            if len(calls) == on_call:
                action()
            return original(records, *args, **kwargs)

        with patch.object(cls, method, wrapped), mute_logger("odoo.sql_db"):
            yield calls

    def _kill(self, *_args):
        raise Killed
