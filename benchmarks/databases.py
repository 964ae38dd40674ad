"""The benchmark's databases: clones, and generated data kept as templates."""

import hashlib
import os
import shutil
import time
import warnings
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg2
from generate import generate

from odoo import SUPERUSER_ID, api, tools
from odoo.modules.registry import Registry
from odoo.sql_db import close_db

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("CUSTOMER_GRADING_CACHE", HERE.parent / ".odoo"))
GENERATOR = ("bulk.py", "generate.py", "generate_invoices.py", "patterns.py")
PREFIX = "bench_"


def configure():
    """Make Odoo ready to be used as a library."""
    tools.config.parse_config(
        ["-c", str(CACHE / "odoo.conf"), "--log-level=warn", "--no-http"], setup_logging=True
    )
    # What Odoo's own code calls and is deprecated says nothing of the addons.
    warnings.filterwarnings(
        "ignore", category=DeprecationWarning, module=r"odoo\.(?!addons\.customer_grading)"
    )


@contextmanager
def maintenance():
    """Give a cursor that may create and drop databases."""
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def get_names(prefix):
    """Return the names of the databases that begin with ``prefix``."""
    with maintenance() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        return [name for (name,) in cursor.fetchall()]


def _get_files(name):
    return Path(tools.config.filestore(name))


def drop(name):
    """Drop one of the benchmark's databases and its files, if it is there."""
    if not name.startswith(PREFIX):
        raise ValueError(f"{name} is none of the benchmark's databases")
    release(name)
    with maintenance() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(_get_files(name), ignore_errors=True)


def clone(source, name):
    """Make database ``name`` a copy of ``source`` and return the name.

    Everything is on the disk afterwards, so that writing the copy disturbs no measurement.
    """
    drop(name)
    release(source)
    with maintenance() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        cursor.execute("CHECKPOINT")
    if _get_files(source).exists():
        shutil.copytree(_get_files(source), _get_files(name), copy_function=os.link)
    return name


def vacuum(name):
    """Clean up after what was written, and know what the tables are like.

    Everything is on the disk afterwards: what is measured next writes its own pages only.
    """
    release(name)
    connection = psycopg2.connect(dbname=name)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    connection.close()


def release(name):
    """Let go of a database: no registry, no connection."""
    Registry.delete(name)
    close_db(name)


@contextmanager
def environment(name, user_id=SUPERUSER_ID, context=None):
    """Give an environment on the database; what is not committed is lost."""
    with Registry(name).cursor() as cr:
        yield api.Environment(cr, user_id, context or {})
        cr.rollback()


def install(name, module):
    """Install a module, and return the seconds that takes."""
    release(name)
    start = time.perf_counter()
    Registry.new(name, update_module=True, install_modules=[module])
    return time.perf_counter() - start


def get_data(template, scale):
    """Return the name of a database with the data of ``scale``, made if there is none.

    It lives until the generator, Odoo or the month changes.
    """
    prefix = f"{PREFIX}data_{str(scale).replace('.', '_')}_"
    name = prefix + _get_fingerprint(template)
    if name not in (known := get_names(prefix)):
        for outdated in known:
            drop(outdated)
        _make_data(template, scale, name)
    return name


def _get_fingerprint(template):
    parts = [template, date.today().strftime("%Y%m")]
    parts += [(HERE / file).read_text() for file in GENERATOR]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:8]


def _make_data(template, scale, name):
    """Make it under another name, so that a half-made one is never taken for the data."""
    making = clone(template, f"{PREFIX}making")
    with environment(making) as env:
        generate(env, scale)
    vacuum(making)
    with maintenance() as cursor:
        cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    if _get_files(making).exists():
        _get_files(making).rename(_get_files(name))


def get_size(name):
    """Return the size of a database in words."""
    with maintenance() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(%s))", [name])
        return cursor.fetchone()[0]


def get_server_version():
    """Return PostgreSQL's version, as it says it."""
    with maintenance() as cursor:
        cursor.execute("SHOW server_version")
        return cursor.fetchone()[0]
