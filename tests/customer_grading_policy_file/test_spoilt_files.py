"""Spoilt policy files: refused in words with nothing written, or they decide and come back."""

import json
import re
from time import process_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import TODAY
from .mutations import mutate
from .test_policy_file import COUNTED_MODELS, PolicyFileCommon

FILES = 100
SECONDS = 2
# Each line names a place, the reason and what to do.
REFUSED = re.compile(r"“mine\.json” cannot be loaded:(\n• (\S.*?: .+|\.\.\. and \d+ more))+")


@tagged("post_install", "-at_install")
class TestSpoiltFiles(PolicyFileCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        texts = map(cls.Policy._read_library_file, sorted(cls.Policy._get_library_files()))
        cls.contents = [json.loads(text) for text in texts]
        for content in cls.contents:
            for key in cls.Policy._get_needed_files(content):
                cls.Policy._load_file(key)
        for customer in cls._create_customers(3):
            cls._create_order(customer, TODAY)

    def _count(self):
        self.env.flush_all()
        return {name: self.env[name].search_count([]) for name in COUNTED_MODELS}

    def test_a_spoilt_file_is_refused_in_words_or_decides_and_comes_back(self):
        before, loaded = self._count(), 0
        for seed in range(FILES):
            kinds, text = mutate(self.contents, seed)
            with self.subTest(seed=seed, kinds=kinds), self._undone():
                start = process_time()
                try:
                    policy = self.Policy.load_policy(text, "mine.json")
                except ValidationError as refusal:
                    self.assertLess(process_time() - start, SECONDS)
                    self.assertRegex(str(refusal), REFUSED)
                    self.assertEqual(self._count(), before)
                else:
                    loaded += 1
                    self._check_loaded(policy)
        self.assertIn(loaded, range(FILES // 10, FILES * 9 // 10))

    def _check_loaded(self, policy):
        """Check that the file of a draft makes the same draft, and that it decides."""
        self.env.invalidate_all()
        content = policy._export_policy()
        again = self._load(content)
        self.env.invalidate_all()
        self.assertEqual(again._export_policy(), content)
        self.assertTrue(policy.reads_as)
        if any(problem["level"] == "danger" for problem in policy._get_problems()):
            with self.assertRaises(UserError):
                policy._try_on()
        else:
            trial = policy._try_on()
            self.assertEqual(trial.state, "done", trial.error)

    def test_so_large_a_number_that_no_decimals_are_left_comes_back(self):
        content = self._get_content()
        for number in (999_999_999_999, 500_000_000_000, 9_999_999_999.9999):
            with self.subTest(number=number), self._undone():
                content["rules"][0]["all"] = [{"criterion": "orders", "at_least": number}]
                self.env.invalidate_all()
                self.assertEqual(self._load(content)._export_policy(), content)
        content["rules"][0]["all"] = [{"criterion": "orders", "at_least": 10_000_000_000.5}]
        with self.assertRaisesRegex(ValidationError, "none from 10,000 million on"):
            self._load(content)
