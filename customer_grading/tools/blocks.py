"""What the page “Grading” is made of, as the screen lays it out: blocks of rows of cells."""

RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}


def make_block(title, columns=(), rows=(), text=None):
    """Return a block: a table, and a text below it."""
    return {"title": title, "columns": list(columns), "rows": list(rows), "text": text}


def make_row(mark, *cells, indent=0, muted=False):
    """Return a row of a block.

    :param mark: ``met``, ``unmet``, ``missing`` or ``None``
    :param cells: a cell is its text, or a dict

    >>> make_row("met", "Revenue", at_end("5"), muted=True)["cells"][1]
    {'text': '5', 'action': None, 'badge': None, 'align': 'end'}
    """
    empty = {"text": "", "action": None, "badge": None, "align": None}
    cells = [cell if isinstance(cell, dict) else {"text": cell} for cell in cells]
    return {
        "mark": mark,
        "indent": indent,
        "muted": muted,
        "cells": [{**empty, **cell} for cell in cells],
    }


def at_end(text):
    """Return the cell of a number, or of what stands in a column with numbers."""
    return {"text": text, "align": "end"}


def make_badge(grade):
    """Return the badge of a grade, ``None`` for no grade."""
    return {"code": grade.code, "name": grade.name, "color": grade.color} if grade else None


def make_grade_cell(env, grade):
    """Return the cell that shows a grade, or that there is none."""
    return {"text": "" if grade else env._("Not graded"), "badge": make_badge(grade)}


def tell(message, kind="info", then=None, **values):
    """Return the action that tells something in a corner of the screen.

    :param kind: ``info``, ``success`` or ``warning``
    :param then: the action that follows, such as :data:`RELOAD`
    """
    params = {"message": message, "type": kind, "next": then, **values}
    return {"type": "ir.actions.client", "tag": "display_notification", "params": params}


def open_window(name, model, modes="form", **values):
    """Return the action that opens records of ``model``; ``values`` are further keys.

    >>> open_window("Orders", "sale.order", "list,form")["views"]
    [[False, 'list'], [False, 'form']]
    """
    return {
        "type": "ir.actions.act_window",
        "name": name,
        "res_model": model,
        "view_mode": modes,
        "views": [[False, mode] for mode in modes.split(",")],
        **values,
    }


def open_action(env, xml_id, name, **values):
    """Return an action of a menu under another name; ``values`` are keys that differ."""
    action = env["ir.actions.act_window"]._for_xml_id(xml_id)
    return {**action, "name": name, "display_name": name, **values}
