"""The backtest in Streamlit: a day with its band, every week, where it fails, and what would ring.

Run as: python -m forecast_dashboard dashboard
It reads reports/aggregates.json and models/card.json, and computes nothing: what it shows is what was measured.
"""

import html
import json
from typing import Any

import altair as alt
import streamlit as st

from forecast_dashboard.config import AGGREGATES
from forecast_dashboard.models.saved import CARD

COLORS = {"forecast": "#1b6e3c", "actual": "#4a6fa5", "last week": "#8a6d1d", "commit": "#7a3fa0"}
HEIGHT = 320


def main() -> None:
    """The whole page, from top to bottom, again after each choice."""
    st.set_page_config(page_title="Forecast", layout="centered")
    if not AGGREGATES.is_file():
        st.error("Nothing is measured yet. One command does it: `python -m forecast_dashboard run`.")
        return
    shown: dict[str, Any] = json.loads(AGGREGATES.read_text(encoding="utf-8"))
    st.title(shown["title"])
    st.write(f"Measured on {'a synthetic sample' if shown['synthetic'] else shown['source']}, {shown['created'][:10]}.")
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
    st.write(f"The forecast is highest at {day['clock'][peak]}: {day['point'][peak]} {shown['unit']}.")
    lines = {"forecast": "point", "actual": "actual", "last week": "last_week", "commit": "commit"}
    rows = [
        {"clock": clock, "what": name, "value": value}
        for name, key in lines.items()
        for clock, value in zip(day["clock"], day[key], strict=True)
        if value is not None
    ]
    limits = [
        {"clock": clock, "low": low, "high": high}
        for clock, low, high in zip(day["clock"], day["low"], day["high"], strict=True)
    ]
    scale = _from_to(min(day["low"]), max(day["high"] + [row["value"] for row in rows]))
    clock = alt.X("clock:O", title="local time", axis=alt.Axis(labelAngle=0, labelOverlap=True))
    band = alt.Chart(alt.Data(values=limits)).mark_area(opacity=0.2, color=COLORS["forecast"])
    band = band.encode(x=clock, y=alt.Y("low:Q", title=shown["unit"], scale=scale), y2="high:Q")
    curves = alt.Chart(alt.Data(values=rows)).mark_line().encode(x=clock, y="value:Q", color=_color(*lines))
    st.altair_chart((band + curves).properties(height=HEIGHT), width="stretch")
    st.write(f"Shaded: the {shown['promised']:.0%} interval. Every number is in the table.")
    with st.expander("The day as a table"):
        columns = ("clock", "actual", "point", "low", "high", "commit", "last_week")
        _table("The day", [dict(zip(columns, each, strict=True)) for each in zip(*map(day.get, columns), strict=True)])


def _backtest(area: dict[str, Any], shown: dict[str, Any]) -> None:
    unit = shown["unit"]
    rows = [
        {"week": each["from"], "what": name, "value": each[key]}
        for each in area["weekly"]
        for name, key in (("forecast", "mae"), ("last week", "naive"))
    ]
    worst = max(area["weekly"], key=lambda each: each["mae"])
    st.write(f"The worst week begins on {worst['from']}: wrong by {worst['mae']} {unit} on average.")
    chart = alt.Chart(alt.Data(values=rows)).mark_line().encode(
        x=_weeks(rows),
        y=alt.Y("value:Q", title=f"mean error, {unit}", scale=_from_to(0, max(row["value"] for row in rows))),
        color=_color("forecast", "last week"),
    )  # fmt: skip
    st.altair_chart(chart.properties(height=HEIGHT), width="stretch")
    with st.expander("The weeks as a table"):
        _table("The weeks", area["weekly"])
    st.subheader("All models")
    found = [
        {"model": row["model"], "MASE": f"{row['value']:.3f}", "95% interval": "{:.3f} to {:.3f}".format(*row["ci95"])}
        for row in shown["results"]
        if row["metric"] == "mase"
    ]
    _table("All models", found)


def _failures(shown: dict[str, Any]) -> None:
    found = {each["method"]: each for each in shown["intervals"] if each["model"] == shown["served"]}
    st.write(f"Share of actual values that lie within the intervals. They promise {shown['promised']:.0%}.")
    rows = [
        {"when": parts[0]["name"], "intervals": parts[0]["n"]}
        | {method: f"{part['coverage']:.1%}" for method, part in zip(found, parts, strict=True)}
        | {f"error, {shown['unit']}": f"{parts[0]['mae']:.1f}"}
        for parts in zip(*(each["slices"] for each in found.values()), strict=True)
    ]
    _table("Where the intervals fail", rows)
    st.subheader("What to commit")
    costs = [
        {"commit": row["commit"], "cost of a day": row["cost"], "95% interval": "{} to {}".format(*row["ci95"])}
        for row in shown["decision"]["rows"]
    ]
    _table("What to commit", costs)


def _monitoring(area: dict[str, Any]) -> None:
    card = json.loads(CARD.read_text(encoding="utf-8"))
    rows = [{"week": each["from"], "missed": round(1 - each["coverage"], 3)} for each in area["weekly"]]
    st.write(
        f"`monitor` raises an alarm when a week misses more than {card['limits']['missed']:.1%} of the actual values, "
        f"or has more than {card['limits']['error']:.2f} times the error of yesterday's values. The backtest's weeks:"
    )
    most = max(card["limits"]["missed"], *(row["missed"] for row in rows))
    share = alt.Y("missed:Q", title="share outside the interval", scale=_from_to(0, most))
    chart = alt.Chart(alt.Data(values=rows)).mark_line(color=COLORS["forecast"]).encode(x=_weeks(rows), y=share)
    st.altair_chart(chart.properties(height=HEIGHT), width="stretch")
    with st.expander("What each week missed, as a table"):
        _table("What each week missed", rows)


def _from_to(low: float, high: float) -> alt.Scale:
    """Said, and not found out: in a tab that is not open yet, there is nothing to find it out from."""
    room = 0.05 * (high - low)
    return alt.Scale(domain=[low - (room if low else 0), high + room], nice=False, zero=False)


def _weeks(rows: list[dict[str, Any]]) -> alt.X:
    days = alt.Scale(domain=[rows[0]["week"], max(row["week"] for row in rows)])
    return alt.X("week:T", title="week", scale=days)


def _color(*names: str) -> alt.Color:
    colors = alt.Scale(domain=list(names), range=[COLORS[name] for name in names])
    return alt.Color("what:N", scale=colors, title=None, legend=alt.Legend(orient="bottom"))


def _table(name: str, rows: list[dict[str, Any]]) -> None:
    """A table that can be reached, and scrolled where it is too wide, by keyboard."""
    head = "".join(f"<th scope='col'>{html.escape(str(key))}</th>" for key in rows[0])
    cells = [["–" if cell is None else html.escape(str(cell)) for cell in row.values()] for row in rows]
    body = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
    st.html(
        f"<div tabindex='0' role='region' aria-label='{html.escape(name)}' style='overflow-x: auto'>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


main()
