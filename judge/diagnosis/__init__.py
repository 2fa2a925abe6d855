"""Why a value is wrong: which known mistake, or which pattern, explains it."""

from judge.diagnosis.naming import Diagnosis

__all__ = ["Diagnosis"]
