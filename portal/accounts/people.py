"""Pages on which an administrator (of all) or a manager (of the own shop) looks after people."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import card_numbers
from portal.accounts import actions, away, policy
from portal.accounts.access import ADMIN, note_refusal, role_required
from portal.accounts.errors import Invalid, LastAdministrator, NotAllowed
from portal.accounts.forms import InvitationForm, RoleForm
from portal.accounts.models import Invitation, Membership, Organisation, Role, User
from portal.audit import reading
from portal.http import MemberRequest

KEEPERS = (*ADMIN, Role.MANAGER)
ROWS = 50


@require_safe
@role_required(*KEEPERS)
def people(request):
    """Who works where, the institution first; found by name, username, mail or organisation."""
    wanted = request.GET.get("q", "").strip()
    if card_numbers.holds_one(wanted):
        return redirect("account_people")
    members = (
        Membership.objects.visible_to(request.actor)
        .filter(is_active=True)
        .select_related("user", "organisation", "absence")
        .annotate(
            has_phone=Exists(
                Authenticator.objects.filter(
                    user_id=OuterRef("user_id"), type=Authenticator.Type.TOTP
                )
            )
        )
        .order_by("organisation__kind", "organisation__name", "organisation_id", "role", "pk")
    )
    waiting = (
        Invitation.objects.visible_to(request.actor)
        .open()
        .select_related("organisation")
        .order_by("-created_at")
    )
    if wanted:
        members = members.filter(
            Q(user__name__icontains=wanted)
            | Q(user__username__icontains=wanted)
            | Q(user__email__iexact=wanted)
            | Q(organisation__name__icontains=wanted)
        )
        waiting = waiting.filter(
            Q(name__icontains=wanted)
            | Q(email__iexact=wanted)
            | Q(organisation__name__icontains=wanted)
        )
    reading.note(request.actor, "list:people", what=reading.What.LISTED)
    page = Paginator(members, ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/accounts/people.html",
        {
            "groups": _by_organisation(request, page.object_list),
            "nobodys": _nobodys(request, wanted),
            "page": page,
            "waiting": waiting[:ROWS],
            "q": wanted,
            "administers": request.actor.role == Role.ADMINISTRATOR,
        },
    )


def _by_organisation(request: MemberRequest, members) -> list[dict]:
    groups: list[dict] = []
    for member in members:
        if not groups or groups[-1]["organisation"] != member.organisation:
            groups.append({"organisation": member.organisation, "members": []})
        member.back = away.back_of(member, timezone.now())
        groups[-1]["members"].append(member)
    for group in groups:
        group["closes"] = policy.may_close(request.actor, group["organisation"])
        group["invites"] = bool(policy.roles_to_invite(request.actor, group["organisation"]))
    return groups


def _nobodys(request: MemberRequest, wanted: str) -> list[Organisation]:
    """The merchants at which nobody is, for who can invite somebody there."""
    if request.actor.role != Role.ADMINISTRATOR:
        return []
    merchants = Organisation.objects.visible_to(request.actor).filter(
        ~Exists(Membership.objects.filter(organisation=OuterRef("pk"), is_active=True)),
        kind=Organisation.Kind.MERCHANT,
        is_active=True,
        name__icontains=wanted,
    )
    return list(merchants.order_by("name", "pk")[:ROWS])


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*KEEPERS)
def invite(request, organisation_id):
    organisation = get_object_or_404(
        Organisation.objects.visible_to(request.actor), public_id=organisation_id
    )
    roles = policy.roles_to_invite(request.actor, organisation)
    form = InvitationForm(request.POST or None, roles=roles)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = actions.invite(organisation, **form.cleaned_data, actor=request.actor)
        except Invalid as error:
            form.add_error(error.field, error.message)
        except NotAllowed:
            note_refusal(request)
            raise PermissionDenied from None
        else:
            messages.success(
                request, _("邀请已发到 %(email)s，7 天内有效。") % {"email": invitation.email}
            )
            return redirect("account_people")
    return render(
        request,
        "portal/accounts/invite.html",
        {"organisation": organisation, "form": form, "errors": form.errors},
    )


@require_POST
@role_required(*KEEPERS)
def withdraw(request, public_id):
    invitation = get_object_or_404(
        Invitation.objects.visible_to(request.actor), public_id=public_id
    )
    try:
        actions.withdraw_invitation(invitation, actor=request.actor)
    except NotAllowed:
        note_refusal(request)
        raise PermissionDenied from None
    messages.success(request, _("邀请已撤回，链接不能再用。"))
    return redirect("account_people")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*KEEPERS)
def person(request, public_id):
    """One person: where they work, and what the reader may do about it."""
    memberships = list(
        Membership.objects.visible_to(request.actor)
        .filter(user__public_id=public_id)
        .select_related("user", "organisation", "absence")
        .order_by("-is_active", "pk")
    )
    if not memberships:
        raise Http404
    reading.note(request.actor, f"account:{public_id}")
    if request.method == "POST":
        chosen = next(
            (each for each in memberships if str(each.pk) == request.POST.get("membership")), None
        )
        if chosen is None:
            raise Http404
        try:
            return _do(request, chosen)
        except Invalid as error:
            return _show(request, memberships, {error.field: error.message})
    return _show(request, memberships)


def _show(request: MemberRequest, memberships: list[Membership], errors: dict | None = None):
    return render(
        request,
        "portal/accounts/person.html",
        {
            "person": memberships[0].user,
            "has_phone": Authenticator.objects.filter(
                user_id=memberships[0].user_id, type=Authenticator.Type.TOTP
            ).exists(),
            "memberships": [_row(request, each) for each in memberships],
            "administers": request.actor.role == Role.ADMINISTRATOR,
            **_others(request, memberships[0].user),
            "errors": errors or {},
            "form": request.POST if errors else {},
        },
        status=422 if errors else 200,
    )


def _others(request: MemberRequest, found: User) -> dict:
    """For an administrator: the accounts that are this human being, and those of the same name,
    which may be."""
    if request.actor.role != Role.ADMINISTRATOR:
        return {}
    elsewhere = User.objects.exclude(pk=found.pk).order_by("pk")
    same = list(elsewhere.filter(person=found.person))
    alike = elsewhere.filter(name=found.name).exclude(person=found.person, name="")
    return {
        "same_person": same,
        "same_name": list(alike[:ROWS]),
        "own_person": request.user.person == found.person,
    }


def _row(request: MemberRequest, membership: Membership) -> dict:
    changes = policy.may_change_role(request.actor, membership)
    return {
        "membership": membership,
        "manages": policy.may_manage(request.actor, membership),
        "own": membership.user == request.user,
        "says_away": policy.may_say_away(request.actor, membership),
        "back": away.back_of(membership, timezone.now()),
        "form": RoleForm(
            initial={"role": membership.role},
            roles=policy.roles_of(membership.organisation),
            auto_id=f"id_{membership.pk}_%s",
        )
        if changes
        else None,
    }


def _change_role(request: MemberRequest, membership: Membership) -> None:
    before = membership.role
    after = actions.change_role(
        membership, role=request.POST.get("role", ""), actor=request.actor
    ).role
    name = {"name": membership.user.name}
    if after == before:
        messages.info(request, _("%(name)s的角色就是这个，没有改动。") % name)
    else:
        messages.success(request, _("%(name)s的角色已更改，已发邮件告知。") % name)


def _do(request: MemberRequest, membership: Membership):
    name = {"name": membership.user.name}
    try:
        match request.POST.get("do"):
            case "role":
                _change_role(request, membership)
            case "end":
                actions.end_membership(membership, actor=request.actor)
                messages.success(request, _("%(name)s的权限已结束，所有设备都已退出。") % name)
            case "reset":
                actions.reset_second_factor(membership, actor=request.actor)
                messages.success(request, _("%(name)s的动态码已重置，下次登录要重新绑定。") % name)
            case "join":
                other = actions.join_accounts(
                    membership.user, username=request.POST.get("username", ""), actor=request.actor
                )
                both = name | {"other": other.username}
                messages.success(request, _("记下了：%(name)s和 %(other)s 是同一个人。") % both)
            case "part":
                actions.part_accounts(membership.user, actor=request.actor)
                messages.success(request, _("记下了：%(name)s的账号各是各的人。") % name)
            case _other:
                raise Http404
    except LastAdministrator:
        messages.error(request, _("这是最后一位管理员。请先邀请另一位，再做这一步。"))
    except NotAllowed:
        note_refusal(request)
        raise PermissionDenied from None
    return redirect("account_person", membership.user.public_id)
