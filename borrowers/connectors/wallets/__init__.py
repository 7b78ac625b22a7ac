"""Wallet bills: WeChat Pay and Alipay, one file each, and what the two share."""
