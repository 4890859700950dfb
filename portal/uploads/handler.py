"""Big files stop at the door: bytes above the limit are counted and dropped as they arrive.

The rest of the form is still read, so that a page can say which file was too large and keep every
other answer. (Django's own DATA_UPLOAD settings do not count files.)
"""

from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class TooLarge(UploadedFile):
    """The name and size of a file whose content was not kept."""


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Writes to a temporary file as Django's own does, up to UPLOAD_MAX_BYTES."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.received <= settings.UPLOAD_MAX_BYTES:
            super().receive_data_chunk(raw_data, start)
        elif not self.file.closed:
            self.file.close()  # which removes it

    def file_complete(self, file_size):
        if self.received <= settings.UPLOAD_MAX_BYTES:
            return super().file_complete(file_size)
        return TooLarge(
            file=BytesIO(),
            name=self.file_name,
            content_type=self.content_type,
            size=self.received,
        )
