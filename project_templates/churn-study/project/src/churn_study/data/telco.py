"""IBM's Telco customers: who they are, what they pay, and whether they left last month. Nobody was offered anything."""

import hashlib
import io
from pathlib import Path

import pandas as pd

from churn_study.data.study import CHURNED, CUSTOMER, BadDataError, Columns, as_flags
from churn_study.kit import download

NAME, LICENCE = "telco", "Apache-2.0 (its repository's)"
URL = "https://raw.githubusercontent.com/IBM/telco-customer-churn-on-icp4d/master/data/Telco-Customer-Churn.csv"
SHA256 = "16320c9c1ec72448db59aa0a26a0b95401046bef5d02fd3aeb906448e3055e91"
ROWS = 7_043
COLUMNS = Columns(
    numeric=["tenure", "MonthlyCharges", "TotalCharges"],
    categorical=["Contract", "InternetService", "PaymentMethod", "OnlineSecurity", "TechSupport", "OnlineBackup",
                 "DeviceProtection", "StreamingTV", "StreamingMovies", "MultipleLines", "PhoneService",
                 "PaperlessBilling", "SeniorCitizen", "Partner", "Dependents", "gender"],
    money="MonthlyCharges",
)  # fmt: skip


def fetch(folder: Path, mirror: str | None) -> tuple[pd.DataFrame, Columns, str, list[str]]:
    """(rows, columns, sha256, what was wrong with them)."""
    print(f"fetching Telco from IBM's repository; license: {LICENCE}")
    path = folder / "Telco-Customer-Churn.csv"
    download.fetch([download.Wanted(URL, path, _is_whole)], "file", mirror)
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    if len(rows) != ROWS:
        raise BadDataError(f"{path.name} has {len(rows):,} customers instead of {ROWS:,}")
    total = pd.to_numeric(rows["TotalCharges"].str.strip(), errors="coerce")
    tenure, charges = (pd.to_numeric(rows[name]) for name in ("tenure", "MonthlyCharges"))
    senior = rows["SeniorCitizen"].map({"0": "No", "1": "Yes"})
    table = rows[COLUMNS.categorical].assign(SeniorCitizen=senior, tenure=tenure, MonthlyCharges=charges)
    table = table.assign(TotalCharges=total.fillna(0.0), **{CUSTOMER: rows["customerID"]})
    table[CHURNED] = as_flags(rows["Churn"], "Churn")
    twins = rows.drop(columns=["customerID"]).duplicated().sum()
    found = [
        f"`TotalCharges` is blank for {total.isna().sum()} customers, all in their first month: read as 0",
        f"{twins} customers are the same as an earlier one in every column but their id: kept, since the id differs",
        "no date: customers are split at random, and whether the model still holds next year is not measured",
    ]
    return table, COLUMNS, hashlib.sha256(path.read_bytes()).hexdigest(), found


def _is_whole(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == SHA256 and len(io.BytesIO(content).readlines()) == ROWS + 1
