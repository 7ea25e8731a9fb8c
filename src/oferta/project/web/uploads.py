"""Files that people send: none may fill the disk.

What a form sends beside files is bounded by Django (`DATA_UPLOAD_MAX_MEMORY_SIZE`); files it takes
whatever their size. One that is larger than any page takes is read to its end and kept nowhere.
"""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

#: Bytes: the largest file that a page of ours takes, and as much again for a kind refusal.
FILE_MAX = 20_000_000


class Bounded(FileUploadHandler):
    """Leaves out files that no page takes; comes before the handlers that keep them."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass a part of a file on.

        Raises:
            SkipFile: the file is too large.
        """
        if start + len(raw_data) > FILE_MAX:
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        """Leave the file to those who keep it."""
        del file_size
        return None
