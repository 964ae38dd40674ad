"""Value objects without ORM: whether figures of two groups differ by more than chance."""
