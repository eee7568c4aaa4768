"""Curves as a drawing (SVG) of a document: what scripts/intervention_tables and scripts/placement_tables share."""

COLOURS = ["#2a78c2", "#d2691e", "#3f8f5f", "#c8457c", "#8a8f98", "#6b4fa0"]
WIDE, HIGH = 640, 320


def start(wide, high):
    return [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="11">', f'<rect width="{wide}" height="{high}" fill="#ffffff"/>']


def axes(title, ticks, most, curves, x=0, y=0, wide=WIDE, high=HIGH, foot="", top=44):
    """Elements of one pair of axes with its upper left corner at (x, y). `ticks`: {place: its name}, places from 0 on; values from 0 to `most`; `curves`: [(points [(place, value)], colour, dash)]."""
    left, margin = 52, 20

    def at(place, value):
        return x + left + place / max(ticks) * (wide - left - margin), y + top + (1 - value / most) * (high - top - 50)

    lines = [f'<text x="{x + left}" y="{y + 14}">{title}</text>']
    for place, name in ticks.items():
        a, b = at(place, 0)
        lines.append(f'<text x="{a:.0f}" y="{b + 16:.0f}" text-anchor="middle" fill="#444444">{name}</text>')
    step = 0.1 if most < 0.8 else 0.2
    for number in range(int(most / step + 1e-9) + 1):
        a, b = at(0, number * step)
        lines.append(f'<path d="M{x + left} {b:.1f}H{x + wide - margin}" stroke="#dddddd"/><text x="{x + left - 6}" y="{b + 4:.1f}" text-anchor="end" fill="#444444">{number * step:.1f}</text>')
    for points, colour, dash in curves:
        drawn = " ".join("{:.1f},{:.1f}".format(*at(place, value)) for place, value in points)
        lines.append(f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"{f" stroke-dasharray={chr(34)}{dash}{chr(34)}" if dash else ""}/>')
    if foot:
        lines.append(f'<text x="{x + wide - margin}" y="{y + high - 8}" text-anchor="end" fill="#444444">{foot}</text>')
    return lines


def legend(names, x, y, step):
    """`names`: {name: colour}."""
    return [f'<text x="{x + step * number}" y="{y}" fill="{colour}">{name}</text>' for number, (name, colour) in enumerate(names.items())]
