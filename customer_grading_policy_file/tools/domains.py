"""Goes through domains written as lists, as they stand in fields and policy files."""


def follow(model, path):
    """Return the model at the end of ``path``, or ``None`` where it ends in a plain value.

    :raise KeyError: where the path leads nowhere
    """
    for name in path.split("."):
        if model is None:
            raise KeyError(name)
        if name == "id":
            continue
        field = model._fields[name]
        model = model.env[field.comodel_name] if field.relational else None
    return model


def map_conditions(domain, model, convert):
    """Return ``domain`` with its conditions converted, those within ``any`` as well.

    :param convert: takes path, operator, value and the model at the end of the path, and
        returns the condition
    """
    converted = []
    for item in domain:
        if isinstance(item, str):
            converted.append(item)
            continue
        path, operator, value = item
        target = follow(model, path) if isinstance(path, str) else None
        if operator in ("any", "not any") and target is not None:
            converted.append((path, operator, map_conditions(value, target, convert)))
        else:
            converted.append(convert(path, operator, value, target))
    return converted


def get_ids(value):
    """Return the numbers in a condition's value, which are ids if its path ends in records."""
    values = value if isinstance(value, (list, tuple)) else [value]
    return [v for v in values if isinstance(v, int) and not isinstance(v, bool)]


def to_lists(value):
    """Return a domain with lists for tuples, as JSON has it.

    >>> to_lists([("state", "in", ("sale", "done"))])
    [['state', 'in', ['sale', 'done']]]
    """
    return [to_lists(item) for item in value] if isinstance(value, (list, tuple)) else value
