"""How mails look: inline CSS by role, because many mail programs drop style sheets.

The same roles as the site's tokens, light values. The dark ones stand in the head of mail/base.html, for the
programs that read it; the others invert colours themselves.
"""

FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',Arial,sans-serif"
INK, MUTED, LINE, PAPER, SURFACE, EVIDENCE = "#15202d", "#535e6a", "#dedad0", "#fbfaf6", "#ffffff", "#fff0b8"


def look(accent: str) -> dict[str, str]:
    """Role to inline CSS."""
    text = f"font-family:{FONT};color:{INK};"
    return {
        "body": f"margin:0;padding:0;background-color:{PAPER};{text}",
        "card": f"background-color:{SURFACE};border:1px solid {LINE};border-radius:6px;",
        "inner": "padding:28px 28px 24px;",
        "brand": f"{text}font-size:16px;font-weight:650;text-decoration:none;",
        "h1": f"{text}margin:0 0 12px;font-size:24px;line-height:1.25;font-weight:650;letter-spacing:-0.01em;",
        "h2": f"{text}margin:28px 0 8px;padding-top:20px;border-top:1px solid {LINE};"
        "font-size:18px;line-height:1.3;font-weight:650;",
        "h3": f"{text}margin:0 0 4px;font-size:16px;line-height:1.4;font-weight:600;",
        "p": f"{text}margin:0 0 14px;font-size:16px;line-height:1.55;",
        "small": f"font-family:{FONT};color:{MUTED};margin:0 0 10px;font-size:14px;line-height:1.5;",
        "row": "margin:0 0 20px;",
        "act": "margin:0 0 10px;",
        "between": f"margin:32px 0 28px;border-top:2px solid {LINE};",
        "quote": f"{text}margin:0 0 6px;padding:8px 12px;font-size:15px;line-height:1.5;"
        f"border-left:3px solid {LINE};",
        "evidence": f"{text}margin:0 0 14px;padding:8px 12px;font-size:15px;line-height:1.5;"
        f"background-color:{EVIDENCE};border-left:3px solid #8f6600;",
        "old": f"color:{MUTED};text-decoration:line-through;",
        "new": f"background-color:{EVIDENCE};text-decoration:underline;",
        "label": f"font-family:{FONT};color:{MUTED};font-size:13px;font-weight:600;",
        "number": f"display:inline-block;min-width:18px;margin-right:6px;font-family:{FONT};font-size:12px;"
        "line-height:18px;font-weight:700;text-align:center;color:#ffffff;background-color:#8f6600;border-radius:9px;",
        "eyebrow": f"font-family:{FONT};color:{MUTED};margin:28px 0 0;padding-top:20px;"
        f"border-top:1px solid {LINE};font-size:14px;line-height:1.5;",
        "below": f"{text}margin:0 0 14px;font-size:18px;line-height:1.3;font-weight:650;",
        "evidence_line": f"color:{MUTED};font-size:14px;line-height:1.5;",
        "one": "white-space:nowrap;",
        "link": f"color:{accent};font-family:{FONT};text-decoration:underline;",
        "title": f"color:{INK};font-family:{FONT};text-decoration:underline;text-decoration-color:#7d858d;",
        # A border in place of padding: the one kind of inner space that every mail program keeps on a link.
        "button": f"display:inline-block;font-family:{FONT};font-size:16px;line-height:20px;font-weight:600;"
        f"white-space:nowrap;color:#ffffff;background-color:{accent};text-decoration:none;"
        f"border:solid {accent};border-width:12px 16px;border-radius:6px;margin-right:12px;",
        "other": f"display:inline-block;padding:12px 10px 12px 0;font-family:{FONT};font-size:16px;line-height:20px;"
        f"white-space:nowrap;color:{accent};text-decoration:underline;",
        "foot": f"font-family:{FONT};color:{MUTED};margin:0 0 8px;font-size:13px;line-height:1.5;",
    }
