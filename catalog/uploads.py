"""A limit for uploads that holds before a byte is stored; Django's own limits count form fields only."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest


def takes_uploads_of(setting: str) -> Callable[[Callable], Callable]:
    """For a view that takes larger requests than others: up to the bytes that this setting says."""

    def marked(view: Callable) -> Callable:
        view.upload_setting = setting
        return view

    return marked


def most_bytes(request: HttpRequest | None) -> int:
    """Of a whole request to the view that it was sent to."""
    match = getattr(request, "resolver_match", None)
    view = match and getattr(match.func, "cls", match.func)  # of the API it is a class that says so
    return getattr(settings, getattr(view, "upload_setting", "UPLOAD_MAX_BYTES"))


class SizeLimit(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: refuses a request that says it is larger than its view takes."""

    def handle_raw_input(self, input_data: Any, META: dict[str, Any], content_length: int, *args: Any) -> None:
        most = most_bytes(self.request)
        if content_length > most:
            raise RequestDataTooBig(f"The request is larger than {most} bytes.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
