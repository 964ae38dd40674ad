"""python memory.py DATABASE MOVING: what full runs take in a process of their own.

One grades everybody for the first time, in one MOVING customers move. Prints the idle
size and the growth in MiB, as JSON.
"""

import json
import sys

import databases
import subject
from business import move_customers
from measure import PeakMemory


def main(name, moving):
    databases.configure()
    with databases.environment(name) as env:
        policy = subject.create_requirements_policy(env)
        first = subject.put_in_force(policy)
        with PeakMemory() as memory:
            subject.execute(first)
            move_customers(env.cr, moving)
            subject.execute(subject.create_run(policy))
    print(json.dumps({"idle": memory.idle, "growth": memory.growth}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
