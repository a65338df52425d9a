"""HDF5 files as bytes."""

import h5py
import numpy as np

from .schema import ALIGNMENT


def file_image(attributes: dict, datasets: dict[str, np.ndarray]) -> bytes:
    """The bytes of an HDF5 file that HDF5 1.10 reads and that can be mapped. Empties `datasets`, to need less memory.

    Made in memory and written by Python: HDF5 crashes at exit where a disk fills up under it.
    """
    with h5py.File("shard", "w", driver="core", backing_store=False, libver=("v108", "v110"),
                   alignment_threshold=1, alignment_interval=ALIGNMENT) as file:
        for name, value in attributes.items():
            _write_attribute(file, name, value)
        for name in list(datasets):
            _write_dataset(file, name, datasets.pop(name))
        file.flush()
        return file.id.get_file_image()


def _write_dataset(file: h5py.File, name: str, values: np.ndarray) -> None:
    file.create_dataset(name, data=_as_utf8(values) if values.dtype.kind == "S" else values)


def _as_utf8(values: np.ndarray) -> np.ndarray:
    return values.astype(h5py.string_dtype("utf-8", values.itemsize))


def _write_attribute(file: h5py.File, name: str, value) -> None:
    number = isinstance(value, int)
    file.attrs.create(name, np.int64(value) if number else _as_utf8(np.array(value.encode("utf-8"))))
