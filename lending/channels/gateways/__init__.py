"""Payment gateways: adapters of one shape over the vendors' kits, imported where switched on."""
