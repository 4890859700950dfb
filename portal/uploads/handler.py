"""Big files stop at the door: bytes above the limit are counted and dropped as they arrive.

The rest of the form is still read, so that a page can say which file was too large and keep every
other answer. (Django's own DATA_UPLOAD settings do not count files.)
"""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class TooLarge(UploadedFile):
    """The name and size of a file whose content was not kept."""


class CappedUploadHandler(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        return None if self.received > settings.UPLOAD_MAX_BYTES else raw_data

    def file_complete(self, file_size):
        if self.received <= settings.UPLOAD_MAX_BYTES:
            return None  # the next handler has it
        return TooLarge(name=self.file_name, content_type=self.content_type, size=self.received)
