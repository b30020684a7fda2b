"""Many seeds and recipes at once: on threads, in processes, on Dask or on Ray."""
