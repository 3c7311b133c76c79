"""The REST API, its page, and the Streamlit dashboard."""
