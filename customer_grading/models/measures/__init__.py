"""Built-in measures in code, a file a family: values, and the documents behind them.

In: a criterion, a scope and the statement that asks. Out: one SQL expression for each key.
"""

from . import grades
