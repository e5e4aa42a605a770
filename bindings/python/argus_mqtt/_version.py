"""The version of this package, which is that of the library it is released with."""

__version__ = "0.1.0"
