"""What people paste and servers answer -> token outputs."""
