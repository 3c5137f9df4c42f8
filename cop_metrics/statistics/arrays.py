"""The types of arrays, and how close to one another floats count as equal."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
ROUNDING = 1e-9
