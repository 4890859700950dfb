"""Where a request came from, as far as we may believe it."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

Address = IPv4Address | IPv6Address


def client_address(request) -> Address | None:
    """The visitor's address; None where the server was told none (a socket, a test).

    Behind N proxies of ours the N-th entry of X-Forwarded-For from the right is what the outermost
    of them saw; whatever stands left of it the visitor may have written. With fewer entries than
    proxies, or with rubbish at that place, the request did not come that way: then the connection
    itself counts.
    """
    count = settings.TRUSTED_PROXY_COUNT
    if count:
        chain = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(chain) >= count and (address := _read(chain[-count])) is not None:
            return address
    return _read(request.META.get("REMOTE_ADDR", ""))


def _read(text: str) -> Address | None:
    """An address as proxies write it: with a port, in brackets, with a zone."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def household(address: Address | None) -> str:
    """What one subscriber holds: an IPv4 address, an IPv6 /64. "" for none."""
    if address is None:
        return ""
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))


def neighbourhood(address: Address | None) -> str:
    """What may be kept for twelve months: IPv4 /24, IPv6 /48. "" for none."""
    if address is None:
        return ""
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))
