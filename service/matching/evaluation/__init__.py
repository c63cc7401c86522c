"""How good a ranking is, measured on real placements beside what anyone would get from a search engine."""
