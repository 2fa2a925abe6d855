"""What the columns of Moodle's grading worksheet are called, in four languages."""

from __future__ import annotations

from typing import Literal

Role = Literal[
    "identifier",
    "name",
    "number",
    "email",
    "grade",
    "maximum",
    "changeable",
    "modified",
    "feedback",
]

_HEADINGS: dict[Role, tuple[str, ...]] = {
    "identifier": ("identifier", "id", "identifiant", "identificador"),
    "name": ("full name", "vollständiger name", "nom complet", "nombre completo"),
    "number": (
        *("id number", "id-nummer", "matrikelnummer", "numéro d'identification"),
        *("número de id", "número de identificación"),
    ),
    "email": (
        *("email address", "e-mail-adresse", "adresse de courriel", "adresse courriel"),
        *("dirección de correo", "dirección de correo electrónico", "dirección email"),
    ),
    "grade": ("grade", "bewertung", "note", "calificación"),
    "maximum": ("maximum grade", "bestwertung", "note maximale", "calificación máxima"),
    "changeable": (
        *("grade can be changed", "bewertung kann geändert werden", "la note peut être modifiée"),
        *("la calificación puede ser cambiada", "la calificación puede cambiarse"),
    ),
    "modified": (
        *("last modified (grade)", "zuletzt geändert (bewertung)"),
        *("dernière modification (note)", "última modificación (calificación)"),
    ),
    "feedback": (
        *("feedback comments", "feedback als kommentar", "feedback par commentaires"),
        *("comentarios de retroalimentación", "comentarios de la retroalimentación"),
    ),
}
KNOWN: dict[str, Role] = {
    heading: role for role, headings in _HEADINGS.items() for heading in headings
}
NO = frozenset({"no", "nein", "non"})
