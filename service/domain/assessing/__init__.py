"""The arithmetic of an assessment: pure functions on plain values, exact in fractions.

``windows`` says when, ``counting`` how much, ``scoring`` which points, ``projecting`` what is to come and
``ranks`` who stands where. docs/assessment.md has every formula with its source.
"""
