"""A new password ends what somebody may have got with the old one: tokens of the API. Django ends the sessions."""

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.dispatch import receiver
from knox.models import AuthToken

from .models import User


@receiver([password_changed, password_reset, password_set], dispatch_uid="accounts.passwords")
def end_tokens(user: User, **kwargs: object) -> None:
    AuthToken.objects.filter(user=user).delete()


class PasswordByOperatorForm(AdminPasswordChangeForm):
    """Of the administration, which sends no signal."""

    def save(self, commit: bool = True) -> User:
        end_tokens(self.user)
        return super().save(commit)
