"""Daily life: nothing is shown, and the money goes to the borrower. Pure."""

from lending.products.scenes.contracts import Scene

SCENE = Scene(code="CONSUMPTION", evidence=(), consent=None, needs_order=False, pays_merchant=False)
