"""python memory.py DATABASE: what a full run takes in a process of its own, in MiB.

Prints the idle size and the growth, as JSON.
"""

import json
import sys

import databases
import subject
from measure import PeakMemory


def main(name):
    databases.configure()
    with databases.environment(name) as env:
        run = subject.put_in_force(subject.create_requirements_policy(env))
        with PeakMemory() as memory:
            subject.execute(run)
    print(json.dumps({"idle": memory.idle, "growth": memory.growth}))


if __name__ == "__main__":
    main(sys.argv[1])
