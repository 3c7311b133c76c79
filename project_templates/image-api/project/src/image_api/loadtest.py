"""Starts the service as it is served, asks it for five seconds, and writes down how long the answers took.

Run as: python -m image_api loadtest
"""

import io

from PIL import Image

from image_api import data
from image_api.asking import Questions, measure
from image_api.config import Config

BOUNDARY = "photograph"
SIDE = 1024  # pixels: as large as the page sends them


def loadtest(config: Config) -> str:
    """Measure, add to reports/metrics.json, and say the result in one line for each concurrency."""
    photographs, _ = data.load()
    picture = io.BytesIO()
    Image.fromarray(photographs.pixels[0]).resize((SIDE, SIDE)).save(picture, "JPEG", quality=92)
    part = 'Content-Disposition: form-data; name="file"; filename="p.jpg"\r\nContent-Type: image/jpeg'
    body = f"--{BOUNDARY}\r\n{part}\r\n\r\n".encode() + picture.getvalue() + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return measure(Questions("/predict", headers, [body]), config)
