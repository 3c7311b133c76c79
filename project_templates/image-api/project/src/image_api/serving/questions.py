"""What the service is asked by `ask` and by the load test."""

from image_api.config import EXAMPLE, PROJECT
from image_api.kit.project import ExplainedError
from image_api.kit.questions import Question

BOUNDARY = "a-photograph-follows"


def questions() -> list[Question]:
    """The upload of a test photograph, as large as the page sends one."""
    if not EXAMPLE.is_file():
        raise ExplainedError("there is no example photograph yet: run `python -m image_api run` first")
    name = EXAMPLE.relative_to(PROJECT.root).as_posix()
    part = 'Content-Disposition: form-data; name="file"; filename="example.jpg"\r\nContent-Type: image/jpeg'
    body = f"--{BOUNDARY}\r\n{part}\r\n\r\n".encode() + EXAMPLE.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return [Question("POST", "/predict", headers, body, example=True, file=name)]
