"""Proofs by numbers: what must never happen is tried thousands of times; `make prove` runs them all."""
