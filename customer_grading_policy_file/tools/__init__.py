"""The format of policy files, which knows nothing of records: keys, reading, what may be wrong."""
