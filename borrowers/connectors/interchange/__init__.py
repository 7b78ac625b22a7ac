"""Statements in the formats that banks exchange: OFX, MT940, CAMT.053 and QIF, one file each."""
