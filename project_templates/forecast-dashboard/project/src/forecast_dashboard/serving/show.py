"""Starts the dashboard: Streamlit, which is told to send nothing to anybody."""

import os
import sys
from pathlib import Path

from forecast_dashboard.config import PROJECT

APP = Path(__file__).with_name("dashboard.py")
QUIET = {
    "browser.gatherUsageStats": "false",
    "server.headless": "true",  # opens no browser and asks for no address
    "server.fileWatcherType": "none",
    "client.toolbarMode": "minimal",
}


def dashboard(host: str, port: int) -> int:
    """Until it is stopped, in this process: so it hears when it is told to stop."""
    from streamlit.web.cli import main

    os.chdir(PROJECT.root)
    options = {**QUIET, "server.address": host, "server.port": str(port)}
    sys.argv = ["streamlit", "run", str(APP), *(f"--{name}={value}" for name, value in options.items())]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
