//! Nothing: this package is its tests, in `it/`.
