"""A map of the world on squared paper: one tile per country, roughly where it lies.

Small islands and dependent territories are left out. Codes are ISO 3166-1 alpha-2.
"""

from __future__ import annotations

MAP = """
.. .. .. .. .. .. GL .. .. IS .. .. NO SE FI .. .. .. .. .. .. .. .. .. .. .. ..
.. CA .. .. .. .. .. .. .. .. .. .. DK .. EE RU .. .. .. .. .. .. .. .. .. .. ..
.. US .. .. .. .. .. .. IE GB .. NL DE PL LV BY .. .. .. .. .. .. .. .. .. .. ..
.. MX .. .. BS .. .. .. .. .. BE LU CZ SK LT UA .. .. .. .. MN .. .. .. .. .. ..
.. .. GT BZ CU .. .. .. .. FR CH AT HU RO MD GE .. KZ KG .. .. .. KP .. .. .. ..
.. .. SV HN JM HT DO .. PT ES IT SI HR RS BG AM AZ UZ TJ .. CN .. KR JP .. .. ..
.. .. .. NI .. .. .. .. .. .. MT BA ME MK TR SY IQ TM AF NP BT .. .. .. .. .. ..
.. .. .. CR PA TT .. .. .. .. .. .. AL GR CY LB JO IR PK IN BD MM LA TW .. .. ..
.. .. .. CO VE GY SR .. MA DZ TN LY EG .. .. IL SA KW .. .. LK TH VN .. PH .. ..
.. .. EC PE BR .. .. .. MR ML NE TD SD ER .. .. QA AE .. MV .. KH MY BN .. .. ..
.. .. .. BO PY .. .. SN GM BF NG CF SS ET DJ YE OM .. .. .. .. .. SG ID TL PG ..
.. .. .. CL AR UY .. GW GN CI GH BJ CM UG KE SO .. .. .. .. .. .. .. AU .. SB FJ
.. .. .. .. .. .. .. .. SL LR TG GQ GA RW TZ .. .. .. .. .. .. .. .. .. .. NZ ..
.. .. .. .. .. .. .. .. .. .. .. CG CD BI MW .. .. .. .. .. .. .. .. .. .. .. ..
.. .. .. .. .. .. .. .. .. .. .. AO ZM ZW MZ MG MU .. .. .. .. .. .. .. .. .. ..
.. .. .. .. .. .. .. .. .. .. .. NA BW ZA SZ .. .. .. .. .. .. .. .. .. .. .. ..
.. .. .. .. .. .. .. .. .. .. .. .. .. LS .. .. .. .. .. .. .. .. .. .. .. .. ..
"""

MEMBERS = """
AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK
"""
EU = frozenset(MEMBERS.split())

TILES: dict[str, tuple[int, int]] = {
    code: (column, row)
    for row, line in enumerate(MAP.split("\n")[1:-1])
    for column, code in enumerate(line.split())
    if code != ".."
}
COLUMNS = 1 + max(column for column, _ in TILES.values())
ROWS = 1 + max(row for _, row in TILES.values())


def place_of(code: str, modelled: set[str]) -> str:
    """Which of a world's places a country belongs to: itself, the (rest of the) EU, the rest of the world, or none.

    Examples
    --------
    >>> place_of("FR", {"CN", "DE", "REU", "ROW"}), place_of("BR", {"CN", "ROW"}), place_of("BR", {"CN"})
    ('REU', 'ROW', '')
    """
    if code in modelled:
        return code
    if code in EU:
        for group in ("REU", "EU"):
            if group in modelled:
                return group
    return "ROW" if "ROW" in modelled else ""
