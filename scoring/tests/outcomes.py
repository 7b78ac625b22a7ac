"""Tables of people who do not exist, for tests of models: what drives the risk is known."""

import numpy as np
import pandas


def table(rows: int = 400, seed: int = 7) -> tuple[pandas.DataFrame, np.ndarray]:
    """`delay` raises the risk, `income` lowers it and is sometimes unknown, `noise` does nothing.

    Who rents is riskier; whose income is unknown is riskier still.
    """
    dice = np.random.default_rng(seed)
    delay, income, noise = dice.normal(size=(3, rows))
    home = dice.choice(["own", "rent", "parents"], size=rows, p=[0.5, 0.4, 0.1])
    unknown = dice.random(rows) < 0.1
    odds = 1.5 * delay - income + 0.8 * (home == "rent") + 1.2 * unknown - 1.6
    is_bad = (dice.random(rows) < 1 / (1 + np.exp(-odds))).astype(np.int8)
    frame = pandas.DataFrame(
        {
            "delay": delay.round(3),
            "income": np.where(unknown, np.nan, income.round(3)),
            "noise": noise.round(3),
            "home": home.astype(object),
        }
    )
    return frame, is_bad


def text(rows: int = 300, *, separator: str = ",", seed: int = 7) -> str:
    """The same as a file."""
    frame, is_bad = table(rows, seed)
    return frame.assign(bad=is_bad).to_csv(sep=separator, index=False, lineterminator="\n")
