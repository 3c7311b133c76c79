"""Which rows train, which choose, and which are the test: by customer, and by time where the rows have dates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_study.config import Config
from churn_study.data.study import CUSTOMER, DATE, HISTORY, Study
from churn_study.kit.intervals import stream

BY_BOTH, BY_TIME, BY_CUSTOMER = "test (held out, later)", "test (later)", "test (held out)"


@dataclass(frozen=True)
class Split:
    """Rows of the history by what they are used for."""

    train: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame
    name: str  # as the tables call the test


def split(study: Study, config: Config) -> Split:
    """No customer of the test trains anything; where there are dates, nothing of the test's time does either."""
    rows = study.part(HISTORY)
    customers = np.sort(rows[CUSTOMER].unique())
    drawn = stream(config.seed, "split").permutation(customers)
    test, validation = (round(share * len(drawn)) for share in (config.test_share, config.validation_share))
    is_repeated = len(customers) < len(rows)
    is_chosen = rows[CUSTOMER].isin(drawn[test : test + validation])
    if not study.has_dates:
        is_test = rows[CUSTOMER].isin(drawn[:test])
        return Split(rows[~is_test & ~is_chosen], rows[is_chosen], rows[is_test], BY_CUSTOMER)
    if is_repeated:
        is_last, is_tested = rows[DATE] == rows[DATE].max(), rows[CUSTOMER].isin(drawn[:test])
        is_early = ~is_last & ~is_tested
        return Split(rows[is_early & ~is_chosen], rows[is_early & is_chosen], rows[is_last & is_tested], BY_BOTH)
    cut = min(rows[DATE].quantile(1 - config.test_share), rows[DATE][rows[DATE] < rows[DATE].max()].max())
    is_test = rows[DATE] > cut  # the newest date at least, however many rows it has
    return Split(rows[~is_test & ~is_chosen], rows[~is_test & is_chosen], rows[is_test], BY_TIME)
