"""Wallet bills: WeChat Pay and Alipay, one file each."""
