"""Who is signed in, and where they work, in one query.

Every page behind the sign-in asks for both. The query that is saved is the one that a page spends
on writing down who read it (`portal.audit.reading`).
"""

from allauth.account.auth_backends import AuthenticationBackend

from portal.accounts.middleware import memberships_of


class PeopleBackend(AuthenticationBackend):
    def get_user(self, user_id):
        mine = memberships_of(user_id)
        if not mine:
            return super().get_user(user_id)
        user = mine[0].user
        if not self.user_can_authenticate(user):
            return None
        for membership in mine:
            membership.user = user
        user.loaded_memberships = mine
        return user
