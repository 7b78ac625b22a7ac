"""The garbage collector of long-lived processes."""

import gc

# Objects made before it looks at the young: a request makes some ten thousand, nearly all of which
# go by themselves when it ends.
YOUNG = 50_000


def settle() -> None:
    """Called once when everything is loaded, which then stays and is not walked over any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
