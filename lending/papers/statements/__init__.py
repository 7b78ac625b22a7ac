"""The statement of a loan (对账单): one value that page, PDF and API are made from."""
