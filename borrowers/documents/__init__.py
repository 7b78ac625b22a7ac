"""Sealed files by id: uploads, evidence, contracts."""
