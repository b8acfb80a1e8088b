"""E-mail addresses in the one form that every mail program takes."""

from django.utils.encoding import punycode


def in_ascii(address: str) -> str:
    """The address with its domain as mail programs write it (xn--…), as our own mails have it in their headers; ""
    where the part before the @ has other letters: many mail servers do not take these."""
    local, _at, domain = address.rpartition("@")
    try:
        written = f"{local}@{punycode(domain)}"
    except UnicodeError:  # no domain can be written so
        return ""
    return written if local and written.isascii() else ""
