"""Error pages that lead on."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    return render(request, "403.html", {"reason": "csrf"}, status=403)
