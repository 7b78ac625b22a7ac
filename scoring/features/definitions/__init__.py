"""One file per side of a person's money. Each declares FEATURES, and GROUPS where it opens one.

The catalogue finds whatever stands here: a new feature is one new file (docs/new-feature.md).
"""
