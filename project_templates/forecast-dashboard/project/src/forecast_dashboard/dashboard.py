"""The backtest in Streamlit: a day with its band, every week, where it fails, and what would ring.

Run as: python -m forecast_dashboard dashboard
It reads reports/aggregates.json and models/card.json, and computes nothing: what it shows is what was measured.
"""

import json
from typing import Any

import altair as alt
import streamlit as st

from forecast_dashboard.config import AGGREGATES
from forecast_dashboard.trained import CARD

COLOURS = {"forecast": "#1b6e3c", "came": "#4a6fa5", "last week": "#8a6d1d", "commit": "#7a3fa0"}
HEIGHT = 320


def main() -> None:
    """The whole page, from top to bottom, again after each choice."""
    st.set_page_config(page_title="Electricity demand, forecast", layout="centered")
    if not AGGREGATES.is_file():
        st.error("Nothing is measured yet. One command does it: `python -m forecast_dashboard run`.")
        return
    shown: dict[str, Any] = json.loads(AGGREGATES.read_text(encoding="utf-8"))
    st.title(shown["title"])
    st.write(f"Measured on {'a drawn sample' if shown['synthetic'] else shown['source']}, {shown['created'][:10]}.")
    areas = {each["name"]: each for each in shown["areas"]}
    area = areas[st.selectbox("Area", list(areas))]
    forecast, backtest, failures, watching = st.tabs(["Forecast", "Backtest", "Where it fails", "Monitoring"])
    with forecast:
        _forecast(area, shown)
    with backtest:
        _backtest(area, shown)
    with failures:
        _failures(shown)
    with watching:
        _monitoring(area)


def _forecast(area: dict[str, Any], shown: dict[str, Any]) -> None:
    days = {f"{each['date']}, {each['why']}": each for each in area["days"]}
    day = days[st.selectbox("Day", list(days))]
    peak = max(range(len(day["point"])), key=lambda place: day["point"][place])
    st.write(f"The forecast is highest at {day['clock'][peak]}: {day['point'][peak]} MW.")
    lines = {"forecast": "point", "came": "came", "last week": "last_week", "commit": "commit"}
    rows = [
        {"clock": clock, "what": name, "MW": value}
        for name, key in lines.items()
        for clock, value in zip(day["clock"], day[key], strict=True)
        if value is not None
    ]
    limits = [
        {"clock": clock, "low": low, "high": high}
        for clock, low, high in zip(day["clock"], day["low"], day["high"], strict=True)
    ]
    scale = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    clock = alt.X("clock:O", title="local time", axis=alt.Axis(labelAngle=0, labelOverlap=True))
    band = alt.Chart(alt.Data(values=limits)).mark_area(opacity=0.2, color=COLOURS["forecast"])
    band = band.encode(x=clock, y=alt.Y("low:Q", title="MW", scale=alt.Scale(zero=False)), y2="high:Q")
    curves = alt.Chart(alt.Data(values=rows)).mark_line()
    curves = curves.encode(x=clock, y="MW:Q", color=alt.Color("what:N", scale=scale, title=None, legend=_BELOW))
    st.altair_chart((band + curves).properties(height=HEIGHT), width="stretch")
    st.write(f"Shaded: the {shown['promised']:.0%} interval. Every number is in the table.")
    with st.expander("The day as a table"):
        columns = ("clock", "came", "point", "low", "high", "commit", "last_week")
        st.table([dict(zip(columns, each, strict=True)) for each in zip(*(day[key] for key in columns), strict=True)])


def _backtest(area: dict[str, Any], shown: dict[str, Any]) -> None:
    rows = [
        {"week": each["from"], "what": name, "MW": each[key]}
        for each in area["weekly"]
        for name, key in (("forecast", "mae"), ("last week", "naive"))
    ]
    worst = max(area["weekly"], key=lambda each: each["mae"])
    st.write(f"The worst week begins on {worst['from']}: wrong by {worst['mae']} MW on average.")
    scale = alt.Scale(domain=["forecast", "last week"], range=[COLOURS["forecast"], COLOURS["last week"]])
    chart = alt.Chart(alt.Data(values=rows)).mark_line().encode(
        x=alt.X("week:T", title="week"),
        y=alt.Y("MW:Q", title="mean error, MW"),
        color=alt.Color("what:N", scale=scale, title=None, legend=_BELOW),
    )  # fmt: skip
    st.altair_chart(chart.properties(height=HEIGHT), width="stretch")
    with st.expander("The weeks as a table"):
        st.table(area["weekly"])
    st.subheader("All models")
    st.table([
        {"model": row["model"], "MASE": f"{row['value']:.3f}", "95 % interval": "{:.3f} to {:.3f}".format(*row["ci95"])}
        for row in shown["results"]
        if row["metric"] == "mase"
    ])  # fmt: skip


def _failures(shown: dict[str, Any]) -> None:
    found = {each["method"]: each for each in shown["intervals"] if each["model"] == shown["served"]}
    st.write(f"Share of what came that lies within the intervals. They promise {shown['promised']:.0%}.")
    parts = zip(*(each["slices"] for each in found.values()), strict=True)
    st.table([
        {"when": both[0]["name"], "intervals": str(both[0]["n"])}
        | {method: f"{part['coverage']:.1%}" for method, part in zip(found, both, strict=True)}
        | {"error, MW": f"{both[0]['mae']:.1f}"}
        for both in parts
    ])  # fmt: skip
    st.subheader("What to commit")
    st.table([
        {"commit": row["commit"], "cost of a day": str(row["cost"]), "95 % interval": "{} to {}".format(*row["ci95"])}
        for row in shown["decision"]["rows"]
    ])  # fmt: skip


def _monitoring(area: dict[str, Any]) -> None:
    card = json.loads(CARD.read_text(encoding="utf-8"))
    rows = [{"week": each["from"], "missed": round(1 - each["coverage"], 3)} for each in area["weekly"]]
    st.write(
        "`monitor` rings when a week misses more than "
        f"{card['limits']['missed']:.1%} of what came, or is wrong by more than {card['limits']['error']:.2f} times "
        "what the same time yesterday is wrong by. The backtest's own weeks:"
    )
    chart = alt.Chart(alt.Data(values=rows)).mark_bar(color=COLOURS["forecast"])
    chart = chart.encode(x=alt.X("week:T", title="week"), y=alt.Y("missed:Q", title="share outside the interval"))
    st.altair_chart(chart.properties(height=HEIGHT), width="stretch")
    with st.expander("The weeks as a table "):
        st.table(rows)


_BELOW = alt.Legend(orient="bottom")

main()
